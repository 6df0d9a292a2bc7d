"""The command as a user runs it, a supplier it can call, plugins that are fabricated."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import Install, Result, Run, Supplier


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    """A supplier that answers on loopback."""
    server = Supplier()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment without keys and settings, in which no installed plugin counts."""
    measuring = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}
    return measuring | {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "site"),
        "PURVEYOR_CACHE": "off",
        "PURVEYOR_PLUGINS": "acme,broken,keyless,extra",
        "TERM": "xterm",
    }


@pytest.fixture
def run(tmp_path: Path, environ: dict[str, str]) -> Run:
    """Run `purveyor` as a user does, and return what came of it; no traceback is ever shown."""

    def run(*arguments: str, given: str | bytes | None = "", **variables: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "purveyor", *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=tmp_path,
            env=environ | variables,
            timeout=60,
            check=False,
        )
        output, errors = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in errors, errors
        return subprocess.CompletedProcess(done.args, done.returncode, output, errors)

    return run


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Install a fabricated distribution that holds one module and its entry points."""

    def install(name: str, source: str, *kinds: str) -> None:
        folder = tmp_path / "site"
        metadata = folder / f"purveyor_{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"purveyor_{name}.py").write_text(source)
        (metadata / "METADATA").write_text(f"Name: purveyor-{name}\nVersion: 1.0\n")
        groups = [
            f"[purveyor.{kind}s]\n{name} = purveyor_{name}:{kind}\n"
            for kind in kinds or ("supplier",)
        ]
        (metadata / "entry_points.txt").write_text("\n".join(groups))

    return install

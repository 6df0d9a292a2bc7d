"""A stranger's first plugin: fifteen lines, built as a wheel, installed where only purveyor is.

The environment is real: a virtual environment with purveyor's wheel, its dependencies and nothing
of this workspace. The plugin speaks to a loopback server by its name, right after `pip install`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLUGIN = '''\
"""Lotus: an OpenAI-compatible supplier, declared as data."""

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard

supplier = OpenAICompatible(SupplierCard(
    name="lotus", title="Lotus (fictional)", docs="https://lotus.example/docs",
    base_url="https://api.lotus.example/v1", base_url_env=("LOTUS_BASE_URL",),
    key_env=("LOTUS_API_KEY",),
    default_models={Capability.CHAT: "lotus-1"},
))
'''

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "purveyor-lotus"
version = "1.0"
keywords = ["purveyor", "chat"]
dependencies = ["purveyor"]

[project.entry-points."purveyor.suppliers"]
lotus = "purveyor_lotus:supplier"
"""


class Server(BaseHTTPRequestHandler):
    """Answers every chat with who asked for which model."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = f"{asked['model']} for {self.headers['authorization'][-4:]}"
        message = {"role": "assistant", "content": text}
        body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the test's output is read by people."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the environment, and give its folder of programs."""
    folder = tmp_path_factory.mktemp("stranger")
    plugin = folder / "lotus"
    package = plugin / "src" / "purveyor_lotus"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PLUGIN)
    (plugin / "pyproject.toml").write_text(PROJECT)
    wheels = [build(ROOT / "core", folder / "wheels"), build(plugin, folder / "wheels")]
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    lend_dependencies(next((folder / "venv").glob("lib/python*/site-packages")))
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--quiet")
    run(*pip, "install", "--no-deps", "--no-index", *wheels)
    return programs


def build(project: Path, to: Path) -> Path:
    """Build a wheel, without a network: the build backend is the one that runs here."""
    before = set(to.glob("*.whl"))
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", to, cwd=project)
    return (set(to.glob("*.whl")) - before).pop()


def lend_dependencies(site_packages: Path) -> None:
    """Link what purveyor's metadata asks for, as if pip had fetched it."""
    wanted = ["purveyor"]
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        found = metadata.distribution(name)
        for requirement in found.requires or []:
            if "extra ==" not in requirement:
                needed = re.match(r"[\w.-]+", requirement)[0]
                if needed not in seen:
                    seen.add(needed)
                    wanted.append(needed)
        if name == "purveyor":
            continue
        for top in {Path(str(file)).parts[0] for file in found.files or []} - {"..", "bin"}:
            link = site_packages / top
            if not link.exists():
                link.symlink_to(found.locate_file(top))


def run(*command: object, cwd: Path | None = None, **environ: str) -> str:
    """Run a program in an environment that knows nothing of ours, and give what it printed."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**kept, "PURVEYOR_CACHE": "off", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_strangers_plugin_is_usable_by_name_at_once(stranger: Path, base_url: str) -> None:
    """After `pip install` the name works in Python; nothing else was registered."""
    code = "import purveyor; print(purveyor.AutoModel('lotus')('hi'))"
    key = {"LOTUS_API_KEY": "lotus-key-0123456789", "LOTUS_BASE_URL": base_url}
    assert run(stranger / "python", "-c", code, **key) == "lotus-1 for 6789\n"


def test_a_strangers_plugin_is_usable_from_the_command(stranger: Path, base_url: str) -> None:
    """The command knows it too, and lists what its metadata says without importing it."""
    key = {"LOTUS_API_KEY": "lotus-key-0123456789", "LOTUS_BASE_URL": base_url}
    chat = run(
        stranger / "purveyor", "chat", "--no-stream", "--model", "lotus:lotus-2", "hi", **key
    )
    assert "lotus-2 for 6789" in chat
    assert "purveyor-lotus  1.0" in run(stranger / "purveyor", "plugins")
    assert "no problem" in run(stranger / "purveyor", "doctor").lower()


def test_only_the_named_plugin_and_purveyor_are_there(stranger: Path) -> None:
    """The environment is clean: no first-party supplier came along."""
    code = "from purveyor.config import current; from importlib.metadata import distributions as d;"
    code += "print(sorted(x.name for x in d() if x.name.startswith('purveyor')))"
    assert run(stranger / "python", "-c", code) == "['purveyor', 'purveyor-lotus']\n"


def test_the_plugin_of_the_tutorial_is_at_most_fifteen_lines() -> None:
    """An OpenAI-compatible supplier is a card."""
    assert len(PLUGIN.splitlines()) <= 15

"""The public API under `mypy --strict`, as callers and plugin authors use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def mypy(*files: Path) -> subprocess.CompletedProcess[str]:
    """Run mypy as the workspace sets it up: strict, and an unused `ignore` is an error."""
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    named = [str(file) for file in files]
    return subprocess.run([*command, *named], cwd=ROOT, capture_output=True, text=True)


def test_what_users_write_is_accepted_and_typed() -> None:
    """Every `assert_type` holds, and every mistake in refused.py is found."""
    done = mypy(HERE / "callers.py", HERE / "plugin_authors.py", HERE / "refused.py")
    assert done.returncode == 0, done.stdout


def test_a_wrong_type_is_found(tmp_path: Path) -> None:
    """The check can fail: py.typed is there, and types are not all Any."""
    source = tmp_path / "wrong.py"
    source.write_text(
        "import purveyor\npurveyor.OnlineChatModule('orchid')('hi').response.nothing\n"
    )
    done = mypy(source)
    assert done.returncode == 1
    assert '"ChatResponse" has no attribute "nothing"' in done.stdout


def test_an_ignore_that_hides_nothing_is_found(tmp_path: Path) -> None:
    """So each `ignore` in refused.py stands for an error that is still found."""
    source = tmp_path / "unused.py"
    source.write_text("import purveyor\npurveyor.OnlineChatModule('o')  # type: ignore[call-arg]\n")
    assert "[unused-ignore]" in mypy(source).stdout

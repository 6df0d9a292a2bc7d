"""Measures purveyor with the shared harnesses: their peers beside it, in the same run.

    python contrib/bench/run.py --venvs VENVS --bench BENCH                 # figures
    python contrib/bench/run.py --venvs VENVS --faults FAULTS               # faults survived

Copies a harness to a temporary folder (it may be read-only), builds a wheel of the core, installs it
into VENVS/bench-purveyor, compiles its bytecode (import times mean nothing without it), and runs.
Needs nothing but the standard library; the harness says what it needs itself.
"""

import argparse
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ADAPTERS = "rawsock,requests,openai,litellm,purveyor"


def main() -> int:
    """Prepare, run what was asked for, and give the worst exit status."""
    said = arguments()
    with tempfile.TemporaryDirectory(prefix="purveyor-bench-") as folder:
        temporary = Path(folder)
        python = said.venvs / "bench-purveyor" / "bin" / "python"
        install(python, wheel_of_core(temporary / "wheels"))
        statuses = []
        if said.bench:
            statuses.append(run_clients(said, temporary / "bench"))
        if said.faults:
            for adapter in said.fault_adapters.split(","):
                statuses.append(run_faults(said, temporary / adapter, adapter, python))
    return max(statuses)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--venvs", type=Path, required=True, help="folder of the venvs bench-*")
    parser.add_argument("--bench", type=Path, help="the folder that holds run_clients.py")
    parser.add_argument("--faults", type=Path, help="the folder that holds fault_clients.py")
    parser.add_argument("--adapters", default=ADAPTERS)
    parser.add_argument("--cases", help="of run_clients.py; default: all of its own")
    parser.add_argument("--rounds", default="3")
    parser.add_argument("--out", type=Path, help="keep the samples of run_clients.py in this file")
    parser.add_argument("--only", default="*", help="faults to run, as a pattern: 'sse-*'")
    parser.add_argument(
        "--fault-adapters", default="purveyor_faults", help="purveyor_faults,purveyor_faults_async"
    )
    said = parser.parse_args()
    if not (said.bench or said.faults):
        parser.error("say what to run: --bench FOLDER, --faults FOLDER, or both")
    said.venvs = said.venvs.resolve()
    return said


def wheel_of_core(folder: Path) -> Path:
    """Build the wheel that users would install."""
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        *isolation,
        "-w",
        folder,
        ROOT / "core",
    )
    return next(folder.glob("purveyor-*.whl"))


def install(python: Path, wheel: Path) -> None:
    """Install the wheel into its venv, with the versions of the gate, and compile all of it."""
    if not python.exists():
        run(sys.executable, "-m", "venv", python.parents[1])
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "-c", ROOT / ".ci" / "pins.txt", f"{wheel}[async]")
    run(*pip, "--no-deps", "--force-reinstall", wheel)
    run(python, "-m", "compileall", "-q", python.parents[1] / "lib", may_fail=True)


def copied(source: Path, target: Path) -> Path:
    """Copy a harness to where it may write its results."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "results"))
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return target


def run_clients(said: argparse.Namespace, folder: Path) -> int:
    """Run the benchmarks of clients."""
    copied(said.bench, folder)
    shutil.copy(HERE / "purveyor_adapter.py", folder / "adapters" / "purveyor.py")
    out = said.out.resolve() if said.out else folder / "results" / "clients.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    cases = ["--cases", said.cases] if said.cases else []
    return run(
        *(sys.executable, "run_clients.py", "--venvs", said.venvs, "--adapters", said.adapters),
        *("--rounds", said.rounds, "--out", out, *cases),
        folder=folder,
        may_fail=True,
    )


def run_faults(said: argparse.Namespace, folder: Path, adapter: str, python: Path) -> int:
    """Run the wire faults with one of our adapters."""
    copied(said.faults, folder)
    for path in HERE.glob("purveyor_faults*.py"):
        shutil.copy(path, folder)
    return run(
        *(sys.executable, "fault_clients.py", "--clients", "custom", "--only", said.only),
        *("--custom-adapter", folder / f"{adapter}.py", "--custom-python", python),
        folder=folder,
        may_fail=True,
    )


def run(*command: object, folder: Path | None = None, may_fail: bool = False) -> int:
    """Run a command, its output as our own."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
    environ = {name: value for name, value in os.environ.items() if name not in unwanted}
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=folder, env=environ, check=not may_fail).returncode


if __name__ == "__main__":
    raise SystemExit(main())

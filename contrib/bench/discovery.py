"""What finding one plugin among many costs: CPU time of `manager.supplier(name)` in a fresh process.

Counted: reading the index (or scanning), importing, checking and registering the one plugin. Not
counted: importing pluggy and the core's own modules, which every call needs.

    python contrib/bench/discovery.py [COUNT]        # from an environment with purveyor installed
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CHILD = """
import sys, time
from pathlib import Path
from purveyor._manager import PluginManager
import pluggy, msgspec
from purveyor.plugin import Capability, OpenAICompatible, SupplierCard  # the core's own, not counted
cache = sys.argv[1]
before = time.process_time()
manager = PluginManager(cache_folder=Path(cache) if cache else None)
manager.supplier("fabricated7")
took = time.process_time() - before
assert "importlib.metadata" not in sys.modules or not cache
loaded = [name for name in sys.modules if name.startswith("purveyor_fabricated")]
assert loaded == ["purveyor_fabricated7"], loaded
print(took * 1000)
"""

PLUGIN = """
from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
supplier = OpenAICompatible(SupplierCard(
    name="{name}", title="", docs="", base_url="http://127.0.0.1",
    default_models={{Capability.CHAT: "m"}},
))
"""


def fabricate(folder: Path, count: int) -> None:
    """Write distributions as pip would leave them."""
    for number in range(count):
        name = f"fabricated{number}"
        (folder / f"purveyor_{name}.py").write_text(PLUGIN.format(name=name))
        info = folder / f"purveyor_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: purveyor-{name}\nVersion: 1.0\n")
        entry = f"[purveyor.suppliers]\n{name} = purveyor_{name}:supplier\n"
        (info / "entry_points.txt").write_text(entry)


def measure(folder: Path, cache: str) -> float:
    """Give the median of nine runs, in milliseconds; the first warms the index and does not count."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", CHILD, cache]
    runs = [
        float(subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout)
        for _ in range(10)
    ]
    return statistics.median(runs[1:])


def main() -> None:
    """Print a line for each way."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        plugins = Path(folder) / "plugins"
        plugins.mkdir()
        fabricate(plugins, count)
        print(f"one supplier by name among {count} plugin distributions, CPU ms (median of 9)")
        print(f"  with the index, warm: {measure(plugins, str(Path(folder) / 'cache')):6.2f}")
        print(f"  without an index:     {measure(plugins, ''):6.2f}")


if __name__ == "__main__":
    main()

"""The documentation is run: its Python, its commands, its settings; and what they print is compared.

On a page, blocks run from top to bottom, in a working directory of their own:

- `python` is run in one namespace per page; a `text` block after it is what it prints;
- `console` holds `$ purveyor ...` lines, each run as a command, and what they print;
- `python`, `toml` and `json` that begin with `# file: NAME` are written to that file, not run;
- `sh` is not run, but `export NAME=...` in it sets a variable, and `pip install .` installs what
  the page has written, as an editable install would.

Three dots stand for any text, white space counts as one space. No block reaches the network:
simulated suppliers of the test kit answer.
"""

import contextlib
import doctest
import importlib
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest

from purveyor import config
from purveyor.cli.main import COMMANDS, main
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor.testing import answer_with, fresh_runtime
from purveyor_testkit.simulators import CompatibleSimulator, make

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROSE = [*PAGES, ROOT / "STYLE.md", ROOT / "CHANGELOG.md", ROOT / "contrib/bench/README.md"]
LANGUAGES = {"python", "text", "console", "toml", "json", "sh"}
HOSTS = {"api.openai.com": "openai", "api.moonshot.cn": "kimi", "api.deepseek.com": "deepseek"}
KEPT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "PYTEST_CURRENT_TEST"}
FILES = {"cat.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 8, "report.txt": b"Sales rose.\n"}

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(r"(?:#|//) file: (\S+)\n")
checker = doctest.OutputChecker()


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file it is to be written to, None where it is to be run."""
        named = NAMED_FILE.match(self.text)
        return named[1] if named and self.language in ("python", "toml", "json") else None


def blocks_of(page: Path) -> list[Block]:
    """Give the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 2, found[2], dedent(found[3]))
        for found in FENCE.finditer(text)
    ]


@dataclass
class World:
    """The machine of a page's reader: a working directory, an environment, suppliers that answer."""

    folder: Path
    simulators: dict[str, CompatibleSimulator] = field(default_factory=dict)

    def answer(self, request: HttpRequest) -> HttpReply | MemoryStream:
        """Answer as the supplier of that host would; a host nobody knows speaks the dialect."""
        name = HOSTS.get(urlsplit(request.url).hostname or "", "address")
        return self.simulators.setdefault(name, make(name))(request)

    @contextlib.contextmanager
    def process(self) -> Iterator[None]:
        """Act as a new process: nothing loaded, nothing registered, the settings read anew."""
        self.forget()
        found = self.folder / "purveyor.toml"
        path = found if found.exists() else None
        with fresh_runtime(), config.temporary(path=path, environ=os.environ):
            answer_with(self.answer)
            yield

    def forget(self) -> None:
        """Forget the modules that the page has written: a new process imports them anew."""
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(self.folder)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def write(self, name: str, text: str) -> None:
        """Write a file of the page, and let settings count from now on."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def install(self) -> None:
        """Do what `pip install --editable .` does with the page's own project."""
        project = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]
        name, version = project["name"], project["version"]
        home = self.folder / "site" / f"{name.replace('-', '_')}-{version}.dist-info"
        home.mkdir(parents=True)
        keywords = ",".join(project.get("keywords", ()))
        metadata = (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nKeywords: {keywords}\n"
        )
        (home / "METADATA").write_text(metadata)
        groups = project["entry-points"].items()
        lines = [
            f"[{g}]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items()) for g, rows in groups
        ]
        (home / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture(name="world")
def _world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in set(os.environ) - KEPT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for folder in ("site", "src"):
        (tmp_path / folder).mkdir()
        monkeypatch.syspath_prepend(tmp_path / folder)
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    world = World(tmp_path)
    yield world
    world.forget()


@contextlib.contextmanager
def captured() -> Iterator[io.BytesIO]:
    """Catch what is printed, on either stream, as a terminal would show it."""
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        yield printed
        stream.flush()
    stream.detach()


def assert_prints(wanted: str, printed: io.BytesIO, place: str) -> None:
    """Compare; three dots stand for any text, white space counts as one space."""
    got = printed.getvalue().decode()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    is_same = checker.check_output(wanted, got, flags)
    assert is_same, f"{place} prints something else:\n{got}\n--- the page says:\n{wanted}"


class Run:
    """One page, run from top to bottom."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.process = contextlib.ExitStack()
        self.last_status = 0

    def page(self, blocks: list[Block]) -> None:
        """Run all blocks; a `text` block belongs to the one before it."""
        self.process.enter_context(self.world.process())
        with self.process:
            for place, block in enumerate(blocks):
                following = blocks[place + 1 : place + 2]
                is_told = bool(following) and following[0].language == "text"
                self.block(block, following[0].text if is_told else None)

    def block(self, block: Block, wanted: str | None) -> None:
        """Do what one block calls for."""
        if block.file is not None:
            self.world.write(block.file, block.text.partition("\n")[2])
            if block.file == "purveyor.toml":
                self.process.close()
                self.process.enter_context(self.world.process())
        elif block.language == "python":
            self.python(block, wanted)
        elif block.language == "console":
            self.console(block)
        elif block.language == "sh":
            self.shell(block)

    def python(self, block: Block, wanted: str | None) -> None:
        """Run Python, in the namespace of the page."""
        code = compile("\n" * (block.line - 1) + block.text, str(block.page), "exec")
        with captured() as printed:
            exec(code, self.names)
        assert_prints(wanted or "", printed, block.place)

    def shell(self, block: Block) -> None:
        """Set the variables that are exported, and install what was written."""
        for name, value in re.findall(r"^export (\w+)=(\S+)", block.text, re.MULTILINE):
            os.environ[name] = "sk-docs-0123456789abcdef" if value == "..." else value
        if re.search(r"^pip install (--editable|-e) \.$", block.text, re.MULTILINE):
            self.world.install()
            self.process.close()
            self.process.enter_context(self.world.process())

    def console(self, block: Block) -> None:
        """Run each command, and compare what it prints."""
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, wanted = part.partition("\n")
            with captured() as printed:
                self.command(shlex.split(command))
            assert_prints(wanted, printed, f"{block.place}: $ {command}")

    def command(self, words: list[str]) -> None:
        """Run one command in a process of its own, or nearly so."""
        with pytest.MonkeyPatch.context() as patch:
            while re.fullmatch(r"\w+=.*", words[0]):
                name, _, value = words.pop(0).partition("=")
                patch.setenv(name, value)
            if words == ["echo", "$?"]:
                print(self.last_status)
            elif words[0] == "pytest":
                path = os.pathsep.join(str(self.world.folder / name) for name in ("site", "src"))
                patch.setenv("PYTHONPATH", path)
                done = subprocess.run(
                    [sys.executable, "-m", *words], capture_output=True, text=True, check=False
                )
                print(done.stdout + done.stderr)
            else:
                assert words[0] == "purveyor", f"a console block runs purveyor, not {words[0]}"
                with self.world.process():
                    self.last_status = main(words[1:])


def test_a_page_with_code_is_run(page: Path, world: World):
    """What the page says happens, happens."""
    Run(world).page(blocks_of(page))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each page a test of its own; of what is run, those with code."""
    if "page" in metafunc.fixturenames:
        is_run = "world" in metafunc.fixturenames
        pages = [page for page in PAGES if "```" in page.read_text()] if is_run else PROSE
        names = [str(page.relative_to(ROOT)) for page in pages]
        metafunc.parametrize("page", pages, ids=names)


def test_every_block_says_its_language(page: Path):
    """A block in an unknown language would pass unread."""
    unknown = [block.place for block in blocks_of(page) if block.language not in LANGUAGES]
    assert unknown == []


def test_every_link_leads_somewhere(page: Path):
    """A relative link names a file that is there, and a heading that is in it."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_prose_is_plain(page: Path):
    """No path of one machine, no picture letters, and a head."""
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert not re.search(r"/work/|/root/|/tmp/", text)
    assert not re.search("[\U0001f000-\U0001faff\u2600-\u27bf]", text)


def reference(name: str) -> str:
    """Read a page of the reference."""
    return (ROOT / "docs/reference" / name).read_text(encoding="utf-8")


def test_every_key_of_purveyor_toml_is_in_the_reference():
    """A setting that nobody can read of is not there."""
    from msgspec import structs

    from purveyor._settings import schema

    text = reference("config.md")
    tables = (
        *(schema.Settings, schema.Defaults, schema.SupplierSettings, schema.TimeoutSettings),
        *(schema.ModelSettings, schema.PluginSettings, schema.RetrySettings),
    )
    keys = {item.name for table in tables for item in structs.fields(table)}
    assert set() == {key for key in keys if f"`{key}`" not in text}


def test_every_variable_is_in_the_reference():
    """Ours, and those of the suppliers in this repository."""
    from purveyor.testing import load_supplier
    from purveyor_testkit.simulators import names

    with fresh_runtime():
        cards = [load_supplier(name).card for name in names() if name != "address"]
    variables = {name for card in cards for name in (*card.key_env, *card.base_url_env)}
    text = reference("config.md")
    assert set() == {name for name in {*variables, *config.VARIABLES} if f"`{name}`" not in text}


def test_every_command_and_option_is_in_the_reference():
    """What `--help` lists, the page lists."""
    from importlib import import_module

    import click

    text = reference("cli.md")
    pending = [import_module(f"purveyor.cli.{name}").command for name in COMMANDS]
    missing = []
    for command in pending:
        pending.extend(getattr(command, "commands", {}).values())
        options = [each for each in command.params if isinstance(each, click.Option)]
        missing += [opt for each in options for opt in each.opts if f"`{opt}" not in text]
        missing += [command.name] if f"{command.name}" not in text else []
    assert missing == []


def test_every_exit_status_is_in_the_reference():
    """A script's author looks them up."""
    from purveyor.cli import errors

    statuses = (errors.USAGE, errors.SET_UP, errors.SUPPLIER, errors.INTERRUPTED)
    for status in (0, 1, *statuses, errors.STOPPED, errors.PIPE_CLOSED):
        assert f"| {status} |" in reference("cli.md")


def test_the_tutorial_shows_the_whole_of_orchid():
    """The plugin on the page is the plugin in the repository."""
    source = (ROOT / "contrib/orchid/src/purveyor_orchid/__init__.py").read_text(encoding="utf-8")
    page = ROOT / "docs/tutorial/your-own-wire.md"
    shown = [block.text for block in blocks_of(page) if block.language == "python"]
    lines = [line for text in shown for line in text.splitlines() if line.strip()]
    wanted = [line for line in source.splitlines() if line.strip()]
    assert wanted == lines[: len(wanted)]

"""What no shipped file contains, and how long it may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from workspace import SHIPPED, parsed, short

MANY_PARAMETERS = {
    "core/src/purveyor/errors.py:__init__": "the facts of an error, keyword-only, each documented",
    "core/src/purveyor/_clients/connection.py:__init__": "it is the value object of a call",
    "contrib/testkit/src/purveyor_testkit/simulators/openai.py:_error": "a row of a table",
}
PROVES_PICKLING = "contrib/testkit/src/purveyor_testkit/conformance/"  # that no secret is in it
DESERIALISERS = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib"}
EVALUATORS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
UNVERIFIED = {"CERT_NONE", "_create_unverified_context"}
SWITCHES = {"shell": True, "verify": False, "check_hostname": False, "allow_pickle": True}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def offences(look: Callable[[ast.Module], Iterator[object]]) -> dict[str, list[object]]:
    """Give what a look at each shipped file finds, by file."""
    found = {short(path): list(look(parsed(path))) for path in SHIPPED}
    return {path: what for path, what in found.items() if what}


def functions(tree: ast.Module) -> Iterator[Function]:
    """Give all functions of a file."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def test_a_file_says_its_one_idea_first() -> None:
    """A docstring opens every file."""
    assert [short(path) for path in SHIPPED if not ast.get_docstring(parsed(path))] == []


def test_a_file_stops_at_400_lines() -> None:
    """More than that is more than one idea."""
    lines = {short(path): len(path.read_text().splitlines()) for path in SHIPPED}
    assert {path: count for path, count in lines.items() if count > 400} == {}


def test_a_function_fits_half_a_screen() -> None:
    """50 lines, docstring and all."""

    def long(tree: ast.Module) -> Iterator[str]:
        return (f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno >= 50)

    assert offences(long) == {}


def parameters(function: Function) -> int:
    """Count parameters, without self; all keyword options together are one."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    counted = [each for each in named if each.arg not in {"self", "cls"}]
    return len(counted) + bool(given.vararg) + bool(given.kwarg)


def test_more_than_six_parameters_want_a_value_object() -> None:
    """The exceptions are listed, each with its reason; none that is no more."""

    def crowded(tree: ast.Module) -> Iterator[str]:
        return (f.name for f in functions(tree) if parameters(f) > 6)

    many = {f"{path}:{name}" for path, names in offences(crowded).items() for name in names}
    assert many == MANY_PARAMETERS.keys()


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is `except:`, `except Exception` or `except BaseException`."""
    named = "" if handler.type is None else ast.unparse(handler.type)
    return not named or bool({"Exception", "BaseException"} & set(re.findall(r"\w+", named)))


def silent_handlers(path: Path) -> list[int]:
    """Give the lines that catch every error, raise none, and do not say why."""
    lines = path.read_text().splitlines()
    return [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
        if not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        if not re.search(r"noqa: BLE001\W+\w+", lines[node.lineno - 1])
    ]


def test_whoever_catches_everything_raises_or_says_why() -> None:
    """Law 6: nothing fails silently."""
    silent = {short(path): silent_handlers(path) for path in SHIPPED}
    assert {path: lines for path, lines in silent.items() if lines} == {}


def test_a_silent_handler_is_found(tmp_path: Path) -> None:
    """Bare, named, and in a tuple; a `noqa` alone is no reason."""
    source = tmp_path / "source.py"
    caught = (
        "",
        " Exception",
        " (OSError, BaseException) as err",
        " Exception:  # noqa: BLE001\n#",
    )
    source.write_text("".join(f"try: ...\nexcept{each}:\n    pass\n" for each in caught))
    assert len(silent_handlers(source)) == 4


def dangers(tree: ast.Module) -> Iterator[str]:
    """Give what would run or trust foreign code: imports, calls, switches."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in DESERIALISERS)
            case ast.ImportFrom(module=str(module)) if module in DESERIALISERS:
                yield module
            case ast.Call(func=function) if ast.unparse(function) in EVALUATORS:
                yield ast.unparse(function)
            case ast.Attribute(attr=name) if name in UNVERIFIED:
                yield name
            case ast.keyword(arg=str(name), value=ast.Constant(value=bool(value))):
                yield from switched(name, value)
            case ast.Assign(
                targets=[ast.Attribute(attr=name)], value=ast.Constant(value=bool(value))
            ):
                yield from switched(name, value)
            case ast.Dict(keys=keys, values=values):
                for key, each in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(each, ast.Constant):
                        yield from switched(key.value, each.value)


def switched(name: object, value: object) -> Iterator[str]:
    """Give a switch that stands the dangerous way."""
    if name in SWITCHES and SWITCHES[str(name)] is value:
        yield f"{name}={value}"


def test_no_file_runs_or_trusts_foreign_code() -> None:
    """Law 8: no pickle, no eval, no shell, and certificates are checked."""
    found = offences(dangers).items()
    assert {path: what for path, what in found if not path.startswith(PROVES_PICKLING)} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from dill import loads",
        "eval(text)",
        "run(line, shell=True)",
        "session.verify = False",
        "options = {'verify': False}",
        "context.verify_mode = ssl.CERT_NONE",
    ],
)
def test_a_danger_is_found(source: str) -> None:
    """Each kind once: imports, a call, switches."""
    assert list(dangers(ast.parse(source)))


def test_no_file_leaves_work_undone() -> None:
    """No TODO: an issue is the place for what is left."""
    undone = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [short(path) for path in SHIPPED if undone.search(path.read_text())] == []

"""Write public_api.txt: every public name and what it takes, so that a diff shows each change.

Run it where the public API is meant to change: python tests/architecture/write_public_api.py
"""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

DOORS = (
    *("purveyor", "purveyor.plugin", "purveyor.errors", "purveyor.config", "purveyor.testing"),
    "purveyor.hookspecs",
)
SNAPSHOT = Path(__file__).with_name("public_api.txt")
SPOKEN = {"__call__", "__iter__", "__aiter__", "__enter__", "__aenter__", "__getitem__", "__len__"}
NOT_OURS = {"Any", "Final", "TYPE_CHECKING", "SPECS"}


def public_names(module: ModuleType) -> list[str]:
    """Give what a module offers: its `__all__`, or what it defines itself without underscore."""
    defined = (
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", module.__name__) == module.__name__
        if not name.startswith("_") and not inspect.ismodule(value)
    )
    return sorted({*getattr(module, "__all__", defined)} - NOT_OURS)


def text_of(value: object) -> str:
    """Write an annotation as the source has it, and a default that has a text of its own."""
    if isinstance(value, inspect.Parameter):
        stars = {value.VAR_POSITIONAL: "*", value.VAR_KEYWORD: "**"}.get(value.kind, "")
        typed = "" if value.annotation is value.empty else f": {annotation_text(value.annotation)}"
        given = "" if value.default is value.empty else f" = {text_of(value.default)}"
        return f"{stars}{value.name}{typed}{given}"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(repr, value)))}}}"
    text = repr(value)
    return "..." if " at 0x" in text or text.startswith("<") else text


def annotation_text(annotation: object) -> str:
    """Write an annotation as the source has it."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def parameters(function: Any) -> list[inspect.Parameter]:
    """Give what a function takes, without self."""
    found = inspect.signature(function).parameters.values()
    return [each for each in found if each.name not in {"self", "cls", "_cls"}]


def signature(function: Any) -> str:
    """Write what a function takes and returns."""
    parts: list[str] = []
    for each in parameters(function):
        is_first = not any(part.startswith("*") for part in parts)
        if each.kind is each.KEYWORD_ONLY and is_first:
            parts.append("*")
        parts.append(text_of(each))
    returns = inspect.signature(function).return_annotation
    result = "" if returns is inspect.Signature.empty else f" -> {annotation_text(returns)}"
    return f"({', '.join(parts)}){result}"


def families(kind: type) -> list[type]:
    """Give a class and those of ours that it extends, itself last."""
    return [each for each in reversed(kind.__mro__) if each.__module__.startswith("purveyor")]


def fields(kind: type) -> Iterator[str]:
    """Write the fields of a value, or the parameters of a class that has a maker of its own."""
    annotations: dict[str, Any] = {}
    for each in families(kind):
        annotations.update(inspect.get_annotations(each))
    if hasattr(kind, "__struct_fields__") or hasattr(kind, "_fields"):
        for each in parameters(kind):
            how = "*, " if each.kind is each.KEYWORD_ONLY else ""
            yield f"{how}{text_of(each.replace(annotation=annotations[each.name]))}"
        return
    makers = [vars(kind)[name] for name in ("__new__", "__init__") if name in vars(kind)]
    if makers and not getattr(kind, "_is_protocol", False):
        maker = getattr(makers[0], "__func__", makers[0])
        yield f"{maker.__name__}{signature(maker).partition(' -> ')[0]}"


def members(kind: type) -> Iterator[str]:
    """Write the public methods, properties and class values, own and inherited ones."""
    found = {name: value for each in families(kind) for name, value in vars(each).items()}
    for name, value in sorted(found.items()):
        plain = getattr(value, "__func__", value)
        if name.startswith("_") and name not in SPOKEN:
            continue
        if inspect.isfunction(plain):
            yield f"{'async ' * inspect.iscoroutinefunction(plain)}{name}{signature(plain)}"
        elif isinstance(value, property):
            yield f"{name}: {annotation_text(inspect.get_annotations(value.fget)['return'])}"
        elif isinstance(value, (bool, str)):
            yield f"{name} = {value!r}"


def options(kind: type) -> Iterator[str]:
    """Write the keyword options that a class's methods name as `Unpack[...]`, each once."""
    wanted: dict[str, Any] = {}
    for method in filter(inspect.isfunction, vars(kind).values()):
        for found in re.findall(r"Unpack\[(\w+)\]", str(inspect.get_annotations(method))):
            wanted[found] = method.__globals__[found]
    for name, typed in sorted(wanted.items()):
        for key, annotation in sorted(typed.__annotations__.items()):
            yield f"{name}[{key}]: {getattr(annotation, '__forward_arg__', annotation)}"


def described(name: str, value: object) -> Iterator[str]:
    """Write one public name."""
    if isinstance(value, enum.EnumMeta):
        yield f"enum {name}: {', '.join(repr(member.value) for member in value)}"
    elif isinstance(value, type):
        bases = [base.__name__ for base in value.__bases__ if base.__name__ not in {"object"}]
        yield f"class {name}({', '.join(bases)})"
        for lines in (fields(value), members(value), options(value)):
            yield from (f"    {line}" for line in lines)
    elif inspect.isfunction(value):
        yield f"def {name}{signature(value)}"
    elif not inspect.ismodule(value):
        yield f"{name} = {text_of(value)}"


def describe() -> str:
    """Write down every door; what two doors share is told at the first."""
    lines: list[str] = []
    told: dict[int, str] = {}
    for door in DOORS:
        module = import_module(door)
        lines += ["", f"# {door}"] if lines else [f"# {door}"]
        for name in public_names(module):
            value = getattr(module, name)
            before = told.setdefault(id(value), door)
            lines.extend(described(name, value) if before == door else [f"{name}: see {before}"])
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(describe())
    print(f"wrote {SNAPSHOT}")

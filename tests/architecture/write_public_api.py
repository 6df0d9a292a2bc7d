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
    """Write a default; one without a text of its own is `...`, a set is sorted."""
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(repr, value)))}}}"
    text = repr(value)
    return "..." if " at 0x" in text or text.startswith("<") else text


def parameter_text(each: inspect.Parameter) -> str:
    """Write a parameter: stars, name, annotation, default."""
    stars = "**" if each.kind is each.VAR_KEYWORD else "*" * (each.kind is each.VAR_POSITIONAL)
    typed = "" if each.annotation is each.empty else f": {annotation_text(each.annotation)}"
    given = "" if each.default is each.empty else f" = {text_of(each.default)}"
    return f"{stars}{each.name}{typed}{given}"


def annotation_text(annotation: Any) -> str:
    """Write an annotation as the source has it."""
    stated = getattr(annotation, "__forward_arg__", annotation)
    return stated if isinstance(stated, str) else inspect.formatannotation(stated)


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
        parts.append(parameter_text(each))
    returns = inspect.signature(function).return_annotation
    result = "" if returns is inspect.Signature.empty else f" -> {annotation_text(returns)}"
    return f"({', '.join(parts)}){result}"


def families(kind: type) -> list[type]:
    """Give a class and those of ours that it extends, itself last."""
    return [each for each in reversed(kind.__mro__) if each.__module__.startswith("purveyor")]


def fields(kind: type) -> Iterator[str]:
    """Write the fields of a value, or the parameters of a class that has a maker of its own."""
    annotations: dict[str, Any] = {}
    for family in families(kind):
        annotations.update(inspect.get_annotations(family))
    if hasattr(kind, "__struct_fields__") or hasattr(kind, "_fields"):
        for each in parameters(kind):
            how = "*, " if each.kind is each.KEYWORD_ONLY else ""
            yield f"{how}{parameter_text(each.replace(annotation=annotations[each.name]))}"
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
        elif isinstance(value, property) and value.fget:
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
            yield f"{name}[{key}]: {annotation_text(annotation)}"


def described(name: str, value: object) -> Iterator[str]:
    """Write one public name."""
    if isinstance(value, type) and issubclass(value, enum.Enum):
        yield f"enum {name}: {', '.join(repr(each.value) for each in value)}"
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

"""Tools a model may call: from a JSON schema, or from a typed Python function."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import Struct

from purveyor.errors import ConfigError
from purveyor.types.output import inlined_schema

ToolChoice = Literal["auto", "none", "required"] | str
"""`auto`, `none`, `required`, or the name of the tool that must be called."""


def _no_parameters() -> dict[str, Any]:
    return {"type": "object", "properties": {}}


class Tool(Struct, frozen=True, kw_only=True):
    """A tool: its name, what it is for, and the JSON schema of its arguments.

    `function` is what runs it, where there is one; it never travels. `raw` is the whole
    description of a tool of the supplier's own kind, which is sent as it is.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = msgspec.field(default_factory=_no_parameters)
    is_strict: bool = False
    function: Callable[..., Any] | None = None
    raw: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, source: Tool | Mapping[str, Any] | Callable[..., Any]) -> Tool:
        """Make a tool of a tool, a JSON description, or a typed function.

        Raises:
            ConfigError: the description has no name, or the function an untyped parameter.
        """
        if isinstance(source, Tool):
            return source
        if isinstance(source, Mapping):
            return _from_description(source)
        if callable(source):
            return _from_function(source)
        raise ConfigError(
            f"a tool is a Tool, a JSON description or a typed function, not {type(source).__name__}"
        )


def _from_description(description: Mapping[str, Any]) -> Tool:
    kind = description.get("type", "function")
    inner = description.get("function", description.get(kind, description))
    name = inner.get("name") if isinstance(inner, Mapping) else None
    if kind not in ("function", "object"):  # the supplier's own: a web search, a grammar
        return Tool(name=str(name or kind), raw=description)
    if not isinstance(name, str) or not name:
        raise ConfigError("a tool's JSON description needs a 'name'")
    return Tool(
        name=name,
        description=str(inner.get("description") or ""),
        parameters=inner.get("parameters") or _no_parameters(),
        is_strict=bool(inner.get("strict", False)),
    )


def _from_function(function: Callable[..., Any]) -> Tool:
    bare = function.func if isinstance(function, partial) else function
    name = getattr(bare, "__name__", type(bare).__name__)
    hints = _hints(bare, name)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ConfigError(f"tool {name!r}: parameter *{parameter.name} has no schema")
        if parameter.name not in hints:
            raise ConfigError(
                f"tool {name!r}: parameter {parameter.name!r} has no type; annotate it"
            )
        described = (parameter.name, hints[parameter.name])
        has_default = parameter.default is not parameter.empty
        fields.append((*described, parameter.default) if has_default else described)
    struct = msgspec.defstruct(re.sub(r"\W", "_", name), fields, kw_only=True)
    schema = inlined_schema(struct)
    schema.pop("title", None)
    description = inspect.getdoc(bare) or ""
    return Tool(name=name, description=description, parameters=schema, function=function)


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """Give the types of a function's parameters, or of an object's `__call__`."""
    typed = function if inspect.isroutine(function) else type(function).__call__
    try:
        return get_type_hints(typed, include_extras=True)
    except NameError as error:
        raise ConfigError(f"tool {name!r}: {error}; import what the annotation names") from error

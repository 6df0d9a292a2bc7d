"""Structured output: from a type to a JSON schema, and from a reply's text to a value."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from purveyor.errors import ConfigError, FormatError


class Output(Struct, frozen=True, kw_only=True):
    """The form a reply is to have: any JSON, or what a schema describes.

    `schema` None asks for JSON of any shape. `build` turns the parsed JSON into the user's type.
    """

    name: str = "reply"
    schema: Mapping[str, Any] | None = None
    is_strict: bool = True
    build: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, source: Any) -> Output:
        """Make an output of an `Output`, `"json"`, a JSON schema, or a type.

        Types: a dataclass, a TypedDict, a msgspec Struct, anything else msgspec can describe, or
        a class with pydantic's `model_json_schema` and `model_validate`.

        Raises:
            ConfigError: no schema can be made of it.
        """
        if isinstance(source, Output):
            return source
        if source == "json":
            return cls()
        if isinstance(source, Mapping):
            return cls(name=str(source.get("title") or "reply"), schema=source)
        if hasattr(source, "model_json_schema") and hasattr(source, "model_validate"):
            return cls(
                name=source.__name__,
                schema=source.model_json_schema(),
                build=source.model_validate,
            )
        return cls(
            name=getattr(source, "__name__", "reply"),
            schema=inlined_schema(source),
            build=lambda value: msgspec.convert(value, source),
        )

    def parse(self, text: str) -> Any:
        """Read a reply's text.

        Raises:
            FormatError: it is not JSON, or not of the described shape.
        """
        try:
            value = msgspec.json.decode(_unfenced(text))
        except msgspec.DecodeError as error:
            raise FormatError(f"the reply is not JSON: {error}", text) from error
        if self.build is None:
            return value
        try:
            return self.build(value)
        except (ValueError, TypeError) as error:  # msgspec's and pydantic's errors are ValueErrors
            raise FormatError(f"the reply does not fit {self.name}: {error}", text) from error


def _unfenced(text: str) -> str:
    """Take a Markdown code fence off: models without a JSON mode often add one."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        return stripped[3:-3].removeprefix("json").strip()
    return stripped


def inlined_schema(source: Any) -> dict[str, Any]:
    """Describe a type by a JSON schema whose root is no reference.

    Raises:
        ConfigError: msgspec knows no schema for the type.
    """
    try:
        schema = msgspec.json.schema(source)
    except TypeError as error:
        raise ConfigError(f"no JSON schema can be made of {source!r}: {error}") from error
    definitions = schema.pop("$defs", {})
    reference = schema.get("$ref", "")
    root = copy.deepcopy(definitions.get(reference.rpartition("/")[2], schema))
    used = {
        name: value for name, value in definitions.items() if name in _references(root, definitions)
    }
    return {**root, "$defs": used} if used else root


def _references(node: Any, definitions: Mapping[str, Any]) -> set[str]:
    """Collect the names a schema refers to, through other definitions too."""
    found: set[str] = set()
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Mapping):
            name = str(current.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                pending.append(definitions.get(name, {}))
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return found


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Close every object of a schema and require all its properties, as strict modes demand."""
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs", "definitions") and isinstance(value, Mapping):
            result[key] = {name: strict_schema(part) for name, part in value.items()}
        elif key == "items" and isinstance(value, Mapping):
            result[key] = strict_schema(value)
        elif key in ("anyOf", "allOf", "oneOf", "prefixItems") and isinstance(value, list):
            result[key] = [strict_schema(part) for part in value]
        elif key != "default":  # a required property has no use for one, and strict modes refuse it
            result[key] = value
    if result.get("type") == "object" or "properties" in result:
        result["additionalProperties"] = False
        result["required"] = list(result.get("properties", {}))
    return result

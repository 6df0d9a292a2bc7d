"""Structured output: from a type to a JSON schema, and from a reply's text to a value."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from purveyor.errors import ConfigError, FormatError


class Output(Struct, frozen=True, kw_only=True):
    """The form a reply is to have: any JSON, or what a schema describes.

    `schema` None asks for JSON of any shape. `is_strict` asks the supplier to enforce the schema,
    where the schema allows it. `in_words` lets a supplier that takes no schema have it told in a
    message instead. `build` turns the parsed JSON into the user's type.
    """

    name: str = "reply"
    schema: Mapping[str, Any] | None = None
    is_strict: bool = True
    in_words: bool = False
    build: Callable[[Any], Any] | None = None

    @property
    def can_be_strict(self) -> bool:
        """Whether a supplier can enforce the schema: an object of any properties cannot be."""
        return self.schema is not None and not _has_open_objects(self.schema)

    @classmethod
    def of(cls, source: Any, *, in_words: bool = False) -> Output:
        """Make an output of an `Output`, `"json"`, a JSON schema, or a type.

        Types: a dataclass, a TypedDict, a msgspec Struct, anything else msgspec can describe, or
        a class with pydantic's `model_json_schema` and `model_validate`.

        Raises:
            ConfigError: no schema can be made of it.
        """
        if isinstance(source, Output):
            return source
        if isinstance(source, str) and source == "json":
            return cls()
        if isinstance(source, Mapping):
            name = str(source.get("title") or "reply")
            return cls(name=name, schema=source, in_words=in_words)
        if hasattr(source, "model_json_schema") and hasattr(source, "model_validate"):
            return cls(
                name=source.__name__,
                schema=source.model_json_schema(),
                in_words=in_words,
                build=source.model_validate,
            )
        return cls(
            name=getattr(source, "__name__", "reply"),
            schema=inlined_schema(source),
            in_words=in_words,
            build=partial(msgspec.convert, type=source),  # a lambda could not be pickled
        )

    def parse(self, text: str) -> Any:
        """Read a reply's text.

        Raises:
            FormatError: it is not JSON, or not of the described shape.
        """
        try:
            value = msgspec.json.decode(_unfenced(text))
        except (ValueError, RecursionError) as error:
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
        inside = stripped[3:-3]
        return (inside[4:] if inside[:4].lower() == "json" else inside).strip()
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


def _has_open_objects(schema: Mapping[str, Any]) -> bool:
    """Whether some object may have properties that the schema does not name."""
    if schema.get("additionalProperties") not in (None, False):
        return True
    if schema.get("type") == "object" and "properties" not in schema:
        return True
    named = [schema.get(key) for key in ("properties", "$defs", "definitions")]
    listed = [schema.get(key) for key in ("anyOf", "allOf", "oneOf", "prefixItems")]
    inner = [part for group in named if isinstance(group, Mapping) for part in group.values()]
    inner += [part for group in listed if isinstance(group, list) for part in group]
    inner.append(schema.get("items"))
    return any(_has_open_objects(part) for part in inner if isinstance(part, Mapping))


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

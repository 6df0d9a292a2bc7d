"""Tools: from a typed function, from a JSON description."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional

import msgspec
import pytest

from purveyor.errors import ConfigError
from purveyor.types.tools import Tool


@dataclass
class Place:
    city: str
    country: str = "France"


def weather(
    place: Place,
    unit: Literal["C", "F"] = "C",
    days: int = 1,
    note: Optional[str] = None,  # noqa: UP045
) -> str:
    """Tell the weather.

    One line a day.
    """
    return f"{place} {unit} {days} {note}"


def test_a_function_is_described_by_its_types():
    """Name, docstring, types, defaults, a literal, an optional, a dataclass."""
    tool = Tool.of(weather)
    assert tool.name == "weather"
    assert tool.description == "Tell the weather.\n\nOne line a day."
    assert tool.parameters["required"] == ["place"]
    properties = tool.parameters["properties"]
    assert properties["unit"] == {"enum": ["C", "F"], "default": "C"}
    assert properties["days"] == {"type": "integer", "default": 1}
    assert properties["note"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert properties["place"] == {"$ref": "#/$defs/Place"}
    assert tool.parameters["$defs"]["Place"]["required"] == ["city"]
    assert tool.function is weather


def test_annotations_reach_the_schema():
    """What a parameter means can be said beside its type."""

    def search(query: Annotated[str, msgspec.Meta(description="words to look for")]) -> None: ...

    described = Tool.of(search).parameters["properties"]["query"]
    assert described["description"] == "words to look for"


def test_a_function_without_parameters_has_an_empty_schema():
    """Suppliers want an object all the same."""

    def now() -> str: ...

    assert Tool.of(now).parameters["type"] == "object"
    assert Tool.of(now).parameters["properties"] == {}


class Counter:
    """Counts."""

    def add(self, step: int) -> int:
        """Add a step."""
        return step

    def __call__(self, start: int) -> int:
        """Count from a number."""
        return start


def test_a_bound_method_is_a_tool():
    """`self` is no parameter."""
    tool = Tool.of(Counter().add)
    assert (tool.name, tool.description) == ("add", "Add a step.")
    assert list(tool.parameters["properties"]) == ["step"]


def test_a_callable_object_is_a_tool_of_its_class_name():
    """Its `__call__` says the parameters."""
    tool = Tool.of(Counter())
    assert tool.name == "Counter"
    assert list(tool.parameters["properties"]) == ["start"]


def test_a_partial_is_a_tool_with_what_is_left():
    """What is filled in already is not asked of the model."""
    tool = Tool.of(functools.partial(weather, Place("Ulm")))
    assert tool.name == "weather"
    assert list(tool.parameters["properties"]) == ["unit", "days", "note"]


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (lambda city: city, "no type"),
        (print, "schema"),
    ],
    ids=["untyped", "variadic"],
)
def test_a_function_that_cannot_be_described_is_refused(function, named):
    """The message says which parameter."""
    with pytest.raises(ConfigError, match=named):
        Tool.of(function)


def test_a_variadic_parameter_is_refused():
    """It has no schema."""

    def collect(*words: str) -> None: ...

    with pytest.raises(ConfigError, match="words"):
        Tool.of(collect)


def test_an_annotation_that_names_nothing_is_refused():
    """A forward reference that cannot be resolved is a mistake of the caller's."""

    def find(thing: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(ConfigError, match="Missing"):
        Tool.of(find)


def test_a_type_without_schema_is_refused():
    """Before any call."""

    def rotate(by: complex) -> None: ...

    with pytest.raises(ConfigError, match="no JSON schema"):
        Tool.of(rotate)


def test_a_wrapped_description_is_read():
    """As the wire has it."""
    tool = Tool.of(
        {
            "type": "function",
            "function": {
                "name": "f",
                "description": "does f",
                "parameters": {"type": "object"},
                "strict": True,
            },
        }
    )
    assert (tool.name, tool.description, tool.is_strict) == ("f", "does f", True)
    assert tool.parameters == {"type": "object"}


def test_a_bare_description_is_read():
    """Without its envelope; what is not said is an empty object of parameters."""
    tool = Tool.of({"name": "f"})
    assert tool.parameters == {"type": "object", "properties": {}}
    assert tool.description == ""


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "builtin_function", "function": {"name": "$web_search"}},
        {"type": "custom", "custom": {"name": "sql", "format": {"type": "text"}}},
    ],
)
def test_a_tool_of_a_suppliers_own_kind_is_kept_as_it_is(raw):
    """A web search of the supplier's is no function with an empty schema."""
    tool = Tool.of(raw)
    assert tool.raw == raw
    assert tool.name in ("$web_search", "sql")


@pytest.mark.parametrize("described", [{}, {"name": ""}, {"function": "f"}, {"function": {}}])
def test_a_description_without_name_is_refused(described: dict[str, Any]):
    """There would be nothing to call."""
    with pytest.raises(ConfigError, match="name"):
        Tool.of(described)


def test_anything_else_is_no_tool():
    """The message says what is one."""
    with pytest.raises(ConfigError, match="not int"):
        Tool.of(3)  # type: ignore[arg-type]


def test_a_tool_is_left_alone():
    """So that it can be made once."""
    tool = Tool(name="f")
    assert Tool.of(tool) is tool


def test_two_tools_do_not_share_their_empty_schema():
    """A default that could be changed is made anew."""
    first: Callable[[], Tool] = lambda: Tool(name="f")  # noqa: E731
    assert first().parameters is not first().parameters

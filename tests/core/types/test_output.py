"""Structured output: a type says the form, the reply's text becomes a value of it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

import msgspec
import pydantic
import pytest

from purveyor.errors import ConfigError, FormatError
from purveyor.types.output import Output, strict_schema


@dataclass
class Street:
    name: str


@dataclass
class City:
    name: str
    inhabitants: int = 0
    streets: list[Street] = field(default_factory=list)


class Place(TypedDict):
    name: str
    kind: Literal["city", "river"]


class Point(msgspec.Struct):
    x: float
    label: str | None = None


class Tree(msgspec.Struct):
    value: int
    left: Tree | None = None


class Described:
    """Stands in for a pydantic model: it has the two methods that count."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object", "properties": {"x": {"type": "integer"}}}

    @classmethod
    def model_validate(cls, value: dict[str, Any]) -> Described:
        if "x" not in value:
            raise ValueError("x is missing")
        return cls(**value)


def test_a_dataclass_is_described_and_built():
    """Nested types too."""
    output = Output.of(City)
    assert output.name == "City"
    assert output.parse('{"name": "Paris", "streets": [{"name": "Rivoli"}]}') == City(
        "Paris", streets=[Street("Rivoli")]
    )


def test_a_typed_dict_is_built_as_a_dict():
    """Its literals are checked."""
    output = Output.of(Place)
    assert output.parse('{"name": "Seine", "kind": "river"}') == {"name": "Seine", "kind": "river"}
    with pytest.raises(FormatError, match="Place"):
        output.parse('{"name": "Seine", "kind": "sea"}')


def test_a_struct_is_built():
    """A msgspec Struct is described by its fields."""
    assert Output.of(Point).parse('{"x": 1}') == Point(1.0)


def test_a_recursive_type_keeps_its_definition():
    """The root is no reference, its own name stays defined."""
    schema = Output.of(Tree).schema
    assert schema is not None
    assert schema["type"] == "object"
    assert "Tree" in schema["$defs"]


def test_a_list_of_numbers_is_described():
    """Anything msgspec can describe."""
    assert Output.of(list[int]).parse("[1, 2]") == [1, 2]


def test_a_pydantic_like_class_describes_and_builds_itself():
    """By its own two methods; its ValueError becomes ours."""
    output = Output.of(Described)
    assert output.schema == Described.model_json_schema()
    assert output.parse('{"x": 1}').fields == {"x": 1}
    with pytest.raises(FormatError, match="x is missing"):
        output.parse("{}")


def test_a_real_pydantic_model_is_built():
    """We do not depend on it; the tests do."""
    model = pydantic.create_model("Town", name=(str, ...), size=(int, 0))
    output = Output.of(model)
    assert output.name == "Town"
    assert output.parse('{"name": "Ulm"}').name == "Ulm"
    with pytest.raises(FormatError, match="Town"):
        output.parse('{"name": "Ulm", "size": "huge"}')


def test_a_json_schema_is_taken_as_it_is():
    """The value is the parsed JSON."""
    output = Output.of({"title": "Size", "type": "object"})
    assert output.name == "Size"
    assert output.parse('{"cm": 3}') == {"cm": 3}
    assert Output.of({"type": "object"}).name == "reply"


def test_json_asks_for_any_json():
    """No schema, no type."""
    assert Output.of("json") == Output()
    assert Output.of("json").parse("[1]") == [1]


def test_an_output_is_left_alone():
    """So that it can be made once and used often."""
    output = Output(name="mine", is_strict=False)
    assert Output.of(output) is output


def test_what_cannot_be_described_is_a_config_error():
    """Raised where the output is asked for, before any call."""
    with pytest.raises(ConfigError, match="no JSON schema"):
        Output.of(complex)


@pytest.mark.parametrize(
    "text",
    ["", "Paris", '{"name": ', "[" * 100_000, '{"name": "\ud83d"}'],
    ids=["empty", "prose", "cut", "deep", "half a surrogate"],
)
def test_text_that_is_no_json_is_a_format_error_that_keeps_it(text):
    """A reply of another form is not swallowed."""
    with pytest.raises(FormatError, match="not JSON") as caught:
        Output.of(City).parse(text)
    assert caught.value.text == text


@pytest.mark.parametrize(
    "text", ['```json\n{"x": 1}\n```', '```\n{"x": 1}```', ' {"x": 1}\n', '```JSON\n{"x": 1}\n```']
)
def test_a_code_fence_is_taken_off(text):
    """Models without a JSON mode add one."""
    assert Output.of(Point).parse(text) == Point(1.0)


def test_an_output_of_a_type_survives_pickle():
    """A reply that carries one is sent between processes."""
    copied = pickle.loads(pickle.dumps(Output.of(City)))  # noqa: S301
    assert copied.parse('{"name": "Ulm"}') == City("Ulm")


def test_a_strict_schema_closes_every_object():
    """Strict modes want all properties required, none beside them, and no defaults."""
    schema = strict_schema(Output.of(City).schema or {})
    assert schema["required"] == ["name", "inhabitants", "streets"]
    assert schema["additionalProperties"] is False
    assert "default" not in schema["properties"]["inhabitants"]
    assert schema["$defs"]["Street"]["additionalProperties"] is False


def test_a_strict_schema_closes_alternatives_and_items():
    """Objects inside anyOf, prefixItems and items are objects too."""
    closed = {
        "type": "object",
        "properties": {},
        "additionalProperties": False,
        "required": [],
    }
    opened = {"type": "object", "properties": {}}
    assert strict_schema({"anyOf": [opened, {"type": "null"}]})["anyOf"][0] == closed
    assert strict_schema({"type": "array", "items": opened})["items"] == closed
    assert strict_schema({"type": "array", "prefixItems": [opened]})["prefixItems"] == [closed]


def test_a_property_named_default_is_kept():
    """Only the keyword is dropped."""
    schema = {"type": "object", "properties": {"default": {"type": "string"}}}
    assert strict_schema(schema)["required"] == ["default"]


@pytest.mark.parametrize(
    "source",
    [
        dict[str, int],
        {"type": "object"},
        {"type": "object", "additionalProperties": True, "properties": {"a": {}}},
        {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
    ],
    ids=["mapping", "any object", "open object", "mapping in a list"],
)
def test_a_schema_with_open_objects_is_not_strict(source):
    """Closing it would leave the model nothing to say."""
    assert Output.of(source).can_be_strict is False


def test_a_schema_of_closed_objects_can_be_strict():
    """As a dataclass's."""
    assert Output.of(City).can_be_strict is True
    assert Output.of("json").can_be_strict is False

"""What a simulated model says: decided by what it is asked, the same every time.

The rules, which a simulator of one's own should keep, so that the conformance checks fit it:

- to the text T it says "You said: T", a delta per word;
- to a tool's result R it says "The tool said: R";
- where T holds "use <tool>" and that tool is offered, it calls it, each tool named so once;
  a required tool is called unasked; the arguments are an example of the tool's schema;
- where JSON is asked for it gives an example of the schema, or {"answer": T};
- a prefix P it continues with "continues: P".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

_BY_TYPE: Mapping[str, Any] = {
    "string": "example",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


class Call(Struct, frozen=True):
    """A tool the model wants called; without an id one is made."""

    name: str
    arguments: str = "{}"
    id: str | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """What the model says. Each piece is one delta of a stream; joined they are the text."""

    text: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    refusal: str | None = None
    finish: str = "stop"


class Question(Struct, frozen=True, kw_only=True):
    """What a model sees of a request."""

    model: str
    text: str
    tool_result: str | None = None
    prefix: str | None = None
    tools: Mapping[str, Mapping[str, Any]] = {}
    tool_choice: str = "auto"
    is_parallel: bool = True
    wants_json: bool = False
    schema: Mapping[str, Any] | None = None
    thinks: bool = False
    limit: int | None = None
    stop: tuple[str, ...] = ()
    input_tokens: int = 1


def answer_to(question: Question, place: int = 0) -> Answer:
    """Answer a question; `place` is which of several answers this is."""
    reasoning = pieces(f"The user said: {question.text}") if question.thinks else ()
    calls = _calls(question)
    if calls:
        return Answer(calls=calls, reasoning=reasoning, finish="tool_calls")
    text = _text(question)
    said = Answer(text=pieces(f"{text} ({place})" if place else text), reasoning=reasoning)
    return _shortened(said, question)


def pieces(text: str) -> tuple[str, ...]:
    """Cut a text into words, each with the white space after it."""
    return tuple(re.findall(r"\S+\s*|\s+", text))


def _text(question: Question) -> str:
    if question.prefix is not None:
        return f"continues: {question.prefix}"
    if question.schema is not None:
        return json.dumps(example_of(question.schema), ensure_ascii=False)
    if question.wants_json:
        return json.dumps({"answer": question.text}, ensure_ascii=False)
    if question.tool_result is not None:
        return f"The tool said: {question.tool_result}"
    return f"You said: {question.text}"


def _shortened(answer: Answer, question: Question) -> Answer:
    text = "".join(answer.text)
    ends = [text.index(word) for word in question.stop if word in text]
    if ends:
        answer = structs.replace(answer, text=pieces(text[: min(ends)]))
    if question.limit is not None and len(answer.text) > question.limit:
        answer = structs.replace(answer, text=answer.text[: question.limit], finish="length")
    return answer


def _calls(question: Question) -> tuple[Call, ...]:
    offered = question.tools
    if not offered or question.tool_choice == "none" or question.tool_result is not None:
        return ()
    if question.tool_choice in offered:
        named = [question.tool_choice]
    else:
        named = [name for name in offered if f"use {name}" in question.text]
        if not named and question.tool_choice == "required":
            named = list(offered)[:1]
    if not question.is_parallel:
        named = named[:1]
    return tuple(Call(name, json.dumps(example_of(offered[name]))) for name in named)


def example_of(schema: Mapping[str, Any], definitions: Mapping[str, Any] | None = None) -> Any:
    """Make a value that fits a JSON schema, the same every time."""
    known = definitions or schema.get("$defs") or {}
    if "$ref" in schema:
        return example_of(known[schema["$ref"].rpartition("/")[2]], known)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return example_of(schema[word][0], known)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, Sequence) and not isinstance(kind, str) else kind
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties") or {}
        return {name: example_of(field, known) for name, field in fields.items()}
    if kind == "array":
        return [example_of(schema.get("items") or {"type": "string"}, known)]
    return _BY_TYPE.get(kind or "string", "example")

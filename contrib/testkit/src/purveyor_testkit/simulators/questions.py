"""A chat request on the shared wire, read as what a model sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from purveyor_testkit.simulators.answers import Question


def read_question(body: Mapping[str, Any], *, thinks: bool = False) -> Question:
    """Read a request's body."""
    messages = body["messages"]
    last = messages[-1]
    is_tool = last.get("role") == "tool"
    asked = [message for message in messages if message.get("role") == "user"]
    form = body.get("response_format") or {}
    stop = body.get("stop") or ()
    return Question(
        model=body["model"],
        text=text_of(asked[-1]) if asked else "",
        tool_result=text_of(last) if is_tool else None,
        prefix=text_of(last) if last.get("partial") or last.get("prefix") else None,
        tools={
            tool["function"]["name"]: tool["function"].get("parameters") or {}
            for tool in body.get("tools") or ()
        },
        tool_choice=_tool_choice(body.get("tool_choice")),
        is_parallel=body.get("parallel_tool_calls") is not False,
        wants_json=form.get("type") in ("json_object", "json_schema"),
        schema=(form.get("json_schema") or {}).get("schema"),
        thinks=thinks,
        limit=body.get("max_completion_tokens") or body.get("max_tokens"),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        input_tokens=sum(len(text_of(message).split()) for message in messages),
    )


def _tool_choice(said: Any) -> str:
    if isinstance(said, Mapping):
        return str(said["function"]["name"])
    return said or "auto"


def text_of(message: Mapping[str, Any]) -> str:
    """Read a message's text; other parts are shown by what they are: "[image_url]"."""
    content = message.get("content")
    if not isinstance(content, list):
        return content or ""
    return "".join(
        part["text"] if part.get("type") == "text" else f"[{part.get('type')}]" for part in content
    )


def image_urls(body: Mapping[str, Any]) -> list[str]:
    """Collect the addresses of all pictures of a request."""
    return [
        part["image_url"]["url"]
        for message in body["messages"]
        if isinstance(message.get("content"), list)
        for part in message["content"]
        if part.get("type") == "image_url"
    ]


def lacks_reasoning(body: Mapping[str, Any]) -> bool:
    """Whether an assistant's tool calls came back without the reasoning that led to them."""
    return any(
        message.get("role") == "assistant"
        and message.get("tool_calls")
        and not message.get("reasoning_content")
        for message in body["messages"]
    )

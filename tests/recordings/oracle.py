"""What a recorded body says, read as plainly as can be: the tests' own reading, not ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"


def interactions(supplier: str, capability: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give (name, interaction) of every recorded exchange of a capability."""
    for path in sorted((RECORDINGS / supplier).glob("*/*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        for number, interaction in enumerate(recorded["interactions"]):
            if interaction.get("capability", recorded["capability"]) == capability:
                yield f"{path.stem}#{number}", interaction


def body_of(response: dict[str, Any]) -> bytes:
    """Give the recorded body's bytes."""
    if "body_base64" in response:
        import base64

        return base64.b64decode(response["body_base64"])
    text = response.get("sse") if response.get("sse") is not None else response.get("body")
    return (text if isinstance(text, str) else json.dumps(text)).encode()


def chunks_of(sse: str) -> list[dict[str, Any]]:
    """Give the JSON chunks of a recorded stream, line by line."""
    lines = [
        line.removeprefix("data:").strip() for line in sse.splitlines() if line.startswith("data:")
    ]
    return [json.loads(line) for line in lines if line and line != "[DONE]"]


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """Say what a whole completion holds."""
    choice = body["choices"][0]
    return _said(choice.get("message") or {}, choice.get("finish_reason"), body.get("usage"))


def streamed(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Add a stream up: texts are concatenated, tool calls by index, the last usage counts."""
    text, reasoning, refusal, finish, usage = "", "", "", None, None
    calls: dict[int, list[str]] = {}
    for chunk in chunks:
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices") or []:
            usage = choice.get("usage") or usage
            if choice.get("index", 0) != 0:
                continue
            delta = choice.get("delta") or {}
            text += delta.get("content") or ""
            reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
            refusal += delta.get("refusal") or ""
            finish = choice.get("finish_reason") or finish
            for call in delta.get("tool_calls") or []:
                entry = calls.setdefault(call.get("index", 0), ["", "", ""])
                entry[0] = call.get("id") or entry[0]
                entry[1] = call["function"].get("name") or entry[1]
                entry[2] += call["function"].get("arguments") or ""
            legacy = delta.get("function_call")
            if legacy:
                entry = calls.setdefault(0, ["", "", ""])
                entry[1] = legacy.get("name") or entry[1]
                entry[2] += legacy.get("arguments") or ""
    tools = [tuple(call) for _, call in sorted(calls.items())]
    return _facts(text, reasoning, refusal, tools, finish, usage)


def _said(message: dict[str, Any], finish: Any, usage: Any) -> dict[str, Any]:
    calls = [
        (call.get("id") or "", call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or []
    ]
    legacy = message.get("function_call")
    if legacy:
        calls.append(("", legacy["name"], legacy["arguments"]))
    reasoning = message.get("reasoning_content") or message.get("reasoning") or ""
    return _facts(
        message.get("content") or "", reasoning, message.get("refusal") or "", calls, finish, usage
    )


def _facts(
    text: str, reasoning: str, refusal: str, tools: list[Any], finish: Any, usage: Any
) -> dict[str, Any]:
    usage = usage or {}
    return {
        "text": text,
        "reasoning": reasoning,
        "refusal": refusal,
        "tools": tools,
        "finish": finish or None,
        "input": usage.get("prompt_tokens"),
        "output": usage.get("completion_tokens"),
        "total": usage.get("total_tokens"),
        "thought": (usage.get("completion_tokens_details") or {}).get("reasoning_tokens"),
    }

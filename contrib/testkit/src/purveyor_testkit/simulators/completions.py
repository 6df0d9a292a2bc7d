"""Completions on the shared wire: an object for a whole answer, chunks for a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from purveyor_testkit.simulators.answers import Answer, Call
from purveyor_testkit.simulators.base import SIMULATED

_CREATED = 1_776_000_000


def completion(model: str, answers: Sequence[Answer], logprobs: int | None) -> dict[str, Any]:
    """Write whole answers, without usage."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": _CREATED,
        "model": model,
        SIMULATED: {"kept": True},
        "choices": [_choice(answer, place, logprobs) for place, answer in enumerate(answers)],
    }


def _choice(answer: Answer, place: int, logprobs: int | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(answer.text) or None}
    if answer.reasoning:
        message["reasoning_content"] = "".join(answer.reasoning)
    if answer.calls:
        message["tool_calls"] = [_call(call, index) for index, call in enumerate(answer.calls)]
    if answer.refusal is not None:
        message["refusal"] = answer.refusal
    return {
        "index": place,
        "message": message,
        "logprobs": None if logprobs is None else _logprobs(answer.text, logprobs),
        "finish_reason": answer.finish,
    }


def _call(call: Call, index: int) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": _call_id(call, index), "type": "function", "function": function}


def _call_id(call: Call, index: int) -> str:
    return call.id or f"call_{index}_{call.name}"


def _logprobs(tokens: Sequence[str], alternatives: int) -> dict[str, Any]:
    content = [
        {
            "token": token,
            "logprob": -0.5,
            "bytes": list(token.encode()),
            "top_logprobs": [
                {"token": f"{token}{rank}", "logprob": -0.5 - rank} for rank in range(alternatives)
            ],
        }
        for token in tokens
    ]
    return {"content": content, "refusal": None}


def chunk(model: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Write one chunk of a stream."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": model,
        SIMULATED: {"kept": True},
        "choices": choices,
    }


def chunks(model: str, answers: Sequence[Answer], logprobs: int | None) -> Iterator[dict[str, Any]]:
    """Write answers as the chunks of a stream; several answers take turns."""
    waiting = [list(_deltas(answer, place, logprobs)) for place, answer in enumerate(answers)]
    while any(waiting):
        for deltas in waiting:
            if deltas:
                yield chunk(model, [deltas.pop(0)])


def _deltas(answer: Answer, place: int, logprobs: int | None) -> Iterator[dict[str, Any]]:
    def choice(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {"index": place, "delta": delta, "logprobs": None, "finish_reason": finish}

    yield choice({"role": "assistant", "content": ""})
    for piece in answer.reasoning:
        yield choice({"reasoning_content": piece})
    for piece in answer.text:
        said = choice({"content": piece})
        yield said if logprobs is None else said | {"logprobs": _logprobs([piece], logprobs)}
    for index, call in enumerate(answer.calls):
        for fragment in _call_fragments(call, index):
            yield choice({"tool_calls": [fragment]})
    if answer.refusal is not None:
        yield choice({"refusal": answer.refusal})
    yield choice({}, answer.finish)


def _call_fragments(call: Call, index: int) -> Iterator[dict[str, Any]]:
    """Say id and name first, then the arguments in two halves."""
    function = {"name": call.name, "arguments": ""}
    identity = _call_id(call, index)
    yield {"index": index, "id": identity, "type": "function", "function": function}
    middle = len(call.arguments) // 2
    for half in (call.arguments[:middle], call.arguments[middle:]):
        yield {"index": index, "function": {"arguments": half}}


def usage(input_tokens: int, answers: Sequence[Answer]) -> dict[str, Any]:
    """Count: words in, pieces out."""
    written = sum(
        len(answer.text) + len(answer.reasoning) + len(answer.calls) for answer in answers
    )
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": written,
        "total_tokens": input_tokens + written,
    }


def reasoning_tokens(answers: Sequence[Answer]) -> int:
    """Count the pieces of reasoning."""
    return sum(len(answer.reasoning) for answer in answers)

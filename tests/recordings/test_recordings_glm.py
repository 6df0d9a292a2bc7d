"""GLM's real traffic: everything in it arrives, at any cut of the bytes; and we ask as it was asked.

The folder lies beside the project and is only read; without it these tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from purveyor.errors import SupplierError
from purveyor.modules.chat import OnlineChatModule
from purveyor.plugin import HttpReply
from purveyor.testing import serve_with

from .oracle import RECORDINGS, interactions
from .test_recordings import test_a_recorded_chat_arrives_whole as check_recorded

pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "glm").is_dir(), reason="../shared/recordings/glm is not beside this checkout"
)


def exchanges() -> list[tuple[str, dict[str, Any]]]:
    """Give every recorded exchange; some recorders wrote the method in small letters."""
    return [
        (
            name,
            {**each, "request": {**each["request"], "method": each["request"]["method"].upper()}},
        )
        for name, each in interactions("glm", "chat")
    ]


EXCHANGES = exchanges()
CHATS = [pytest.param(each, id=name) for name, each in EXCHANGES]
ASKED = [
    pytest.param(each, id=name)
    for name, each in EXCHANGES
    if each["request"]["json"].get("messages") and each["response"]["status"] == 200
]

UNLIKE: Mapping[str, str] = {
    "stream": "said where it is true, and left out where it is false",
    "stream_options": "usage comes unasked with the finish",
    "tool_stream": "sent with tools, so that their calls are streamed",
    "do_sample": "stands for temperature 0",
    "temperature": "0 is said as do_sample=false",
    "tool_choice": "auto alone is documented; a named one was recorded",
    "reasoning_effort": "documented from glm-5.2 on; sent to glm-4.7-flash when recorded",
    "logprobs": "recorded: taken and ignored, so that it is refused here",
    "n": "1 is what there always is",
    "clear_thinking": "a caller says it in extra_body",
}
"""Where our requests are not the recorded ones, each with the reason."""


def test_every_recording_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """All that there are, counted: none is passed over."""
    exact: dict[str, bool] = {}
    for name, interaction in EXCHANGES:
        try:
            check_recorded("glm", interaction)
            is_exact = True
        except (AssertionError, SupplierError, pytest.skip.Exception):
            is_exact = False
        recording = name.partition("#")[0]
        exact[recording] = exact.get(recording, True) and is_exact
    with capsys.disabled():
        print(f"\nglm: {len(exact)} recordings, {sum(exact.values())} exact")
    assert len(exact) >= 46
    assert [name for name, is_exact in exact.items() if not is_exact] == []


@pytest.mark.parametrize("interaction", CHATS)
def test_a_recorded_chat_of_glm_arrives_whole(interaction: dict[str, Any]) -> None:
    """Text, reasoning, tool calls, finish and usage equal what the recorded body says."""
    check_recorded("glm", interaction)


@pytest.mark.parametrize("interaction", ASKED)
def test_we_ask_as_it_was_asked(interaction: dict[str, Any]) -> None:
    """The same conversation and settings become the same body, but for what is written down."""
    recorded = interaction["request"]["json"]
    sent = said_by_us(recorded)
    differing = {
        name
        for name in {*recorded, *sent} - {"messages", "tools", "thinking"}
        if recorded.get(name) != sent.get(name)
    }
    assert differing <= UNLIKE.keys()
    assert sent["model"] == recorded["model"]
    assert [shape_of(each) for each in sent["messages"]] == [
        shape_of(each) for each in recorded["messages"]
    ]
    names = [tool["function"]["name"] for tool in recorded.get("tools") or ()]
    assert [tool["function"]["name"] for tool in sent.get("tools") or ()] == names
    if "type" in (recorded.get("thinking") or {}):
        assert sent["thinking"] == {"type": recorded["thinking"]["type"]}


def said_by_us(recorded: dict[str, Any]) -> dict[str, Any]:
    """Give the body that we send for a recorded conversation."""
    options: dict[str, Any] = {
        name: recorded[name]
        for name in ("max_tokens", "temperature", "top_p", "seed")
        if name in recorded
    }
    if recorded.get("tools"):
        options["tools"] = recorded["tools"]
    if recorded.get("tool_choice") == "auto":
        options["tool_choice"] = "auto"
    thinking = thinking_of(recorded)
    if thinking is not None:
        options["thinking"] = thinking
    bodies: list[dict[str, Any]] = []

    def answer(request: Any) -> HttpReply:
        bodies.append(json.loads(request.body))
        choice = {"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}
        return HttpReply(200, {}, json.dumps({"choices": [choice]}).encode())

    with serve_with(answer):
        llm = OnlineChatModule(recorded["model"], "glm", api_key="key")
        if recorded.get("stream"):
            with llm.stream(recorded["messages"], **options) as stream:
                list(stream)
        else:
            llm(recorded["messages"], **options)
    return bodies[0]


def thinking_of(recorded: dict[str, Any]) -> str | None:
    """Give the neutral setting that stands for the recorded one."""
    takes_effort = recorded["model"].startswith("glm-5")
    effort: str | None = recorded.get("reasoning_effort") if takes_effort else None
    switch = (recorded.get("thinking") or {}).get("type")
    return effort or {"enabled": "on", "disabled": "off"}.get(switch)


def shape_of(message: dict[str, Any]) -> dict[str, Any]:
    """Give a message as what it says: absent and empty content are one, ids are compared."""
    shape = {name: value for name, value in message.items() if value not in (None, "", [])}
    if isinstance(shape.get("content"), list):
        shape["content"] = [part["type"] for part in shape["content"]]
    for call in shape.get("tool_calls") or ():
        call.pop("index", None)
    return shape

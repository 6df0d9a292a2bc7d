"""What a chat supplier may offer, feature by feature: how it is asked for, and how it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from purveyor import (
    Audio,
    ChatResponse,
    File,
    FinishReason,
    Image,
    Message,
    Output,
    Text,
    Tool,
    assistant,
    system,
    user,
)

Kind = Literal["asked", "shown", "account"]

WEATHER: Final = Tool(
    name="get_weather",
    description="The weather of a city.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    },
)
TIME: Final = Tool(
    name="get_time",
    description="The time in a zone.",
    parameters={
        "type": "object",
        "properties": {"zone": {"type": "string"}},
        "required": ["zone"],
    },
)
STRICT: Final = Tool(name="get_weather", parameters=WEATHER.parameters, is_strict=True)

PICTURE: Final = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8


class Point(Struct):
    """What structured output is asked for."""

    x: int
    label: str


class Feature(Struct, frozen=True, kw_only=True):
    """One feature.

    Args:
        content: what is said.
        options: what is asked for.
        holds: asserts on the response.
        sends: a value that must then stand in the request, None where it shows in the answer.
        kind: `asked` by an option or a part, `shown` by itself, or a question of the `account`.
    """

    content: Any = "hi there"
    options: Mapping[str, Any] = {}
    holds: Callable[[ChatResponse], None]
    sends: Any = None
    kind: Kind = "asked"


def _answers(response: ChatResponse) -> None:
    assert response.message.text, "the answer has no text"


def _calls(*names: str) -> Callable[[ChatResponse], None]:
    def holds(response: ChatResponse) -> None:
        calls = response.message.tool_calls
        assert [call.name for call in calls] == list(names)
        assert response.finish.reason == FinishReason.TOOL_CALLS
        assert all(call.id for call in calls)
        assert len({call.id for call in calls}) == len(calls)
        assert all(call.parse() for call in calls), "the arguments are empty"

    return holds


def _calls_nothing(response: ChatResponse) -> None:
    assert response.message.tool_calls == ()
    _answers(response)


def _is_json(response: ChatResponse) -> None:
    assert isinstance(json.loads(response.message.text), dict)


def _is_point(response: ChatResponse) -> None:
    assert Output.of(Point).parse(response.message.text) == Point(7, "example")


def _thinks(response: ChatResponse) -> None:
    assert response.message.reasoning, "the answer shows no reasoning"


def _counts_thoughts(response: ChatResponse) -> None:
    tokens = response.usage and response.usage.reasoning_tokens
    assert tokens, "no reasoning tokens are counted"


def _thinks_not(response: ChatResponse) -> None:
    assert not response.message.reasoning
    _answers(response)


def _is_cut(response: ChatResponse) -> None:
    assert response.finish.reason == FinishReason.LENGTH
    assert response.message.text == "You said: "


def _is_stopped(response: ChatResponse) -> None:
    assert response.message.text == "You said: one "
    assert response.finish.reason == FinishReason.STOP


def _is_two(response: ChatResponse) -> None:
    texts = [response.message.text, *(other.message.text for other in response.others)]
    assert texts == ["You said: hi there", "You said: hi there (1)"]


def _has_logprobs(alternatives: int) -> Callable[[ChatResponse], None]:
    def holds(response: ChatResponse) -> None:
        tokens = response.logprobs["content"]
        assert "".join(token["token"] for token in tokens) == response.message.text
        assert all(len(token.get("top_logprobs") or ()) == alternatives for token in tokens)

    return holds


def _continues(response: ChatResponse) -> None:
    assert response.message.text == "continues: Once upon"


def _counts(response: ChatResponse) -> None:
    usage = response.usage
    assert usage
    assert not usage.is_estimate
    assert usage.input_tokens
    assert usage.output_tokens
    assert usage.total_tokens


def _counts_cached(response: ChatResponse) -> None:
    assert response.usage
    assert response.usage.cached_input_tokens is not None


def _sees(word: str) -> Callable[[ChatResponse], None]:
    def holds(response: ChatResponse) -> None:
        assert word in response.message.text, f"the model saw no {word}"

    return holds


_BOTH: Final = "use get_weather and use get_time"
_LOOK: Final = "look: "


def _with(part: Any) -> list[Any]:
    return [Message("user", (Text(_LOOK), part))]


_PREFIX: Final = [user("a tale"), assistant("Once upon", is_prefix=True)]
_TOOLS: Final = (WEATHER, TIME)


def _asked(
    content: Any = "hi there", *, holds: Any = _answers, sends: Any = None, **options: Any
) -> Feature:
    return Feature(content=content, options=options, holds=holds, sends=sends)


def _shown(holds: Callable[[ChatResponse], None]) -> Feature:
    return Feature(holds=holds, kind="shown")


def _account() -> Feature:
    return Feature(holds=_answers, kind="account")


CHAT_FEATURES: Final[Mapping[str, Feature]] = {
    "tools": _asked("use get_weather", holds=_calls("get_weather"), tools=_TOOLS),
    "parallel_tools": _asked(_BOTH, holds=_calls("get_weather", "get_time"), tools=_TOOLS),
    "one_tool_at_a_time": _asked(
        _BOTH, holds=_calls("get_weather"), tools=_TOOLS, parallel_tool_calls=False
    ),
    "tool_choice_none": _asked(_BOTH, holds=_calls_nothing, tools=_TOOLS, tool_choice="none"),
    "tool_choice_required": _asked(
        holds=_calls("get_weather"), tools=_TOOLS, tool_choice="required"
    ),
    "tool_choice_named": _asked(holds=_calls("get_time"), tools=_TOOLS, tool_choice="get_time"),
    "strict_tools": _asked(
        "use get_weather", holds=_calls("get_weather"), sends=True, tools=(STRICT,)
    ),
    "structured_output": _asked("a point as json", holds=_is_point, output=Point),
    "json_output": _asked("answer in json", holds=_is_json, output="json"),
    "vision_url": _asked(_with(Image(url="https://example.test/cat.png")), holds=_sees("image")),
    "vision_data": _asked(_with(Image(data=PICTURE, media_type="image/png")), holds=_sees("image")),
    "vision_file": _asked(_with(Image(file_id="file-1")), holds=_sees("image")),
    "audio": _asked(_with(Audio(data=b"RIFF", format="wav")), holds=_sees("audio")),
    "file": _asked(
        _with(File(data=b"%PDF", name="a.pdf", media_type="application/pdf")), holds=_sees("file")
    ),
    "thinking": _asked(thinking="on"),
    "thinking_off": _asked(holds=_thinks_not, thinking="off"),
    "thinking_effort": _asked(thinking="high", sends="high"),
    "prefix": _asked(_PREFIX, holds=_continues),
    "logprobs": _asked(holds=_has_logprobs(0), logprobs=0),
    "top_logprobs": _asked(holds=_has_logprobs(2), logprobs=2),
    "max_tokens": _asked(holds=_is_cut, max_tokens=2),
    "stop": _asked("one HALT two", holds=_is_stopped, stop="HALT"),
    "temperature": _asked(temperature=0.625, sends=0.625),
    "top_p": _asked(top_p=0.875, sends=0.875),
    "top_k": _asked(top_k=41, sends=41),
    "seed": _asked(seed=4711, sends=4711),
    "presence_penalty": _asked(presence_penalty=0.375, sends=0.375),
    "frequency_penalty": _asked(frequency_penalty=0.4375, sends=0.4375),
    "logit_bias": _asked(logit_bias={"50256": -99.5}, sends=-99.5),
    "n": _asked(holds=_is_two, n=2),
    "system_message": _asked([system("be kind"), user("hi there")], sends="be kind"),
    "developer_message": _asked(
        [Message("developer", (Text("be brief"),)), user("hi there")], sends="be brief"
    ),
    "reasoning_text": _shown(_thinks),
    "reasoning_usage": _shown(_counts_thoughts),
    "usage": _shown(_counts),
    "cached_tokens": _shown(_counts_cached),
    "reasoning_echo": Feature(holds=_answers, kind="shown"),
    "models": _account(),
    "balance": _account(),
    "token_count": _account(),
}
"""By name. `reasoning_echo` is checked by a conversation of its own."""

"""Chat: what is asked, what is answered, and the events of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct

from purveyor.types.messages import Message
from purveyor.types.output import Output
from purveyor.types.tools import Tool, ToolChoice
from purveyor.types.usage import Usage


class Thinking(Struct, frozen=True, kw_only=True):
    """How much a reasoning model is to think, in one neutral setting.

    `effort` is `minimal`, `low`, `medium`, `high` or `max`; `budget_tokens` caps the thinking.
    """

    mode: Literal["on", "off", "auto"] = "on"
    effort: str | None = None
    budget_tokens: int | None = None


class Sampling(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How tokens are chosen, and how many. None leaves the supplier's default."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None


class ChatRequest(Struct, frozen=True, kw_only=True):
    """Everything a chat dialect needs to say one call.

    `logprobs` is how many alternatives to report per token (0: only the chosen one).
    `extra_body` is merged into the body last, as it is.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    output: Output | None = None
    sampling: Sampling = Sampling()
    thinking: Thinking | None = None
    logprobs: int | None = None
    extra_body: Mapping[str, Any] = {}


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    OTHER = "other"


class Finish(Struct, frozen=True):
    """Why the model stopped: in our words, and in the supplier's. None: it did not say."""

    reason: FinishReason | None = None
    raw: str | None = None


class Choice(Struct, frozen=True):
    """One of several answers to one request."""

    message: Message
    finish: Finish
    logprobs: Any = None


class ChatResponse(Struct, frozen=True, kw_only=True):
    """One answer. `others` are the further choices when `n` was above one.

    `raw` is the supplier's body as it came: a JSON object, or for a stream the list of them.
    """

    message: Message
    finish: Finish = Finish()
    usage: Usage | None = None
    model: str | None = None
    request_id: str | None = None
    logprobs: Any = None
    others: tuple[Choice, ...] = ()
    raw: Any = None


class Started(Struct, frozen=True):
    """The supplier has named the model and the response."""

    model: str | None = None
    id: str | None = None


class TextDelta(Struct, frozen=True):
    """More text of a choice."""

    text: str
    choice: int = 0


class ReasoningDelta(Struct, frozen=True):
    """More reasoning of a choice, or the marks that belong to it."""

    text: str = ""
    choice: int = 0
    signature: str | None = None
    encrypted: str | None = None


class RefusalDelta(Struct, frozen=True):
    """More of a refusal."""

    text: str
    choice: int = 0


class ToolCallDelta(Struct, frozen=True):
    """More of a tool call. `index` says which; `id` and `name` come with its first delta."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    choice: int = 0


class LogprobsDelta(Struct, frozen=True):
    """Log probabilities of the last tokens, as the supplier reports them."""

    logprobs: Mapping[str, Any]
    choice: int = 0


class Finished(Struct, frozen=True):
    """A choice is complete."""

    finish: Finish
    choice: int = 0


class UsageReported(Struct, frozen=True):
    """What the call has used so far; the last report counts."""

    usage: Usage


Event = (
    Started
    | TextDelta
    | ReasoningDelta
    | RefusalDelta
    | ToolCallDelta
    | LogprobsDelta
    | Finished
    | UsageReported
)

SEMANTIC_EVENTS = (TextDelta, ReasoningDelta, RefusalDelta, ToolCallDelta)
"""After the first of these a call is never tried again: the user has seen it."""

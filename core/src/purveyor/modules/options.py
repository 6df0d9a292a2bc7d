"""What may be said with a call, or once for all calls, as typed keywords."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypedDict

import msgspec
from msgspec import structs

from purveyor._resilience import RetryPolicy
from purveyor.errors import ConfigError
from purveyor.prompts.messages import ChatInput, History, to_messages
from purveyor.types.chat import ChatRequest, Sampling, Thinking
from purveyor.types.output import Output
from purveyor.types.secret import Secret
from purveyor.types.tools import Tool, ToolChoice
from purveyor.types.wire import SizeLimits, Timeouts

Effort = Literal["off", "on", "auto", "minimal", "low", "medium", "high", "max"]


class ConnectionOptions(TypedDict, total=False):
    """Whom to call, and how patiently.

    Keys: `base_url`, `region`, `api_key` (text, or a function that gives it), `auth` (`"none"` for
    an address that needs no key), `timeouts`, `limits`, `retries`, `headers`.
    """

    base_url: str | None
    region: str | None
    api_key: str | Secret | Callable[[], str] | None
    auth: Literal["none"] | None
    timeouts: Timeouts | None
    limits: SizeLimits
    retries: RetryPolicy | None
    headers: Mapping[str, str]


class ChatOptions(TypedDict, total=False):
    """What a chat call may be asked for.

    Keys: those of `Sampling`; `tools` (functions, JSON descriptions, `Tool`s), `tool_choice`,
    `parallel_tool_calls`; `output` (`"json"`, a JSON schema or a type: the reply's `parsed`);
    `thinking` (a word of effort or a `Thinking`); `logprobs`; `extra_body`.
    """

    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    stop: str | Sequence[str] | None
    seed: int | None
    n: int | None
    presence_penalty: float | None
    frequency_penalty: float | None
    logit_bias: Mapping[str, float] | None
    tools: Sequence[Tool | Mapping[str, Any] | Callable[..., Any]]
    tool_choice: ToolChoice | None
    parallel_tool_calls: bool | None
    output: Any
    thinking: Thinking | Effort | bool | None
    logprobs: int | bool | None
    extra_body: Mapping[str, Any]


class CallOptions(ChatOptions, total=False):
    """`ChatOptions`, and what belongs to one call alone: `history`, `timeouts`."""

    history: History | None
    timeouts: Timeouts | None


class OnlineChatOptions(ChatOptions, ConnectionOptions, total=False):
    """What a chat module may be made with: both kinds, and an `instruction` for every call."""

    instruction: str | None


_KINDS: Final[Mapping[str, tuple[Any, str]]] = {
    "tools": (list | tuple | set | frozenset, "a list of functions, descriptions or Tools"),
    "tool_choice": (str, "auto, none, required or a tool's name"),
    "parallel_tool_calls": (bool, "True or False"),
    "logprobs": (int, "a number of alternatives, True or False"),
    "extra_body": (Mapping, "an object"),
}
_SAMPLING: Final = frozenset(Sampling.__struct_fields__)
_NO_SAMPLING: Final = Sampling()
_CHAT: Final = frozenset(ChatOptions.__annotations__)


def demand_known(options: Mapping[str, Any], known: type, where: str) -> None:
    """Refuse an option nobody reads, and name the one that was probably meant.

    Raises:
        ConfigError: an option is unknown.
    """
    names = known.__annotations__
    for name in options:
        if name not in names:
            import difflib  # only a mistake needs it

            close = difflib.get_close_matches(name, names, 1)
            meant = f"; did you mean {close[0]!r}?" if close else ""
            raise ConfigError(
                f"{where} has no option {name!r}{meant}"
                " (a field of the supplier's own goes into extra_body={...})"
            )


def demand_kinds(options: Mapping[str, Any]) -> None:
    """Refuse an option of the wrong kind, where nothing later would.

    Raises:
        ConfigError: names the option and what was expected.
    """
    for name, value in options.items():
        if name in _KINDS and value is not None and not isinstance(value, _KINDS[name][0]):
            raise ConfigError(f"{name} is {value!r:.80}; expected {_KINDS[name][1]}")


def make_request(
    model: str,
    content: ChatInput,
    options: Mapping[str, Any],
    instruction: str | None,
) -> ChatRequest:
    """Make the request of one call.

    Raises:
        ConfigError: an option is unknown or of the wrong kind.
    """
    if not options:
        return ChatRequest(model=model, messages=to_messages(content, None, instruction))
    demand_kinds(options)
    history = options.get("history")
    messages = to_messages(content, history, instruction)
    output, thinking = options.get("output"), options.get("thinking")
    return ChatRequest(
        model=model,
        messages=messages,
        tools=tuple([Tool.of(tool) for tool in options.get("tools") or ()]),
        tool_choice=options.get("tool_choice"),
        parallel_tool_calls=options.get("parallel_tool_calls"),
        output=None if output is None else Output.of(output),
        sampling=_sampling(options),
        thinking=None if thinking is None else read_thinking(thinking),
        logprobs=_logprobs(options.get("logprobs")),
        extra_body=options.get("extra_body") or {},
    )


def _sampling(options: Mapping[str, Any]) -> Sampling:
    said = {name: options[name] for name in options if name in _SAMPLING}
    if not said:
        return _NO_SAMPLING
    stop = said.get("stop")
    if isinstance(stop, str):
        said["stop"] = (stop,)
    try:
        sampling = msgspec.convert(said, Sampling)
    except msgspec.ValidationError as error:
        raise ConfigError(f"an option of the call is of the wrong kind: {error}") from error
    for name, value in said.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ConfigError(f"{name} is {value}; expected a number that JSON can say")
    return sampling


def _logprobs(said: int | bool | None) -> int | None:
    """Read the switch as a number of alternatives: `True` asks for none beside the chosen token."""
    if isinstance(said, bool):
        return 0 if said else None
    return said


def read_thinking(said: Thinking | Effort | bool) -> Thinking:
    """Read the neutral setting: `True`, `False`, a mode, an effort, or a `Thinking`.

    Raises:
        ConfigError: it is none of these.
    """
    if isinstance(said, Thinking):
        return said
    if isinstance(said, bool):
        return Thinking(mode="on" if said else "off")
    if said in ("on", "off", "auto"):
        return Thinking(mode=said)
    if said in ("minimal", "low", "medium", "high", "max"):
        return Thinking(mode="on", effort=said)
    raise ConfigError(
        f"thinking is {said!r}; expected on, off, auto, minimal, low, medium, high, max"
        " or Thinking(...)"
    )


def from_settings(settings: Any) -> dict[str, Any]:
    """Read the settings of a model in purveyor.toml as options; what is not set is left out."""
    said = structs.asdict(settings)
    return {
        name: value for name, value in said.items() if name in _CHAT and value not in (None, {})
    }

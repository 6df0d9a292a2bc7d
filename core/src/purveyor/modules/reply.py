"""A reply: text that also carries everything else the model said."""

from __future__ import annotations

from typing import Any, Self

from purveyor.types.chat import ChatResponse, Finish
from purveyor.types.messages import Message, ToolCall
from purveyor.types.output import Output
from purveyor.types.usage import Usage

_NOT_PARSED: Any = object()


class Reply(str):
    """The text of an answer, usable wherever a string is; `response` holds the whole of it."""

    __slots__ = ("_output", "_parsed", "response")

    response: ChatResponse

    def __new__(cls, response: ChatResponse, output: Output | None = None) -> Self:
        reply = super().__new__(cls, response.message.text)
        reply.response = response
        reply._output = output
        reply._parsed = _NOT_PARSED
        return reply

    _output: Output | None
    _parsed: Any

    @property
    def message(self) -> Message:
        """The message, to be put into the history of the next call."""
        return self.response.message

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools the model wants called."""
        return self.response.message.tool_calls

    @property
    def reasoning(self) -> str | None:
        """The model's thinking, None where it showed none."""
        return self.response.message.reasoning

    @property
    def finish(self) -> Finish:
        """Why the model stopped."""
        return self.response.finish

    @property
    def usage(self) -> Usage | None:
        """What the call used, None where the supplier did not say."""
        return self.response.usage

    @property
    def parsed(self) -> Any:
        """The value, where `output=` asked for one; read at first use.

        Raises:
            FormatError: the text is not of the form that was asked for.
        """
        if self._output is None:
            return None
        if self._parsed is _NOT_PARSED:
            self._parsed = self._output.parse(self)
        return self._parsed

    def __reduce__(self) -> tuple[type[Reply], tuple[ChatResponse, Output | None]]:
        return Reply, (self.response, self._output)

"""Printing an answer: as it comes, or whole; and what is to be said of how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

from purveyor._clients.streams import ChatStream
from purveyor.cli.errors import AnswerInterrupted
from purveyor.cli.output import clean, say, write
from purveyor.errors import SupplierError
from purveyor.types.chat import (
    ChatResponse,
    Event,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
)
from purveyor.types.usage import Usage


class AnswerPrinter:
    """Prints one answer: its text on stdout, its reasoning, if wanted, dimmed on stderr."""

    def __init__(self, *, shows_reasoning: bool = False) -> None:
        self._shows_reasoning = shows_reasoning
        self._is_in_reasoning = False
        self._last = ""

    @property
    def has_begun(self) -> bool:
        """Whether something of the answer was printed."""
        return self._is_in_reasoning or bool(self._last)

    def show(self, event: Event) -> None:
        """Print what an event adds to the first answer."""
        if isinstance(event, TextDelta | RefusalDelta) and not event.choice:
            self.text(event.text)
        elif isinstance(event, ReasoningDelta) and not event.choice and self._shows_reasoning:
            self.reasoning(event.text)

    def text(self, text: str) -> None:
        """Print more of the answer."""
        if text:
            self._end_reasoning()
            self._last = text[-1:]
            write(text)

    def reasoning(self, text: str) -> None:
        """Print more of the reasoning."""
        if text:
            self._is_in_reasoning = True
            click.secho(clean(text), nl=False, err=True, dim=True)

    def end(self) -> None:
        """End the last line."""
        self._end_reasoning()
        if self._last not in ("", "\n"):
            write("\n")

    def _end_reasoning(self) -> None:
        if self._is_in_reasoning:
            self._is_in_reasoning = False
            click.echo("\n", err=True)


def print_stream(stream: ChatStream, *, shows_reasoning: bool = False) -> ChatResponse:
    """Print an answer as it comes; leaving it for whatever reason hangs up.

    Raises:
        AnswerInterrupted: the user stopped it after something was printed.
        KeyboardInterrupt: the user stopped it before that.
        StreamInterrupted: it broke off; what had come was printed.
    """
    printer = AnswerPrinter(shows_reasoning=shows_reasoning)
    try:
        with stream as events:
            for event in events:
                printer.show(event)
    except KeyboardInterrupt as stop:
        if not printer.has_begun:
            raise
        printer.end()
        raise AnswerInterrupted from stop
    except SupplierError:
        printer.end()
        raise
    printer.end()
    return stream.response


def print_response(response: ChatResponse, *, shows_reasoning: bool = False) -> None:
    """Print an answer that came as a whole."""
    printer = AnswerPrinter(shows_reasoning=shows_reasoning)
    if shows_reasoning:
        printer.reasoning(response.message.reasoning or "")
    printer.text(response.message.text or response.message.refusal or "")
    printer.end()


def say_remarks(response: ChatResponse) -> None:
    """Tell what the text alone does not show of an answer's end."""
    for remark in _remarks(response):
        say(remark)


def _remarks(response: ChatResponse) -> Iterator[str]:
    message, reason = response.message, response.finish.reason
    if reason is FinishReason.LENGTH:
        yield "the answer was cut off at the limit of tokens; raise it with --max-tokens"
    elif reason is FinishReason.CONTENT_FILTER:
        yield "the supplier's filter ended the answer"
    if message.tool_calls:
        names = ", ".join(call.name for call in message.tool_calls)
        yield f"the model asked for tools ({names}); there are none on the command line"
    elif not message.text and not message.refusal:
        yield "the model answered nothing"


def response_fields(response: ChatResponse) -> dict[str, Any]:
    """Return an answer as JSON-ready fields; null is what the supplier did not say."""
    message = response.message
    return {
        "text": message.text,
        "reasoning": message.reasoning,
        "refusal": message.refusal,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments}
            for call in message.tool_calls
        ],
        "finish": msgspec.to_builtins(response.finish),
        "usage": usage_fields(response.usage),
    }


def usage_fields(usage: Usage | None) -> dict[str, Any] | None:
    """Return a usage as JSON-ready fields, without the supplier's own wording."""
    if usage is None:
        return None
    fields: dict[str, Any] = msgspec.to_builtins(usage)
    del fields["raw"]
    return fields

"""A conversation in the terminal: questions, answers as they come, and what was said before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import click

from purveyor.cli.answers import print_response, print_stream, say_remarks
from purveyor.cli.errors import AnswerInterrupted, report
from purveyor.cli.output import is_terminal, say
from purveyor.errors import PurveyorError, StreamInterrupted
from purveyor.modules.chat import OnlineChatModule
from purveyor.types.chat import ChatResponse
from purveyor.types.messages import Message, Part, user

PROMPT: Final = "> "
HELP: Final = """\
/model NAME  go on with another model: supplier:model, a supplier or an alias
/clear       forget what was said
/exit        end (so does Ctrl-D)
/help        this list
Ctrl-C stops an answer. Begin a line with a space to send a text that begins with /."""


class Conversation:
    """Questions and answers until the user ends them.

    Args:
        make: makes the module of a model's name.
        llm: the first model.
        attachments: what goes along with the first question.
        shows_reasoning: whether the model's thinking is shown.
        streams: whether answers are printed as they come.
    """

    def __init__(
        self,
        make: Callable[[str], OnlineChatModule],
        llm: OnlineChatModule,
        *,
        attachments: tuple[Part, ...] = (),
        shows_reasoning: bool = False,
        streams: bool = True,
    ) -> None:
        self._make = make
        self._llm = llm
        self._attachments = attachments
        self._shows_reasoning = shows_reasoning
        self._streams = streams
        self._history: list[Message] = []

    def run(self) -> None:
        """Read and answer lines until the user ends it."""
        with suppress(ImportError):
            import readline  # noqa: F401  # gives input() its editing and its line history
        say(f"{self._name()}; /help lists what can be typed, Ctrl-D ends", label="model")
        is_going_on = True
        while is_going_on:
            try:
                is_going_on = self._turn()
            except KeyboardInterrupt:
                click.echo(err=True)

    def _turn(self) -> bool:
        """Read one line and do what it says; False when it ends the conversation."""
        try:
            line = _read_line()
        except EOFError:
            click.echo(err=True)
            return False
        except UnicodeDecodeError:
            say("that line is not UTF-8; nothing was sent")
            return True
        if line.startswith("/"):
            return self._obey(line)
        if line.strip():
            self._ask(line.strip())
        return True

    def _obey(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        match word:
            case "/exit":
                return False
            case "/clear":
                self._history.clear()
                say("forgotten what was said")
            case "/model":
                self._change_model(rest.strip())
            case "/help":
                click.echo(HELP, err=True)
            case _:
                say(f"there is no command {word}; /help lists those there are")
        return True

    def _change_model(self, name: str) -> None:
        if name:
            try:
                self._llm = self._make(name)
            except PurveyorError as error:
                report(error)
        say(self._name(), label="model")

    def _name(self) -> str:
        return f"{self._llm.supplier}:{self._llm.model}"

    def _ask(self, text: str) -> None:
        """Ask, print the answer, and remember both; of a stopped answer, what had come."""
        question = user(*self._attachments, text)
        response: ChatResponse | None = None
        try:
            response = self._answer(question)
        except StreamInterrupted as error:
            report(error)
            response = error.partial
        except PurveyorError as error:
            report(error)
        if response is not None:
            self._attachments = ()
            self._history += [question, response.message]

    def _answer(self, question: Message) -> ChatResponse:
        if not self._streams:
            response = self._llm(question, history=self._history).response
            print_response(response, shows_reasoning=self._shows_reasoning)
        else:
            stream = self._llm.stream(question, history=self._history)
            try:
                print_stream(stream, shows_reasoning=self._shows_reasoning)
            except AnswerInterrupted:
                say("stopped")
                return stream.response
            response = stream.response
        say_remarks(response)
        return response


def _read_line() -> str:
    """Ask for a line; the prompt goes to the terminal, wherever the answers go.

    Raises:
        UnicodeDecodeError: the line is no UTF-8; in some locales Python has let that pass.
    """
    if is_terminal(sys.stdout):
        line = input(PROMPT)
    else:
        click.echo(PROMPT, nl=False, err=True)
        line = input()
    return line.encode("utf-8", "surrogateescape").decode()

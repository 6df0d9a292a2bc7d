"""`purveyor chat`: ask a chat model, once or in a conversation."""

from __future__ import annotations

import sys
from typing import Any, Final, Unpack

import click

from purveyor.cli.answers import print_response, print_stream, response_fields, say_remarks
from purveyor.cli.attachments import AudioFile, Document, ImageFile, JsonSchema
from purveyor.cli.conversation import Conversation
from purveyor.cli.options import (
    UTF8,
    ModelArguments,
    connection,
    model_options,
    standard_input,
    typed_input,
)
from purveyor.cli.output import is_terminal, print_json, say
from purveyor.cli.suppliers import Pick, pick
from purveyor.modules.chat import OnlineChatModule
from purveyor.modules.options import ChatOptions
from purveyor.types.messages import Audio, File, Image, Message, Part, Text, user
from purveyor.types.supplier import Capability

EPILOG: Final = """
Without TEXT, standard input is the question when it comes from a pipe or a file, and a terminal
begins a conversation. TEXT `-` always reads standard input. The model is the one named by --model,
else PURVEYOR_MODEL or the default in purveyor.toml, else that of the first supplier with a key.

There is no option for a key: other users of the machine can read a command line. Set the
supplier's environment variable, or see `purveyor doctor`.
"""
_EFFORTS: Final = ("off", "on", "auto", "minimal", "low", "medium", "high", "max")


class ChatArguments(ModelArguments):
    """The arguments of the command, as click passes them."""

    words: tuple[str, ...]
    instruction: str | None
    images: tuple[Image, ...]
    files: tuple[Text | File, ...]
    sounds: tuple[Audio, ...]
    temperature: float | None
    max_tokens: int | None
    seed: int | None
    stop: tuple[str, ...]
    thinking: Any
    schema: dict[str, Any] | None
    show_reasoning: bool
    no_stream: bool


@click.command("chat", epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[TEXT]", type=UTF8)
@model_options
@click.option("--instruction", "-i", type=UTF8, help="What the model is told before all else.")
@click.option("images", "--image", type=ImageFile(), multiple=True, help="A picture: file or URL.")
@click.option(
    "files", "--file", type=Document(), multiple=True, help="A document; text is inlined."
)
@click.option("sounds", "--audio", type=AudioFile(), multiple=True, help="A sound file.")
@click.option("--temperature", type=float, help="How freely words are chosen.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="The longest answer, in tokens.")
@click.option("--seed", type=int, help="Make sampling repeatable, where the model can.")
@click.option("--stop", type=UTF8, multiple=True, help="A text that ends the answer.")
@click.option("--thinking", type=click.Choice(_EFFORTS), help="How much the model is to think.")
@click.option("--schema", type=JsonSchema(), help="A file: JSON schema the answer must follow.")
@click.option("--show-reasoning", is_flag=True, help="Show the model's thinking, on stderr.")
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
def command(**said: Unpack[ChatArguments]) -> None:
    """Ask a chat model: TEXT once, or a conversation when there is none."""
    is_conversation = not said["words"] and is_terminal(sys.stdin)
    if is_conversation and said["as_json"]:
        raise click.UsageError("--json answers one question; give it as TEXT")
    question = None if is_conversation else _question(said)
    chosen = pick(Capability.CHAT, said["model"], said["base_url"])
    if chosen.note and not said["as_json"]:
        say(chosen.note)
    llm = _module(chosen.model, said)
    if question is not None:
        _ask_once(llm, question, said, chosen)
        return
    Conversation(
        lambda name: _module(name, said),
        llm,
        attachments=_attachments(said),
        shows_reasoning=said["show_reasoning"],
        streams=not said["no_stream"],
    ).run()


def _question(said: ChatArguments) -> Message:
    """Make the message of TEXT, or of standard input, and what is attached."""
    text = " ".join(said["words"])
    if text == "-":
        text = typed_input("the question")
    elif not said["words"]:
        text = standard_input("the question")
    if not text.strip():
        raise click.UsageError("the question is empty")
    return user(*_attachments(said), text)


def _attachments(said: ChatArguments) -> tuple[Part, ...]:
    return (*said["images"], *said["sounds"], *said["files"])


def _module(name: str | None, said: ChatArguments) -> OnlineChatModule:
    """Make the module of a model's name and the options of the command."""
    asked = ChatOptions(
        temperature=said["temperature"], max_tokens=said["max_tokens"], seed=said["seed"]
    )
    asked = ChatOptions(**{key: value for key, value in asked.items() if value is not None})  # type: ignore[typeddict-item]
    if said["stop"]:
        asked["stop"] = said["stop"]
    if said["thinking"] is not None:
        asked["thinking"] = said["thinking"]
    if said["schema"] is not None:
        asked["output"] = said["schema"]
    return OnlineChatModule(name, instruction=said["instruction"], **connection(said), **asked)


def _ask_once(llm: OnlineChatModule, question: Message, said: ChatArguments, chosen: Pick) -> None:
    """Ask one question, and print the answer in the form that is wanted.

    Raises:
        FormatError: the answer is not of the form that --schema wants; it was printed.
    """
    if said["as_json"]:
        _print_as_json(llm, question, said, chosen)
        return
    if said["no_stream"]:
        response = llm(question).response
        print_response(response, shows_reasoning=said["show_reasoning"])
    else:
        stream = llm.stream(question)
        response = print_stream(stream, shows_reasoning=said["show_reasoning"])
    say_remarks(response)
    output = llm.request(question).output
    if output is not None:
        output.parse(response.message.text)


def _print_as_json(
    llm: OnlineChatModule, question: Message, said: ChatArguments, chosen: Pick
) -> None:
    reply = llm(question)
    fields = {
        **response_fields(reply.response),
        "model": reply.response.model or llm.model,
        "supplier": llm.supplier,
        "request_id": reply.response.request_id,
    }
    if said["schema"] is not None:
        fields["parsed"] = reply.parsed
    if chosen.note:
        fields["note"] = chosen.note
    print_json(fields)

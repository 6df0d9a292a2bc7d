"""Tapes as JSON files that a reviewer can read, and that hold no key."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from purveyor._transport.scrub import looks_secret
from purveyor._transport.tape import Ending, Provenance, Tape, TapeEntry, TapeReply
from purveyor.errors import FormatError
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpRequest


class _Packed(Struct, frozen=True):
    """Bytes that are no text: a picture, or a part cut within a character."""

    base64: bytes


_Text = str | _Packed


class _SavedRequest(Struct, frozen=True):
    method: str
    url: str
    headers: dict[str, str]
    body: _Text


class _SavedReply(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    parts: list[_Text]
    ending: Ending = "complete"


class _SavedEntry(Struct, frozen=True):
    request: _SavedRequest
    reply: _SavedReply


class _SavedTape(Struct, frozen=True):
    provenance: Provenance
    entries: list[_SavedEntry]
    tape: Literal[1] = 1


def save(tape: Tape, path: Path) -> None:
    """Write a tape.

    Raises:
        FormatError: an entry holds what looks like a secret; nothing is written.
    """
    for number, entry in enumerate(tape.entries, 1):
        _refuse_secrets(number, entry)
    saved = _SavedTape(tape.provenance, [_to_saved(entry) for entry in tape.entries])
    data = msgspec.json.format(msgspec.json.encode(saved), indent=1)
    half = path.with_name(path.name + ".part")
    half.write_bytes(data + b"\n")
    half.replace(path)


def load(path: Path) -> Tape:
    """Read a tape.

    Raises:
        FormatError: the file is none; says where it goes wrong.
    """
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=_SavedTape)
    except msgspec.MsgspecError as error:
        raise FormatError(f"{path} is no tape: {error}") from error
    return Tape(saved.provenance, map(_from_saved, saved.entries))


def _refuse_secrets(number: int, entry: TapeEntry) -> None:
    request, reply = entry.request, entry.reply
    headers = [*request.headers, *reply.headers.items()]
    texts = {
        "its URL": request.url.encode(),
        "the request's body": request.body,
        "a header": "\n".join(f"{name}: {_plain(value)}" for name, value in headers).encode(),
        "the reply's body": b"".join(reply.parts),
    }
    for where, text in texts.items():
        if looks_secret(text):
            raise FormatError(
                f"entry {number} of the tape holds what looks like a secret, in {where}; "
                "send keys as Secret in a header, or cut this one out"
            )


def _plain(value: str | Secret) -> str:
    return value if isinstance(value, str) else value.reveal()


def _to_saved(entry: TapeEntry) -> _SavedEntry:
    request, reply = entry.request, entry.reply
    headers = {name: value for name, value in request.headers if isinstance(value, str)}
    return _SavedEntry(
        _SavedRequest(request.method, request.url, headers, _to_text(request.body)),
        _SavedReply(
            reply.status,
            dict(reply.headers),
            [_to_text(part) for part in reply.parts],
            reply.ending,
        ),
    )


def _from_saved(entry: _SavedEntry) -> TapeEntry:
    request, reply = entry.request, entry.reply
    headers = tuple(request.headers.items())
    parts = tuple(_to_bytes(part) for part in reply.parts)
    return TapeEntry(
        HttpRequest(request.method, request.url, headers, _to_bytes(request.body)),
        TapeReply(reply.status, reply.headers, parts, reply.ending),
    )


def _to_text(data: bytes) -> _Text:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _Packed(data)


def _to_bytes(text: _Text) -> bytes:
    return text.encode() if isinstance(text, str) else text.base64

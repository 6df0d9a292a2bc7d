"""A tape: replies kept with their requests, to be played again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from purveyor._transport.memory import MemoryStream
from purveyor._transport.scrub import scrubbed_request
from purveyor.errors import ConnectionFailed
from purveyor.types.wire import HttpRequest

Ending = Literal["complete", "left", "broken"]

_DIFFERENCES_SHOWN: Final = 3
_ABSENT: Final = "nothing"


class Provenance(Struct, frozen=True):
    """Where a tape comes from.

    Args:
        kind: recorded from the supplier, copied from its documentation, or made up.
        source: whom it was recorded from, or the page.
        date: ISO 8601, the day it was recorded or read.
    """

    kind: Literal["recorded", "documented", "simulated"]
    source: str
    date: str


class TapeReply(Struct, frozen=True):
    """A reply in the parts in which it came.

    Args:
        ending: whether its end was read, its reader left, or the connection broke.
    """

    status: int
    headers: Mapping[str, str] = {}
    parts: tuple[bytes, ...] = ()
    ending: Ending = "complete"


class TapeEntry(Struct, frozen=True):
    """One exchange, without secrets: make it from what `scrub` gives."""

    request: HttpRequest
    reply: TapeReply


class Tape:
    """Entries in the order in which they were recorded, and which of them were played."""

    def __init__(self, provenance: Provenance, entries: Iterable[TapeEntry] = ()) -> None:
        self.provenance = provenance
        self.entries = list(entries)
        self._played: set[int] = set()
        self._lock = threading.Lock()

    def add(self, entry: TapeEntry) -> None:
        """Append an entry; the sink to give to a `RecordingTransport`."""
        self.entries.append(entry)

    def unplayed(self) -> list[TapeEntry]:
        """Give the entries that nobody asked for yet."""
        return [entry for i, entry in enumerate(self.entries) if i not in self._played]

    def play(self, request: HttpRequest) -> MemoryStream:
        """Answer a request by the first entry that asks the same and was not played yet.

        Raises:
            ConnectionFailed: there is none; names the nearest entry and how it differs.
        """
        asked = scrubbed_request(request)
        key = _canonical(asked)
        with self._lock:
            for i, entry in enumerate(self.entries):
                if i not in self._played and _canonical(entry.request) == key:
                    self._played.add(i)
                    return _stream(entry.reply)
        raise ConnectionFailed(self._nearest(asked), retryable=False)

    def _nearest(self, asked: HttpRequest) -> str:
        what = f"no entry of the tape answers {asked.method} {asked.url}"
        waiting = self.unplayed()
        if not waiting:
            return f"{what}: all entries ({len(self.entries)}) were played"
        found = [(list(_differences(entry.request, asked)), entry) for entry in waiting]
        differences, entry = min(found, key=lambda pair: len(pair[0]))
        shown = "; ".join(differences[:_DIFFERENCES_SHOWN])
        return f"{what}; the nearest is entry {self.entries.index(entry) + 1}, with {shown}"


def _stream(reply: TapeReply) -> MemoryStream:
    if reply.ending == "complete":
        return MemoryStream(reply.status, reply.headers, reply.parts)
    return MemoryStream(reply.status, reply.headers, _cut_off(reply))


def _cut_off(reply: TapeReply) -> Iterator[bytes]:
    yield from reply.parts
    why = "the connection broke" if reply.ending == "broken" else "its reader left"
    raise ConnectionFailed(f"the recording ends here: {why}")


def _canonical(request: HttpRequest) -> tuple[str, str, bytes]:
    body = _body(request)
    if not isinstance(body, bytes):
        body = msgspec.json.encode(body, order="deterministic")
    return request.method, request.url, body


def _body(request: HttpRequest) -> Any:
    """Give a body as parsed JSON, else as bytes, in which a form's random boundary is fixed."""
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        _, _, boundary = str(request.header("content-type") or "").partition("boundary=")
        mark = boundary.strip('"').encode()
        return request.body.replace(mark, b"boundary") if mark else request.body


def _differences(recorded: HttpRequest, asked: HttpRequest) -> Iterator[str]:
    if recorded.method != asked.method:
        yield f"method {recorded.method}"
    if recorded.url != asked.url:
        yield f"URL {recorded.url}"
    yield from _in_json("body", _body(recorded), _body(asked))


def _in_json(path: str, recorded: Any, asked: Any) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for name in {**recorded, **asked}:
            inner = recorded.get(name, _ABSENT), asked.get(name, _ABSENT)
            yield from _in_json(f"{path}.{name}", *inner)
    elif isinstance(recorded, list) and isinstance(asked, list) and len(recorded) == len(asked):
        for i, inner in enumerate(zip(recorded, asked, strict=True)):
            yield from _in_json(f"{path}[{i}]", *inner)
    elif recorded != asked:
        yield f"{path} {recorded!r:.60} where {asked!r:.60} is asked"

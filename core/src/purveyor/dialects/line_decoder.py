"""The frame of a stream decoder for wires that send one JSON object a line."""

from __future__ import annotations

from typing import Any

from purveyor.dialects.json_body import decode_json
from purveyor.dialects.json_lines import JsonLinesReader
from purveyor.errors import MalformedResponse, StreamInterrupted, SupplierError
from purveyor.types.chat import Event


class JsonLinesDecoder:
    """Reads a stream of JSON lines; a subclass says what each of them means.

    Its `read` sets `is_complete` at the line that says the model has finished.
    """

    def __init__(self) -> None:
        self.is_complete = False
        self._lines = JsonLinesReader()
        self._bodies: list[Any] = []
        self._failure: SupplierError | None = None

    def read(self, body: dict[str, Any]) -> list[Event]:
        """Give the events of one line.

        Raises:
            SupplierError: the line is an error.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement read()")

    def feed(self, data: bytes) -> list[Event]:
        """Read more bytes and give the events they complete."""
        return self._read_all(self._lines.feed(data))

    def end(self) -> list[Event]:
        """Take note that the body has ended."""
        events = self._read_all(self._lines.end())
        if self._failure is not None:
            raise self._failure
        if not self.is_complete:
            raise StreamInterrupted("the stream ended before the model had finished")
        return events

    def raw(self) -> list[Any]:
        """Give every line received, parsed."""
        return self._bodies

    def _read_all(self, lines: list[bytes]) -> list[Event]:
        """Read lines up to the last; what came before a failure is given first."""
        events: list[Event] = []
        try:
            for line in lines:
                if self.is_complete:
                    break
                events.extend(self._read_line(line))
        except SupplierError as error:
            if not events:
                raise
            self._failure = error
            self.is_complete = True
        return events

    def _read_line(self, line: bytes) -> list[Event]:
        body = decode_json(line)
        if not isinstance(body, dict):
            raise MalformedResponse(f"expected a JSON object a line, got {body!r:.100}")
        self._bodies.append(body)
        return self.read(body)

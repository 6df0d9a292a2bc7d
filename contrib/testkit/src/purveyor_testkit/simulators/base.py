"""A simulator: a function from a request to a reply, made of routes and an error table."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from purveyor.errors import SupplierError
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream, Secret
from purveyor_testkit.simulators.answers import Answer

Reply = HttpReply | MemoryStream
Handler = Callable[[HttpRequest], Reply]
Route = Callable[[HttpRequest, dict[str, Any]], Reply]

SIMULATED = "x_simulated"
"""A field that no supplier sends, put into every answer: what is unknown must be kept."""


class WireError(Struct, frozen=True, kw_only=True):
    """An error as a supplier says it, and the class it must be read as."""

    status: int
    body: Mapping[str, Any] | str
    expected: type[SupplierError]
    headers: Mapping[str, str] = {}

    def reply(self) -> HttpReply:
        """Say it."""
        if isinstance(self.body, str):
            return HttpReply(self.status, dict(self.headers), self.body.encode())
        return json_reply(self.body, status=self.status, headers=self.headers)


class Refusal(Exception):
    """Ends the handling of a request with one of the supplier's errors."""

    def __init__(self, error: WireError) -> None:
        super().__init__(error.status)
        self.error = error


class Simulator:
    """Answers requests as a supplier would.

    Args:
        name: of the supplier.
        base_path: what stands before the paths of its routes in a base address.
        routes: (method, path) to what answers there.
        errors: what it can be made to say, by a user's text "simulate <name>" too.
    """

    def __init__(
        self,
        name: str,
        *,
        base_path: str,
        routes: Mapping[tuple[str, str], Route],
        errors: Mapping[str, WireError],
    ) -> None:
        self.name = name
        self.base_path = base_path
        self.routes = dict(routes)
        self.errors = dict(errors)
        self._scripted: deque[Answer] = deque()

    def __call__(self, request: HttpRequest) -> Reply:
        """Answer one request."""
        path = urlsplit(request.url).path
        route = self.routes.get((request.method, path))
        if route is None:
            return json_reply({"error": {"message": f"no such path: {path}"}}, status=404)
        try:
            self.check_key(request)
            return route(request, self.read_body(request))
        except Refusal as refusal:
            return refusal.error.reply()

    def answers(self, *answers: Answer) -> Simulator:
        """Say these answers first, one a call, before going by the rules again."""
        self._scripted.extend(answers)
        return self

    def next_scripted(self) -> Answer | None:
        """Take the next scripted answer, None where there is none left."""
        return self._scripted.popleft() if self._scripted else None

    def refuse(self, name: str, message: str | None = None) -> Refusal:
        """Make the error of that name, to be raised; `message` in place of its own."""
        error = self.errors[name]
        if message is None or isinstance(error.body, str):
            return Refusal(error)
        body = {**error.body, "error": {**error.body["error"], "message": message}}
        return Refusal(WireError(status=error.status, body=body, expected=error.expected))

    def check_key(self, request: HttpRequest) -> None:
        """Refuse a request without a key, or with one that says it is wrong."""
        key = header_text(request, "authorization")
        if not key.startswith("Bearer ") or "wrong" in key:
            raise self.refuse("wrong_key")

    def read_body(self, request: HttpRequest) -> dict[str, Any]:
        """Read the JSON of a request; a request without body has an empty one."""
        if not request.body:
            return {}
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise self.refuse("bad_request", "the body is no JSON object")
        return body

    def check_trigger(self, text: str) -> None:
        """Say the error that a text asks for by "simulate <name>"."""
        for name in self.errors:
            if f"simulate {name}" in text:
                raise self.refuse(name)


def header_text(request: HttpRequest, name: str) -> str:
    """Read a header as the wire has it; "" where it is not sent."""
    value = request.header(name)
    return value.reveal() if isinstance(value, Secret) else value or ""


def json_reply(
    body: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpReply:
    """Make a reply of JSON."""
    head = {"content-type": "application/json", **(headers or {})}
    return HttpReply(status, head, json.dumps(body, ensure_ascii=False).encode())


def sse_event(data: Mapping[str, Any] | str) -> bytes:
    """Write one server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()

"""A simulator on loopback: the same function, behind a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from msgspec import Struct

from purveyor.errors import SupplierError
from purveyor.plugin import HttpReply, HttpRequest
from purveyor_testkit.simulators.base import Handler, Reply

HOST = "127.0.0.1"


class Served(Struct, frozen=True):
    """A function that is being served: its base address, and what it was asked."""

    base_url: str
    requests: list[HttpRequest]


@contextmanager
def serve(handler: Handler, *, port: int = 0) -> Iterator[Served]:
    """Serve a function on loopback while the block lasts.

    Args:
        handler: a simulator, or any function from a request to a reply. What it raises as
            `SupplierError` hangs up, as a broken connection would.
        port: 0 takes a free one.
    """
    server = _Server(handler, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    base_path = getattr(handler, "base_path", "")
    try:
        yield Served(f"http://{HOST}:{server.server_port}{base_path}", server.requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection open for longer than the test

    def __init__(self, handler: Handler, port: int) -> None:
        self.handler = handler
        self.requests: list[HttpRequest] = []
        super().__init__((HOST, port), _Answering)


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:  # noqa: N802  the name http.server looks for
        size = int(self.headers.get("content-length") or 0)
        host = self.headers.get("host") or HOST
        headers = tuple(self.headers.items())
        url = f"http://{host}{self.path}"
        request = HttpRequest(self.command, url, headers, self.rfile.read(size))
        self.server.requests.append(request)
        try:
            self._write(self.server.handler(request))
        except (SupplierError, ConnectionError):  # ours: hang up; theirs: they have hung up
            self.close_connection = True

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if isinstance(reply, HttpReply):
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for part in reply.parts:
            if part:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is the test's."""

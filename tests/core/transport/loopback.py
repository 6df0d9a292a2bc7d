"""A server on loopback that answers as it is told, so that a test shows what is on the wire."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = bytes | Callable[[socket.socket], None]


class Loopback:
    """Gives its answers one by one, the last of them for ever.

    Args:
        answers: bytes to send, or a function that is given the connection.
        tls: to speak TLS.
    """

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._answers = list(answers)
        self._tls = tls
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/v1/chat"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while request := _read_request(connection):
                with self._lock:
                    self.requests.append(request)
                    answer = self._answers.pop(0) if self._answers[1:] else self._answers[0]
                if callable(answer):
                    answer(connection)
                else:
                    connection.sendall(answer)
        self.hung_up.set()
        connection.close()


@contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Run a server for the length of a block."""
    server = Loopback(*answers, tls=tls)
    try:
        yield server
    finally:
        server.close()


def reply(body: bytes = b"{}", *headers: str, status: int = 200) -> bytes:
    """Make a reply with a content-length."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Make a reply in chunks."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + end


def then_close(data: bytes) -> Callable[[socket.socket], None]:
    """Send bytes and close the connection."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def then_reset(data: bytes) -> Callable[[socket.socket], None]:
    """Send bytes and break the connection off with a reset."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return answer


def drip(data: bytes) -> Callable[[socket.socket], None]:
    """Send one byte at a time, for ever."""

    def answer(connection: socket.socket) -> None:
        pause = threading.Event()
        connection.sendall(data)
        while not pause.wait(0.02):
            connection.sendall(b"a")

    return answer


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body

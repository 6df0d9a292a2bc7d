"""A supplier on loopback, and the types of what the fixtures give."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Result = subprocess.CompletedProcess[str]
Run = Callable[..., Result]
Install = Callable[..., None]


class Supplier(ThreadingHTTPServer):
    """Speaks the OpenAI wire; the last user message says how it behaves."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.has_been_asked = threading.Event()
        self.has_hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def options(self) -> list[str]:
        return ["--base-url", self.url, "--auth", "none"]

    @property
    def chat(self) -> list[str]:
        return ["chat", "--model", "local:m", *self.options]


class Handler(BaseHTTPRequestHandler):
    server: Supplier

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.give({"data": [{"id": "m-1"}, {"id": "m-2"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        self.server.headers.append(dict(self.headers))
        self.server.has_been_asked.set()
        if self.path.endswith("/embeddings"):
            data = [
                {"index": i, "embedding": [len(text), 0.5, -1.0, 2.0, 3.0]}
                for i, text in enumerate(body["input"])
            ]
            self.give({"model": "m", "data": data, "usage": {"prompt_tokens": 3}})
        elif self.path.endswith("/rerank"):
            results = [
                {"index": i, "relevance_score": 1 / (1 + len(text))}
                for i, text in enumerate(body["documents"])
            ]
            self.give({"model": "m", "results": results})
        else:
            self.chat(body)

    def chat(self, body: dict[str, Any]) -> None:
        said = text_of(body["messages"][-1])
        match said.split()[0]:
            case "fail":
                status = int(said.split()[1])
                self.give({"error": {"message": "\x1b[31mno such luck", "code": "x"}}, status)
            case "history":
                turns = [f"{m['role']}={text_of(m)}" for m in body["messages"]]
                self.answer(body, [" | ".join(turns)])
            case "think":
                self.answer(body, ["the answer"], reasoning="let me see")
            case "cut":
                self.answer(body, ["half an ", "answer"], is_cut=True)
            case "slow":
                self.slow("one two ")
            case "mute":
                self.slow()
            case "tools":
                self.use_tools()
            case "filtered":
                self.answer(body, ["so"], finish="content_filter")
            case "nothing":
                self.answer(body, [])
            case "long":
                self.answer(body, ["so far"], finish="length")
            case "escape":
                self.answer(body, ["a\x1b]0;title\x07b"])
            case "json":
                self.answer(body, ['{"name": "Ann"}'])
            case _:
                self.answer(body, ["you said: ", *said])

    def answer(
        self,
        body: dict[str, Any],
        pieces: list[str],
        *,
        reasoning: str | None = None,
        finish: str = "stop",
        is_cut: bool = False,
    ) -> None:
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(pieces)}
            if reasoning:
                message["reasoning_content"] = reasoning
            choice = {"index": 0, "message": message, "finish_reason": finish}
            self.give({"id": "r1", "model": "m", "choices": [choice], "usage": usage})
            return
        self.begin()
        if reasoning:
            self.event({"delta": {"reasoning_content": reasoning}})
        for piece in pieces:
            self.event({"delta": {"content": piece}})
        if not is_cut:
            self.event({"delta": {}, "finish_reason": finish})
            self.wfile.write(b"data: [DONE]\n\n")

    def use_tools(self) -> None:
        call = {"id": "c1", "function": {"name": "look", "arguments": "{}"}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        self.give({"choices": [{"message": message, "finish_reason": "tool_calls"}]})

    def slow(self, *pieces: str) -> None:
        """Say what there is, then nothing until the other side hangs up."""
        self.begin()
        for piece in pieces:
            self.event({"delta": {"content": piece}})
        self.connection.recv(1)
        self.server.has_hung_up.set()

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.close_connection = True

    def event(self, choice: dict[str, Any]) -> None:
        event = {"id": "r1", "model": "m", "choices": [{"index": 0, **choice}]}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def give(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def text_of(message: dict[str, Any]) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", f"<{part['type']}>") for part in content)

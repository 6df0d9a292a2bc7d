"""`purveyor chat` in a real terminal: a conversation."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from cli_kit import Supplier

Start = Callable[..., "Terminal"]
_CODES = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")


class Terminal:
    """A session with the command in a pseudo-terminal."""

    def __init__(self, process: Any) -> None:
        self.process = process

    def type(self, line: str) -> None:
        self.process.sendline(line)

    def see(self, text: str) -> str:
        """Wait for a text, and return what was printed before it."""
        self.process.expect_exact(text)
        return _CODES.sub("", self.process.before)

    def press(self, key: str) -> None:
        self.process.sendcontrol(key)

    def leave(self) -> None:
        """Press Ctrl-D at the prompt; that is a good end."""
        self.see("> ")
        self.press("d")
        assert self.status() == 0

    def status(self) -> int:
        self.process.expect(pexpect.EOF)
        self.process.close()
        assert "Traceback" not in self.process.before
        status: int = self.process.exitstatus
        return status


@pytest.fixture
def start(environ: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start the command in a terminal."""
    begun: list[Any] = []

    def start(*arguments: str, to: Path | None = None, **variables: str) -> Terminal:
        command = shlex.join([sys.executable, "-m", "purveyor", *arguments])
        process = pexpect.spawn(
            "/bin/sh",
            ["-c", f"exec {command}" + (f" > {to}" if to else "")],
            env=environ | variables,
            cwd=str(tmp_path),
            encoding="utf-8",
            timeout=20,
            echo=False,
        )
        begun.append(process)
        return Terminal(process)

    yield start
    for process in begun:
        process.close(force=True)


def test_a_conversation_remembers_what_was_said(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat, "-i", "brief")
    terminal.see("local:m")
    terminal.see("> ")
    terminal.type("hello")
    terminal.see("you said: hello")
    terminal.see("> ")
    terminal.type("history")
    terminal.see("system=brief | user=hello | assistant=you said: hello | user=history")
    terminal.leave()


def test_clear_forgets_and_exit_ends(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat)
    terminal.see("> ")
    terminal.type("hello")
    terminal.see("you said: hello")
    terminal.see("> ")
    terminal.type("/clear")
    terminal.see("forgotten")
    terminal.see("> ")
    terminal.type("history")
    terminal.see("user=history")
    assert len(supplier.bodies[-1]["messages"]) == 1
    terminal.see("> ")
    terminal.type("/exit")
    assert terminal.status() == 0


def test_ctrl_c_stops_an_answer_and_not_the_conversation(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat)
    terminal.see("> ")
    terminal.type("slow")
    terminal.see("one two ")
    terminal.press("c")
    terminal.see("stopped")
    assert supplier.has_hung_up.wait(5)
    terminal.see("> ")
    terminal.type("history")
    terminal.see("user=slow | assistant=one two  | user=history")
    terminal.see("> ")
    terminal.press("c")
    terminal.see("> ")
    terminal.type("still there")
    terminal.see("you said: still there")
    terminal.leave()


def test_an_error_does_not_end_the_conversation(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat)
    terminal.see("> ")
    terminal.type("fail 401")
    terminal.see("status 401")
    terminal.see("> ")
    terminal.type("cut")
    terminal.see("half an answer")
    terminal.see("purveyor: ")
    terminal.see("> ")
    terminal.type("history")
    terminal.see("user=cut | assistant=half an answer | user=history")
    terminal.leave()


def test_the_model_can_be_changed(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat)
    terminal.see("> ")
    terminal.type("/model local:other")
    terminal.see("local:other")
    terminal.see("> ")
    terminal.type("hello")
    terminal.see("you said: hello")
    assert supplier.bodies[-1]["model"] == "other"
    terminal.see("> ")
    terminal.type("/model")
    terminal.see("local:other")
    terminal.see("> ")
    terminal.type("/what")
    terminal.see("no command /what")
    terminal.see("> ")
    terminal.type("/help")
    terminal.see("/clear")
    terminal.leave()


def test_a_model_that_cannot_be_had_leaves_the_old_one(start: Start, supplier: Supplier) -> None:
    terminal = start("chat", "-m", "local:m", *supplier.options)
    terminal.see("> ")
    terminal.type("/model local:")
    terminal.see("names no model")
    terminal.see("model: local:m")
    terminal.see("> ")
    terminal.type("hello")
    terminal.see("you said: hello")
    terminal.leave()


def test_attachments_go_with_the_first_question(
    start: Start, supplier: Supplier, tmp_path: Path
) -> None:
    (tmp_path / "n.txt").write_text("a note")
    terminal = start(*supplier.chat, "--file", "n.txt")
    terminal.see("> ")
    terminal.type("one")
    terminal.see("> ")
    terminal.type("two")
    terminal.see("you said: two")
    first, _, second = supplier.bodies[-1]["messages"]
    assert len(first["content"]) == 2
    assert second["content"] == "two"
    terminal.leave()


def test_an_answer_cannot_command_the_terminal(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat, "escape")
    assert terminal.see("b\r\n").endswith("a]0;title")
    assert terminal.status() == 0


@pytest.mark.parametrize(("variables", "is_dim"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_reasoning_is_dim_where_colours_are_wanted(
    start: Start, supplier: Supplier, variables: dict[str, str], is_dim: bool
) -> None:
    terminal = start(*supplier.chat, "--show-reasoning", "think", **variables)
    terminal.process.expect_exact("let me see")
    assert ("\x1b[2m" in terminal.process.before) is is_dim
    terminal.see("the answer")
    assert terminal.status() == 0


def test_ctrl_c_before_the_answer_is_status_130(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat, "mute")
    assert supplier.has_been_asked.wait(20)
    terminal.press("c")
    assert terminal.status() == 130
    assert supplier.has_hung_up.wait(5)


def test_a_line_that_is_not_utf_8_is_not_sent(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat, LC_ALL="C")
    terminal.see("> ")
    os.write(terminal.process.child_fd, b"caf\xe9 x\n")
    terminal.see("that line is not UTF-8")
    terminal.leave()
    assert supplier.bodies == []


def test_answers_may_go_into_a_file(start: Start, supplier: Supplier, tmp_path: Path) -> None:
    """The prompt stays on the terminal."""
    output = tmp_path / "answers"
    terminal = start(*supplier.chat, "--no-stream", to=output)
    terminal.see("> ")
    terminal.type("hello")
    terminal.see("> ")
    terminal.press("c")
    terminal.see("> ")
    terminal.type("/exit")
    assert terminal.status() == 0
    assert output.read_text() == "you said: hello\n"


def test_json_needs_a_question(start: Start, supplier: Supplier) -> None:
    terminal = start(*supplier.chat, "--json")
    terminal.see("--json answers one question")
    assert terminal.status() == 2

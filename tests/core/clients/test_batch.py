"""Many calls at once: bounded, in order, failures apart, progress on a terminal."""

from __future__ import annotations

import contextvars
import io
import threading
from typing import Any

import pytest
from replies import BASE, completion, failure, reply, served

from purveyor import OnlineChatModule, OnlineEmbeddingModule, RetryPolicy, errors
from purveyor._clients.batch import Progress, run_batch
from purveyor.errors import ConfigError, FormatError
from purveyor.plugin import HttpReply


def module(**options: Any) -> OnlineChatModule:
    once = RetryPolicy(attempts=1)
    return OnlineChatModule("m", base_url=BASE, auth="none", retries=once, **options)


def echo(asked: Any) -> HttpReply:
    import json

    text = json.loads(asked.body)["messages"][-1]["content"]
    if text == "fail":
        return reply(failure("no"), 400)
    return reply(completion(f"{text}!"))


def test_replies_stand_in_the_order_of_the_questions():
    """Whichever comes first."""
    with served(echo):
        got = module().batch([str(n) for n in range(40)], concurrency=8)
    assert got == [f"{n}!" for n in range(40)]


def test_a_failure_stands_in_its_place():
    """The others are not lost."""
    with served(echo):
        got = module().batch(["a", "fail", "b"])
    assert (got[0], got[2]) == ("a!", "b!")
    assert isinstance(got[1], errors.BadRequest)


def test_a_question_that_cannot_be_asked_stands_in_its_place():
    """Content of the wrong kind fails alone; a wrong option fails them all."""
    with served(echo):
        got = module().batch(["a", 7])  # type: ignore[list-item]
        assert got[0] == "a!"
        assert isinstance(got[1], ConfigError)
        with pytest.raises(ConfigError, match="temprature"):
            module().batch(["a"], temprature=1)  # type: ignore[call-arg]


def test_options_count_for_every_question():
    """As with a single call."""
    with served(echo) as server:
        module().batch(["a", "b"], temperature=0.5)
        assert {body["temperature"] for body in server.bodies} == {0.5}


def test_no_more_calls_run_at_once_than_allowed():
    """And as many as allowed do."""
    lock, running, most = threading.Lock(), 0, 0
    three = threading.Barrier(3, timeout=5)

    def busy(asked: Any) -> HttpReply:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        three.wait()
        with lock:
            running -= 1
        return echo(asked)

    with served(busy):
        module().batch(["a"] * 30, concurrency=3)
    assert most == 3


@pytest.mark.parametrize("concurrency", [0, -1])
def test_no_concurrency_is_refused(concurrency):
    """It would wait for ever."""
    with pytest.raises(ConfigError, match="at least 1"):
        run_batch(str, ["a"], concurrency, "x")


def test_nothing_to_do_is_nothing():
    """No thread is begun."""
    assert run_batch(str, [], 4, "x") == []


def test_an_error_that_is_not_ours_ends_the_batch():
    """Calls not yet begun are dropped."""
    begun: list[int] = []
    never = threading.Event()

    def call(number: int) -> int:
        begun.append(number)
        if number == 0:
            raise ZeroDivisionError
        never.wait(0.01)
        return number

    with pytest.raises(ZeroDivisionError):
        run_batch(call, range(1000), 2, "x")
    assert len(begun) < 1000


def test_an_error_of_ours_is_a_result():
    """Whatever its class."""

    def call(number: int) -> int:
        raise FormatError(str(number))

    assert [str(error) for error in run_batch(call, [1, 2], 2, "x")] == ["1", "2"]


def test_each_call_runs_in_the_callers_context():
    """Temporary settings count in it."""
    setting: contextvars.ContextVar[str] = contextvars.ContextVar("setting", default="none")
    setting.set("mine")
    assert run_batch(lambda _: setting.get(), range(4), 2, "x") == ["mine"] * 4


def test_vectors_are_made_in_batches_too():
    """One list of texts each."""

    def embedded(asked: Any) -> HttpReply:
        import json

        texts = json.loads(asked.body)["input"]
        return reply({"data": [{"index": i, "embedding": [1.0]} for i in range(len(texts))]})

    with served(embedded):
        embed = OnlineEmbeddingModule("m", base_url=BASE, auth="none")
        got = embed.batch([["a"], ["b", "c"], []])
    assert [getattr(each, "count", type(each)) for each in got] == [1, 2, ConfigError]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal(monkeypatch):
    """How many are done, and how many failed."""
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    progress = Progress(4, "asking")
    progress.step(False)
    progress.step(True)
    progress.close()
    lines = screen.getvalue().split("\r")
    assert lines[1].startswith("asking ██████░")
    assert lines[1].endswith("1/4")
    assert "2/4, 1 failed" in lines[2]
    assert screen.getvalue().endswith("\n")


def test_progress_is_silent_where_nobody_looks(monkeypatch):
    """In a pipe, or where there is no standard error at all."""
    for screen in (io.StringIO(), None):
        monkeypatch.setattr("sys.stderr", screen)
        progress = Progress(1, "asking")
        progress.step(False)
        progress.close()
        assert screen is None or screen.getvalue() == ""

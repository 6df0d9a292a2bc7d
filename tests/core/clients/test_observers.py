"""Observers: told of every call once at its start and once at its end, never of a secret."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from replies import (
    BASE,
    Server,
    chunk,
    completion,
    events_bytes,
    failure,
    hello_stream,
    reply,
    streamed,
)

from purveyor import OnlineChatModule, OnlineEmbeddingModule, RetryPolicy, errors
from purveyor.hookspecs import hookimpl
from purveyor.plugin import Call, Observer, Outcome
from purveyor.testing import answer_with, fresh_runtime

KEY = "sk-canary-0123456789abcdef"


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.outcomes: list[Outcome] = []

    @hookimpl
    def purveyor_observe(self) -> Observer:
        return self

    def started(self, call: Call) -> None:
        self.calls.append(call)

    def finished(self, call: Call, outcome: Outcome) -> None:
        assert self.calls[-1] is call
        self.outcomes.append(outcome)


class Clumsy(Notes):
    """Fails whenever it is told something."""

    def started(self, call: Call) -> None:
        raise ZeroDivisionError("started")

    def finished(self, call: Call, outcome: Outcome) -> None:
        raise ZeroDivisionError("finished")


@pytest.fixture
def notes() -> Iterator[Notes]:
    with fresh_runtime() as runtime:
        found = Notes()
        runtime.manager.register(found)
        yield found


def module(*answers: Any) -> OnlineChatModule:
    answer_with(Server(*answers))
    policy = RetryPolicy(first_wait=0)
    return OnlineChatModule("m", base_url=BASE, api_key=KEY, retries=policy)


def outcome_of(notes: Notes) -> Outcome:
    assert len(notes.calls) == len(notes.outcomes) == 1
    assert KEY not in repr(notes.calls) + repr(notes.outcomes)
    return notes.outcomes[0]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_call_is_told_with_its_answer(notes, is_async):
    """Who, what, how long, how often, at what cost."""
    llm = module(reply(completion("hello")))
    asyncio.run(llm.acall("hi")) if is_async else llm("hi")
    outcome = outcome_of(notes)
    call = notes.calls[0]
    assert (call.supplier, call.capability, call.model) == ("openai_compatible", "chat", "m")
    assert not call.is_stream
    assert call.request == llm.request("hi")
    assert outcome.response.message.text == "hello"
    assert (outcome.attempts, outcome.usage.total_tokens, outcome.error) == (1, 24, None)
    assert outcome.seconds >= 0


def test_a_call_that_took_two_attempts_says_so(notes):
    """Also when it went well in the end."""
    module(reply(failure(), 503), reply(completion()))("hi")
    assert outcome_of(notes).attempts == 2


def test_a_failure_is_told_with_its_error(notes):
    """The one that the caller sees."""
    with pytest.raises(errors.AuthenticationError) as caught:
        module(reply(failure(f"bad key {KEY}"), 401))("hi")
    outcome = outcome_of(notes)
    assert outcome.error is caught.value
    assert (outcome.attempts, outcome.response) == (1, None)


def test_an_interrupt_is_told_as_given_up(notes):
    """It is no error of ours."""
    with pytest.raises(KeyboardInterrupt):
        module(KeyboardInterrupt())("hi")
    assert outcome_of(notes).error is None


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_stream_is_told_at_its_end(notes, is_async):
    """With all that came."""
    llm = module(streamed(hello_stream()))

    async def read() -> None:
        async with llm.astream("hi") as stream:
            _ = [event async for event in stream]

    if is_async:
        asyncio.run(read())
    else:
        with llm.stream("hi") as stream:
            next(stream)
            assert notes.calls[0].is_stream
            assert notes.outcomes == []
            list(stream)
    assert outcome_of(notes).response.message.text == "Hello"
    assert outcome_of(notes).usage.total_tokens == 24


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_stream_that_is_left_is_told_once(notes, is_async):
    """As given up; closing it again tells nothing more."""
    llm = module(streamed([hello_stream()[:300], hello_stream()[300:]]))

    async def leave() -> None:
        async with llm.astream("hi") as stream:
            await anext(stream)
        await stream.close()

    if is_async:
        asyncio.run(leave())
    else:
        with llm.stream("hi") as stream:
            next(stream)
        stream.close()
    outcome = outcome_of(notes)
    assert (outcome.error, outcome.response) == (None, None)


def test_a_stream_that_breaks_off_is_told_with_its_error(notes):
    """Which carries what had arrived."""
    llm = module(streamed(events_bytes(chunk("Hel"), done=False)))
    with pytest.raises(errors.StreamInterrupted), llm.stream("hi") as stream:
        list(stream)
    assert outcome_of(notes).error.partial.message.text == "Hel"


def test_embedding_and_rerank_are_told_too(notes):
    """A list that is split is one call."""

    def answer(asked: Any) -> Any:
        import json

        body = json.loads(asked.body)
        if "input" not in body:
            return reply({"results": [{"index": 0, "relevance_score": 1}]})
        data = [{"index": i, "embedding": [1.0]} for i in range(len(body["input"]))]
        return reply({"data": data, "usage": {"prompt_tokens": 1}})

    answer_with(answer)
    options: dict[str, Any] = {"base_url": BASE, "auth": "none"}
    OnlineEmbeddingModule("m", **options)(["x"] * 2100)
    OnlineEmbeddingModule("m", type="rerank", **options)("q", documents=["a"])
    assert [call.capability for call in notes.calls] == ["embedding", "rerank"]
    assert notes.outcomes[0].response.count == 2100
    assert notes.outcomes[0].usage.input_tokens == 2


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_clumsy_observer_is_warned_of_and_passed_over(is_async):
    """The call goes on, and others are told."""
    with fresh_runtime() as runtime:
        notes = Notes()
        runtime.manager.register(Clumsy())
        runtime.manager.register(notes)
        llm = module(reply(completion("hello")))
        with pytest.warns(RuntimeWarning, match="observer Clumsy failed") as warned:
            assert (asyncio.run(llm.acall("hi")) if is_async else llm("hi")) == "hello"
        assert len(warned) == 2
        assert outcome_of(notes).response.message.text == "hello"

"""Streams as a caller holds them: events, retries before the first, hanging up, what is left."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from replies import (
    BASE,
    QUICK,
    chunk,
    completion,
    events_bytes,
    failure,
    hello_stream,
    reply,
    served,
    streamed,
)

from purveyor import OnlineChatModule, RetryPolicy, Timeouts, errors
from purveyor.plugin import MemoryStream
from purveyor.types.chat import Event, TextDelta

AT_ONCE = RetryPolicy(first_wait=0)
BUSY = failure("busy", type="overloaded_error")


def module(**options: Any) -> OnlineChatModule:
    options = {"base_url": BASE, "auth": "none", "retries": AT_ONCE, "timeouts": QUICK} | options
    return OnlineChatModule("m", **options)


def events_of(llm: OnlineChatModule, **options: Any) -> list[Event]:
    with llm.stream("hi", **options) as stream:
        return list(stream)


async def async_events_of(llm: OnlineChatModule, **options: Any) -> list[Event]:
    async with llm.astream("hi", **options) as stream:
        return [event async for event in stream]


def ended(llm: OnlineChatModule, *, is_async: bool = False) -> tuple[str, errors.SupplierError]:
    """Give the text that a failing stream gives, and its error."""
    texts: list[str] = []

    async def read() -> None:
        async with llm.astream("hi") as stream:
            async for text in stream.text():
                texts.append(text)

    with pytest.raises(errors.SupplierError) as caught:
        if is_async:
            asyncio.run(read())
        else:
            with llm.stream("hi") as stream:
                for text in stream.text():
                    texts.append(text)
    return "".join(texts), caught.value


both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


@pytest.mark.parametrize(
    "body",
    [
        hello_stream(),
        hello_stream().removesuffix(b"data: [DONE]\n\n"),
        events_bytes(
            chunk("a"), chunk("b", index=1), chunk(finish="stop"), chunk(finish="stop", index=1)
        ),
        events_bytes(
            {"choices": [], "usage": {"prompt_tokens": 1}}, chunk("a"), chunk(finish="stop")
        ),
        b'{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}',
    ],
)
def test_both_faces_give_the_same_events(body):
    """In one part or byte by byte."""
    parts = [body[place : place + 1] for place in range(len(body))]
    with served(streamed(body), streamed(body), streamed(parts), streamed(parts)):
        llm = module()
        first = events_of(llm)
        assert asyncio.run(async_events_of(llm)) == first
        assert events_of(llm) == first
        assert asyncio.run(async_events_of(llm)) == first


def test_nothing_is_sent_before_an_event_is_asked_for():
    """A stream may be made and left."""
    with served(streamed(hello_stream())) as server:
        with module().stream("hi") as stream:
            assert server.requests == []
            next(stream)
        assert len(server.requests) == 1
        assert server.bodies[0]["stream"] is True


def test_the_response_grows_with_the_stream():
    """Empty before, whole after."""
    with served(streamed(hello_stream())), module().stream("hi") as stream:
        assert stream.response.message.text == ""
        assert next(stream.text()) == "Hel"
        list(stream)
        assert stream.response.message.text == "Hello"
        assert stream.response.usage is not None
        assert stream.response.usage.total_tokens == 24
        assert len(stream.response.raw) == 5


def test_text_is_the_first_choices():
    """The others are in the events."""
    body = events_bytes(
        chunk("b", index=1), chunk("a"), chunk(finish="stop"), chunk(finish="stop", index=1)
    )
    with served(streamed(body)), module().stream("hi") as stream:
        assert list(stream.text()) == ["a"]
        assert stream.response.others[0].message.text == "b"


def test_after_the_end_there_is_nothing_more():
    """And nothing is sent again."""
    with served(streamed(hello_stream())) as server, module().stream("hi") as stream:
        assert len(list(stream)) == 5
        assert list(stream) == []
        with pytest.raises(StopIteration):
            next(stream)
        assert len(server.requests) == 1


def test_an_async_stream_gives_its_next_event():
    """As the sync one does."""

    async def two() -> list[Event]:
        async with module().astream("hi") as stream:
            return [await anext(stream), await anext(stream)]

    with served(streamed(hello_stream())):
        assert asyncio.run(two())[1] == TextDelta("Hel")


@both
@pytest.mark.parametrize(
    "opening",
    [
        reply(BUSY, 503),
        reply(failure("slow"), 429),
        reply(failure("bad gateway"), 502),
        errors.ConnectionFailed("reset"),
        errors.Timeout("late"),
        streamed(events_bytes(BUSY)),
        streamed(events_bytes(chunk({"role": "assistant"}), BUSY)),
        streamed([events_bytes(chunk({"role": "a"}), done=False), events_bytes(BUSY)]),
        reply(BUSY, 200),
    ],
    ids=["503", "429", "502", "reset", "timeout", "frame", "role, frame", "role | frame", "json"],
)
def test_a_failed_opening_is_tried_again(opening, is_async):
    """Nothing has been shown; the caller sees nothing of it, however the bytes are cut."""
    with served(opening, streamed(hello_stream())) as server:
        llm = module()
        events = asyncio.run(async_events_of(llm)) if is_async else events_of(llm)
        assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hel", "lo"]
        assert len(server.requests) == 2


@both
def test_a_failed_opening_that_stays_is_raised_with_its_attempts(is_async):
    """After three."""
    with served(reply(BUSY, 503)) as server:
        text, error = ended(module(), is_async=is_async)
        assert (text, type(error), error.attempts) == ("", errors.Overloaded, 3)
        assert len(server.requests) == 3


@both
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(failure("no", code="invalid_api_key"), 401), errors.AuthenticationError),
        (reply(b"", 307, {"location": "https://elsewhere.test"}), errors.BadRequest),
        (streamed(b"<html>Log in</html>"), errors.MalformedResponse),
        (streamed(b""), errors.StreamInterrupted),
        (streamed(events_bytes(chunk({"role": "a"}))), errors.StreamInterrupted),
        (streamed(events_bytes(b"{oops")), errors.MalformedResponse),
    ],
)
def test_an_opening_that_cannot_pass_is_not_tried_again(answer, kind, is_async):
    """And names who failed."""
    with served(answer) as server:
        _, error = ended(module(), is_async=is_async)
        assert type(error) is kind
        assert (error.supplier, error.capability) == ("openai_compatible", "chat")
        assert len(server.requests) == 1


def dies(*parts: bytes) -> Iterator[bytes]:
    yield from parts
    raise errors.ConnectionFailed("reset by peer")


START = events_bytes(chunk("Hel"), done=False)


@both
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda _: MemoryStream(200, {}, dies(START)), errors.ConnectionFailed),
        (streamed([START, events_bytes(BUSY)]), errors.Overloaded),
        (streamed(START + events_bytes(BUSY)), errors.Overloaded),
        (streamed([START, events_bytes(b"{oops")]), errors.MalformedResponse),
        (streamed(START), None),
        (streamed([START, b"data: [DONE]\n\n"]), None),
    ],
    ids=["reset", "frame", "frame in one part", "rubbish", "end", "mark without finish"],
)
def test_a_stream_that_breaks_off_keeps_what_had_arrived(answer, cause, is_async):
    """It is not begun again: the user has seen it."""
    with served(answer) as server:
        text, error = ended(module(), is_async=is_async)
        assert text == "Hel"
        assert isinstance(error, errors.StreamInterrupted)
        assert error.partial is not None
        assert error.partial.message.text == "Hel"
        assert type(error.__cause__) is (cause or type(None))
        assert (error.supplier, error.attempts) == ("openai_compatible", 1)
        assert error.request_id == "c-1"
        assert len(server.requests) == 1


class Line:
    """A reply that is read part by part, and knows when it is hung up on."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.given = 0
        self.has_hung_up = threading.Event()

    def __call__(self, _: object) -> MemoryStream:
        return MemoryStream(200, {}, self.give())

    def give(self) -> Iterator[bytes]:
        try:
            for part in self.parts:
                self.given += 1
                yield part
        finally:
            self.has_hung_up.set()


PARTS = [events_bytes(chunk(text), done=False) for text in "abcdef"]


@both
def test_leaving_the_block_hangs_up(is_async):
    """What has not been read is not waited for."""
    line = Line(*PARTS)

    async def leave() -> None:
        async with module().astream("hi") as stream:
            async for _ in stream:
                break

    with served(line):
        if is_async:
            asyncio.run(leave())
        else:
            with module().stream("hi") as stream:
                next(stream)
    assert line.has_hung_up.is_set()
    assert line.given < len(PARTS)


def test_leaving_by_an_error_hangs_up():
    """Whatever the caller's error is, it passes."""
    line = Line(*PARTS)
    with served(line), pytest.raises(ZeroDivisionError), module().stream("hi") as stream:
        next(stream)
        raise ZeroDivisionError
    assert line.has_hung_up.is_set()


@both
def test_a_stream_may_be_closed_twice_and_gives_nothing_afterwards(is_async):
    """Also one that was never begun: nothing is sent."""

    async def close() -> list[Event]:
        stream = module().astream("hi")
        await stream.close()
        await stream.close()
        return [event async for event in stream]

    with served(streamed(hello_stream())) as server:
        if is_async:
            assert asyncio.run(close()) == []
        else:
            stream = module().stream("hi")
            stream.close()
            stream.close()
            assert list(stream) == []
        assert server.requests == []


def test_what_had_arrived_outlives_the_close():
    """The response stays what it was."""
    with served(Line(*PARTS)):
        with module().stream("hi") as stream:
            next(stream.text())
        assert stream.response.message.text.startswith("a")
        assert list(stream) == []


def test_a_stream_that_is_dropped_hangs_up():
    """By its finaliser."""
    line = Line(*PARTS)
    with served(line):
        stream = module().stream("hi")
        next(stream)
        del stream
        gc.collect()
        assert line.has_hung_up.is_set()


def test_a_stream_is_closed_from_another_thread():
    """While its reader waits for the next part; the reader learns of it."""
    is_waiting, may_go_on = threading.Event(), threading.Event()

    def wait() -> Iterator[bytes]:
        yield START
        is_waiting.set()
        may_go_on.wait(5)
        yield START

    outcome: list[object] = []

    def read(stream: Any) -> None:
        try:
            outcome.extend(stream.text())
        except errors.StreamInterrupted as error:
            outcome.append(type(error))

    with served(lambda _: MemoryStream(200, {}, wait())):
        stream = module(timeouts=Timeouts()).stream("hi")
        reader = threading.Thread(target=read, args=(stream,))
        reader.start()
        assert is_waiting.wait(5)
        stream.close()
        may_go_on.set()
        reader.join(5)
        assert not reader.is_alive()
    assert outcome[0] == "Hel"
    assert outcome[-1] is errors.StreamInterrupted


@both
@pytest.mark.parametrize("answer", [reply(BUSY, 503), streamed(hello_stream())])
def test_a_stream_closed_while_it_opens_sends_nothing_more(answer, is_async):
    """No further attempt, and no event."""
    held: list[Any] = []

    def close_meanwhile(_: object) -> Any:
        held[0]._is_closed = True  # as close() of another thread does first
        return answer

    async def read() -> None:
        held.append(module().astream("hi"))
        _ = [event async for event in held[0]]

    with served(close_meanwhile) as server:
        with pytest.raises(errors.SupplierError):
            if is_async:
                asyncio.run(read())
            else:
                held.append(module().stream("hi"))
                list(held[0])
        assert len(server.requests) == 1


def test_an_async_stream_is_closed_by_another_task():
    """While its reader waits; the reader learns of it."""
    may_go_on = threading.Event()

    def wait() -> Iterator[bytes]:
        yield START
        may_go_on.wait(5)

    async def close() -> object:
        stream = module(timeouts=Timeouts()).astream("hi")
        assert (await anext(stream)) is not None
        assert (await anext(stream)) == TextDelta("Hel")
        reader = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.02)
        await stream.close()
        may_go_on.set()
        return (await asyncio.gather(reader, return_exceptions=True))[0]

    with served(lambda _: MemoryStream(200, {}, wait())):
        assert isinstance(asyncio.run(close()), errors.StreamInterrupted)


def test_a_cancelled_task_hangs_up():
    """CancelledError passes."""
    line = Line(*PARTS)

    async def cancel() -> None:
        begun = asyncio.Event()

        async def read() -> None:
            async with module().astream("hi") as stream:
                async for _ in stream:
                    begun.set()
                    await asyncio.sleep(30)

        task = asyncio.create_task(read())
        await asyncio.wait_for(begun.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with served(line):
        asyncio.run(cancel())
    assert line.has_hung_up.is_set()


def test_a_task_cancelled_before_the_first_event_sends_nothing_more():
    """While it waits to try again."""

    async def cancel() -> None:
        llm = module(retries=RetryPolicy(first_wait=30), timeouts=Timeouts())
        task = asyncio.create_task(async_events_of(llm))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)

    with served(reply(BUSY, 503)) as server:
        asyncio.run(cancel())
        assert len(server.requests) == 1


def test_an_interrupt_passes():
    """Ctrl-C is no failure to try again after."""
    with served(KeyboardInterrupt()) as server:
        with pytest.raises(KeyboardInterrupt), module().stream("hi") as stream:
            next(stream)
        assert len(server.requests) == 1


@both
def test_the_first_event_has_its_limit(is_async):
    """Comments and blank lines do not extend it; the call's own limit counts."""
    keep_alives = streamed([b": keep-alive\n\n"] * 5 + [hello_stream()])
    limits = Timeouts(first_event=0.0)
    with served(keep_alives):
        llm = module(retries=RetryPolicy(attempts=1))
        with pytest.raises(errors.Timeout, match="first event") as caught:
            if is_async:
                asyncio.run(async_events_of(llm, timeouts=limits))
            else:
                events_of(llm, timeouts=limits)
        assert caught.value.phase == "first event"
        assert len(events_of(llm)) == 5


def test_an_answer_without_a_word_is_an_answer():
    """The model had nothing to say; that is no failure."""
    with served(streamed(events_bytes(chunk({"role": "a"}), chunk(finish="stop")))) as server:
        with module().stream("hi") as stream:
            list(stream)
        assert stream.response.message.text == ""
        assert stream.response.finish.raw == "stop"
        assert len(server.requests) == 1


def test_a_whole_answer_in_place_of_a_stream_is_used():
    """The supplier passed over `stream: true`."""
    with served(reply(completion("whole"))), module().stream("hi") as stream:
        assert "".join(stream.text()) == "whole"
        assert stream.response.finish.raw == "stop"


def test_a_success_gives_back_to_the_budget():
    """Also one that took two attempts."""
    with served(reply(BUSY, 503), streamed(hello_stream())):
        llm = module()
        events_of(llm)
        assert llm._line.connection.budget.tokens == 500 - 14 + 1


def test_two_event_loops_may_use_one_module():
    """One after the other."""
    with served(streamed(hello_stream())):
        llm = module()
        assert asyncio.run(async_events_of(llm)) == asyncio.run(async_events_of(llm))

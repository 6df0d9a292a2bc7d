"""Calls that are answered as a whole: retries, refusals, what an error carries."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest
from replies import BASE, completion, failure, reply, served

from purveyor import OnlineChatModule, OnlineEmbeddingModule, RetryPolicy, Timeouts, errors
from purveyor._transport.base import Deadline
from purveyor.plugin import HttpReply, MemoryTransport, Transports
from purveyor.testing import use_transports
from purveyor.types.wire import SizeLimits

AT_ONCE = RetryPolicy(first_wait=0)
GOOD = reply(completion("good"))
KEY = "sk-canary-0123456789abcdef"


def module(**options: Any) -> OnlineChatModule:
    return OnlineChatModule(
        "m", **({"base_url": BASE, "auth": "none", "retries": AT_ONCE} | options)
    )


def failed(llm: OnlineChatModule, **options: Any) -> errors.SupplierError:
    with pytest.raises(errors.SupplierError) as caught:
        llm("hi", **options)
    return caught.value


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "trouble",
    [
        reply(failure(), 408),
        reply(failure(), 409),
        reply(failure(), 425),
        reply(failure(), 429),
        reply(failure(), 500),
        reply(failure(), 502),
        reply(failure(), 503),
        reply(failure(), 504),
        reply(failure(), 520),
        reply(failure(), 529),
        reply(failure(type="overloaded_error")),
        reply(failure(), 400, {"x-should-retry": "true"}),
        errors.ConnectionFailed("reset"),
        errors.Timeout("late"),
    ],
)
def test_what_may_pass_is_tried_again(trouble, is_async):
    """A status, an error with status 200, a word of the supplier's, the network."""
    with served(trouble, GOOD) as server:
        llm = module()
        assert (asyncio.run(llm.acall("hi")) if is_async else llm("hi")) == "good"
        assert len(server.requests) == 2
        assert server.bodies[0] == server.bodies[1]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (reply(failure(), 400), errors.BadRequest),
        (reply(failure(), 401), errors.AuthenticationError),
        (reply(failure(), 402), errors.InsufficientBalance),
        (reply(failure(), 403), errors.PermissionDenied),
        (reply(failure(), 404), errors.NotFound),
        (reply(failure(), 413), errors.BadRequest),
        (reply(failure(), 422), errors.BadRequest),
        (reply(failure(type="insufficient_quota"), 429), errors.QuotaExhausted),
        (reply(failure(), 503, {"x-should-retry": "false"}), errors.Overloaded),
        (reply(b"<html>"), errors.MalformedResponse),
        (reply(b"", 204), errors.MalformedResponse),
        (errors.TlsFailed("expired"), errors.TlsFailed),
        (errors.NameNotResolved("nowhere"), errors.NameNotResolved),
    ],
)
def test_what_cannot_pass_is_tried_once(trouble, kind, is_async):
    """The error says who failed."""
    with served(trouble) as server:
        llm = module()
        with pytest.raises(errors.SupplierError) as caught:
            asyncio.run(llm.acall("hi")) if is_async else llm("hi")
        assert type(caught.value) is kind
        assert (caught.value.supplier, caught.value.capability) == ("openai_compatible", "chat")
        assert caught.value.attempts == 1
        assert len(server.requests) == 1


def test_the_last_failure_says_how_often_it_was_tried():
    """Three times."""
    with served(reply(failure("busy"), 503)) as server:
        error = failed(module())
        assert (type(error), error.attempts, len(server.requests)) == (errors.Overloaded, 3, 3)
        assert "after 3 attempts" in str(error)


def test_a_refusal_after_a_failure_counts_both():
    """The second attempt found the key refused."""
    with served(reply(failure(), 503), reply(failure(), 401)):
        error = failed(module())
        assert (type(error), error.attempts) == (errors.AuthenticationError, 2)


def test_a_wait_that_is_too_long_ends_the_call_at_once():
    """And says how long it would be."""
    with served(reply(failure(), 429, {"retry-after": "3600"})) as server:
        error = failed(module())
        assert (type(error), error.retry_after) == (errors.RateLimited, 3600)
        assert len(server.requests) == 1


def test_a_wait_beyond_the_deadline_ends_the_call_at_once():
    """Every call ends in time; the call's own limit counts."""
    with served(reply(failure("try again in 30s"), 429)) as server:
        assert failed(module(), timeouts=Timeouts(total=5)).retry_after == 30
        assert len(server.requests) == 1


def test_a_storm_is_no_flood():
    """A thousand calls on an endpoint that always fails send at most 1,150 requests."""
    for trouble in (reply(failure(), 500), reply(failure(), 429)):
        with served(trouble) as server:
            llm = module()
            for _ in range(1000):
                failed(llm)
            assert 1000 <= len(server.requests) <= 1150


def test_a_success_gives_back_to_the_budget():
    """At the first attempt or a later one."""
    with served(reply(failure(), 500), GOOD):
        llm = module()
        llm("hi")
        assert llm._line.connection.budget.tokens == 500 - 14 + 1
        asyncio.run(llm.acall("hi"))
        assert llm._line.connection.budget.tokens == 500 - 14 + 2


def test_an_interrupt_passes():
    """Nothing is tried again."""
    with served(KeyboardInterrupt()) as server:
        with pytest.raises(KeyboardInterrupt):
            module()("hi")
        assert len(server.requests) == 1


def test_a_redirect_is_not_followed():
    """It would carry the credential somewhere unasked; the message says where."""
    with served(HttpReply(307, {"location": "https://elsewhere.test/v1"}, b"")) as server:
        error = failed(module(api_key=KEY, auth=None))
        assert "https://elsewhere.test/v1" in error.message
        assert (error.status, len(server.requests)) == (307, 1)


def test_a_body_beyond_the_limit_is_malformed():
    """The limit is the module's."""
    with served(GOOD):
        assert isinstance(
            failed(module(limits=SizeLimits(body_bytes=10))), errors.MalformedResponse
        )


@pytest.mark.parametrize(
    "answer",
    [
        reply(failure(f"bad key {KEY}"), 401),
        reply(failure("no", param=KEY, code=KEY, type=KEY), 400),
        reply(failure(f"bad key {KEY}")),
        reply(f"<html>{KEY}</html>".encode()),
        reply({"error": {"message": "no", "details": [{KEY: [KEY]}]}}, 400),
        HttpReply(400, {"x-request-id": KEY}, b"no"),
        HttpReply(307, {"location": f"https://x.test?key={KEY}"}, KEY.encode()),
    ],
)
def test_an_echoed_key_is_cut_out(answer):
    """From message, facts, raw, args, repr and pickle."""
    with served(answer):
        error = failed(module(api_key=KEY, auth=None))
    shown = (str(error), repr(error), repr(error.args), repr(vars(error)), repr(error.__cause__))
    assert not any(KEY in text for text in shown)
    assert KEY.encode() not in pickle.dumps(error)


def test_a_key_too_short_to_be_told_apart_shreds_nothing():
    """A placeholder for a server that wants some key."""
    with served(reply(failure("the key is not ok"), 401)):
        assert failed(module(api_key="k", auth=None)).message == "the key is not ok"


def test_a_secret_in_a_header_of_ones_own_is_cut_out_too():
    """A gateway's key beside the supplier's."""
    settings = {"suppliers": {"acme": {"base_url": BASE, "extra_headers": {"X-Gateway-Key": KEY}}}}
    from purveyor.testing import answer_with, fresh_runtime

    with fresh_runtime(settings):
        answer_with(lambda _: reply(failure(f"bad key {KEY}"), 401))
        llm = OnlineChatModule("acme:m", auth="none", retries=AT_ONCE)
        error = failed(llm)
    assert KEY not in repr(vars(error)) + str(error)


def test_headers_of_ones_own_are_sent():
    """With every attempt."""
    with served(GOOD) as server:
        module(headers={"X-Team": "blue"})("hi")
        assert server.requests[0].header("x-team") == "blue"


VECTORS = {"usage": {"prompt_tokens": 1}, "model": "m-1"}


def embedded(asked: Any) -> HttpReply:
    import json

    texts = json.loads(asked.body)["input"]
    data = [{"index": i, "embedding": [float(len(text)), 0.5]} for i, text in enumerate(texts)]
    return reply({"data": data, **VECTORS})


def embedder(**options: Any) -> OnlineEmbeddingModule:
    options = {"base_url": BASE, "auth": "none", "retries": AT_ONCE} | options
    return OnlineEmbeddingModule("m", **options)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_long_list_is_split_and_joined_in_order(is_async):
    """As many requests as the supplier's limit asks for; usages are added."""
    texts = ["x" * (n % 50) for n in range(5000)]
    with served(embedded) as server:
        embed = embedder()
        got = asyncio.run(embed.acall(texts)) if is_async else embed(texts)
        assert [len(body["input"]) for body in server.bodies] == [2048, 2048, 904]
        assert [vector[0] for vector in got] == [float(len(text)) for text in texts]
        assert (got.count, got.usage.input_tokens, len(got.raw)) == (5000, 3, 3)


def test_usage_that_one_part_does_not_tell_is_unknown():
    """Not the sum of the others."""

    def half(asked: Any) -> HttpReply:
        found = embedded(asked)
        return reply(found.body.replace(b"usage", b"_")) if len(asked.body) < 20_000 else found

    with served(half):
        assert embedder()(["x" * 10] * 2100).usage is None


def test_parts_of_different_lengths_are_malformed():
    """Two models behind one address."""

    def changing(asked: Any) -> HttpReply:
        found = embedded(asked)
        return reply(found.body.replace(b", 0.5]", b"]")) if len(asked.body) < 20_000 else found

    with served(changing), pytest.raises(errors.MalformedResponse, match="different lengths"):
        embedder()(["x" * 10] * 2100)


def test_one_deadline_spans_all_parts_of_a_list():
    """A call ends in time, however long its list is."""
    deadlines: list[Deadline] = []

    class Noting(MemoryTransport):
        def send(self, request: Any, deadline: Deadline, limits: SizeLimits) -> HttpReply:
            deadlines.append(deadline)
            return super().send(request, deadline, limits)

    with served():
        memory = Transports(sync=lambda: Noting(embedded), asynchronous=lambda: None)  # type: ignore[arg-type, return-value]
        use_transports("https", memory)
        embedder().embed(["x"] * 5000, timeouts=Timeouts(total=7))
    assert len(deadlines) == 3
    assert len(set(map(id, deadlines))) == 1
    assert deadlines[0].timeouts.total == 7


def reranked(asked: Any) -> HttpReply:
    import json

    documents = json.loads(asked.body)["documents"]
    hits = [{"index": i, "relevance_score": len(text)} for i, text in enumerate(documents)]
    return reply({"results": hits})


def test_a_rerank_is_tried_again_too():
    """The same rules for every capability, and for both faces."""
    with served(reply(failure(), 503), reranked, reply(failure(), 503), reranked) as server:
        rank = embedder(type="rerank")
        assert rank("q", documents=["a", "bbb", "cc"], top_n=2) == [(1, 3.0), (2, 2.0)]
        assert asyncio.run(rank.acall("q", documents=["a", "bb"])) == [(1, 2.0), (0, 1.0)]
        assert len(server.requests) == 4


def test_two_event_loops_may_use_one_module():
    """One after the other."""
    with served(GOOD):
        llm = module()
        assert asyncio.run(llm.acall("hi")) == asyncio.run(llm.acall("hi")) == "good"


def test_many_threads_may_use_one_module_and_make_it_at_once():
    """One runtime, one answer each."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with served(GOOD) as server, ThreadPoolExecutor(8) as pool:

        def make_and_ask(_: int) -> str:
            return module()("hi")

        futures = [pool.submit(copy_context().run, make_and_ask, n) for n in range(64)]
        assert {future.result() for future in futures} == {"good"}
        assert len(server.requests) == 64

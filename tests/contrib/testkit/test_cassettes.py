"""Cassettes: documented traffic, played through the real transport; provenance; no secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from vcr.errors import CannotOverwriteExistingCassetteException

from purveyor import (
    FinishReason,
    OnlineChatModule,
    OnlineEmbeddingModule,
    Thinking,
    Usage,
    assistant,
    errors,
    user,
)
from purveyor.testing import fresh_runtime
from purveyor_testkit.cassettes import (
    CassetteError,
    Deck,
    Provenance,
    demand_no_secret,
    playing,
    recording,
)
from purveyor_testkit.simulators import kimi, serve

pytest_plugins = ["pytester"]

KEY = "sk-0123456789abcdefghij"
HERE = Provenance(kind="simulated", source="the simulator of the test kit", date="2026-11-23")
WEATHER = {
    "name": "get_weather",
    "description": "Weather by city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


@pytest.fixture(autouse=True)
def runtime() -> Iterator[None]:
    with fresh_runtime():
        yield


def chat(name: str) -> OnlineChatModule:
    return OnlineChatModule(name, api_key=KEY)


def counts(usage: Usage | None) -> tuple[int | None, ...]:
    assert usage is not None
    return (usage.input_tokens, usage.output_tokens, usage.total_tokens)


def test_openai_says_hello(cassette):
    """Text, finish, usage, and the request id of the header."""
    cassette("openai/chat_hello")
    reply = chat("openai")("Hello!")
    assert (reply, reply.finish.reason, counts(reply.usage)) == (
        "Hello!",
        FinishReason.STOP,
        (19, 5, 24),
    )
    assert reply.response.request_id == "req_1"


def test_openai_streams(cassette):
    """Usage comes on the last chunk, which has no choices."""
    cassette("openai/chat_stream")
    with chat("openai").stream("Hello!") as stream:
        assert list(stream.text()) == ["Hello"]
    assert counts(stream.response.usage) == (19, 5, 24)


def test_openai_streams_a_tool_call(cassette):
    """Its arguments come in pieces."""
    cassette("openai/chat_stream_tools")
    with chat("openai").stream("Weather in Paris?", tools=[WEATHER]) as stream:
        list(stream)
    (call,) = stream.response.message.tool_calls
    assert (call.id, call.name, call.parse()) == ("call_abc", "get_weather", {"city": "Paris"})
    assert stream.response.usage is None


def test_openai_embeds(cassette):
    """Two texts, two vectors of the length that was asked for."""
    cassette("openai/embedding_pair")
    module = OnlineEmbeddingModule(
        "openai", api_key=KEY, dimensions=4, extra_body={"encoding_format": "float"}
    )
    vectors = module(["a", "b"])
    assert vectors.dimensions == 4
    assert vectors[0].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_openai_refuses_a_key(cassette):
    """Its words are passed on, the key in them is not."""
    cassette("openai/chat_wrong_key")
    with pytest.raises(errors.AuthenticationError, match="invalid_api_key"):
        chat("openai")("Hello!")


@pytest.mark.parametrize("supplier", ["openai", "deepseek"])
def test_an_empty_account_is_no_rate_limit(cassette, supplier):
    """429 here, 402 there: the code says what it is, and it is not tried again."""
    cassette(f"{supplier}/chat_balance_exhausted")
    with pytest.raises(errors.InsufficientBalance) as caught:
        chat(supplier)("Hello!")
    assert caught.value.attempts == 1


def test_kimi_thinks(cassette):
    """The thought is kept apart from the answer; cached tokens stand at the top of usage."""
    cassette("kimi/chat_thinking")
    reply = chat("kimi")("hi", thinking="on", max_tokens=1024)
    assert (reply, reply.reasoning) == ("Hello!", "greet")
    assert reply.usage is not None
    assert reply.usage.cached_input_tokens == 10


def test_kimi_streams(cassette):
    """Usage stands in the last choice, and once more on a chunk of its own: that counts."""
    cassette("kimi/chat_stream")
    with chat("kimi").stream("hi") as stream:
        list(stream)
    response = stream.response
    assert (response.message.text, response.message.reasoning) == ("Hello!", "greet")
    assert response.usage is not None
    assert response.usage.cached_input_tokens == 0


def test_kimi_continues_a_prefix(cassette):
    """Partial mode: the answer goes on where the message ended."""
    cassette("kimi/chat_partial")
    messages = [user("Extract JSON"), assistant("{", is_prefix=True)]
    assert chat("kimi")(messages, thinking="off") == '"a":1}'


def test_kimi_tells_the_balance(cassette):
    """No amount goes through a float."""
    cassette("kimi/chat_account_balance")
    (balance,) = chat("kimi").balance()
    assert (balance.available, balance.is_usable) == (Decimal("49.58894"), True)


def test_kimi_counts_tokens(cassette):
    """As it counts them itself."""
    cassette("kimi/chat_token_count")
    assert chat("kimi").count_tokens("hi") == 80


def test_kimi_filters(cassette):
    """By its type: the status is that of any bad request."""
    cassette("kimi/chat_filtered")
    with pytest.raises(errors.ContentFiltered):
        chat("kimi")("Hello!")


def test_deepseek_thinks(cassette):
    """With the effort that was asked for."""
    cassette("deepseek/chat_thinking")
    reply = chat("deepseek")("Hi", thinking=Thinking(mode="on", effort="high"))
    assert (reply, reply.reasoning) == ("Hello!", "Greet.")
    assert reply.usage is not None
    assert reply.usage.reasoning_tokens == 3


def test_deepseek_streams(cassette):
    """Keep-alive comments first, usage on the chunk that finishes."""
    cassette("deepseek/chat_stream")
    with chat("deepseek").stream("Hi") as stream:
        assert "".join(stream.text()) == "Hello!"
    assert counts(stream.response.usage) == (19, 5, 24)


def test_deepseek_continues_a_prefix(cassette):
    """At the address of the beta."""
    cassette("deepseek/chat_prefix")
    messages = [user("Write python"), assistant("```python\n", is_prefix=True)]
    assert chat("deepseek")(messages, thinking="off", stop="```") == "print(1)\n"


def test_deepseek_tells_the_balance(cassette):
    """In its currency."""
    cassette("deepseek/chat_account_balance")
    (balance,) = chat("deepseek").balance()
    assert (balance.available, balance.currency) == (Decimal("110.00"), "CNY")


def test_a_cassette_plays_for_callers_that_await(cassette):
    """vcrpy stands in for aiohttp, too."""
    pytest.importorskip("aiohttp")
    cassette("kimi/chat_thinking")
    reply = asyncio.run(chat("kimi").acall("hi", thinking="on", max_tokens=1024))
    assert reply == "Hello!"


def test_every_cassette_may_be_published():
    """Each says where it comes from, and holds nothing that looks like a key."""
    folder = Path(__file__).parents[3] / "cassettes"
    files = sorted(folder.glob("*/*.yaml"))
    assert len(files) >= 10
    for file in files:
        demand_no_secret(file.read_text(), file.name)
        assert file.read_text().startswith("provenance:")


def record(path: Path, *questions: str) -> None:
    with serve(kimi()) as served, recording(path, HERE):
        module = OnlineChatModule("kimi", api_key=KEY, base_url=served.base_url)
        for question in questions:
            module(question)


def test_what_was_recorded_is_played(tmp_path):
    """By the same address, without the server."""
    path = tmp_path / "a.yaml"
    with serve(kimi()) as served, recording(path, HERE):
        module = OnlineChatModule("kimi", api_key=KEY, base_url=served.base_url)
        first = module("hi")
    assert KEY not in path.read_text()
    assert "authorization" not in path.read_text().lower()
    with playing(path):
        assert module("hi") == first


def test_another_question_is_not_in_the_cassette(tmp_path):
    """The body counts: a plugin that says something else fails its test."""
    path = tmp_path / "a.yaml"
    record(path, "one")
    base_url = path.read_text().partition("uri: ")[2].partition("/chat")[0]
    with pytest.raises(CannotOverwriteExistingCassetteException), playing(path):
        OnlineChatModule("kimi", api_key=KEY, base_url=base_url)("two")


def test_what_is_not_played_is_a_mistake(tmp_path):
    """A cassette holds what its test needs."""
    path = tmp_path / "a.yaml"
    record(path, "one", "two")
    with pytest.raises(CassetteError, match="2 of 2 interactions were not played"), playing(path):
        pass


def test_a_missing_cassette_says_how_to_record_it(tmp_path):
    """It is not recorded by accident."""
    with pytest.raises(CassetteError, match="--record"), playing(tmp_path / "b.yaml"):
        pass


@pytest.mark.parametrize(
    "block",
    [
        "",
        "provenance: {kind: recorded, source: a}\n",
        "provenance: {kind: guessed, source: a, date: 2026-01-31}\n",
        "provenance: {kind: recorded, source: /home/me/a.json, date: 2026-01-31}\n",
        "provenance: {kind: recorded, source: a, date: yesterday}\n",
    ],
    ids=["none", "no date", "kind", "path", "day"],
)
def test_a_cassette_without_provenance_is_refused(tmp_path, block):
    """Nobody could tell whether it is true."""
    path = tmp_path / "a.yaml"
    path.write_text(f"{block}version: 1\ninteractions: []\n")
    with pytest.raises(CassetteError, match=r"a\.yaml"), playing(path):
        pass


@pytest.mark.parametrize(
    "secret",
    [
        "sk-0123456789abcdefgh",
        "Bearer abcdefgh12345678",
        "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.x",
        "AKIA0123456789ABCDEF",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_a_cassette_with_a_key_is_refused(tmp_path, secret):
    """Whoever put it there; the message says where, and not what."""
    path = tmp_path / "a.yaml"
    path.write_text(f"version: 1\ninteractions: []\nnote: '{secret}'\n")
    with pytest.raises(CassetteError, match="line 3") as caught, playing(path):
        pass
    assert secret not in str(caught.value)


def test_a_key_of_an_unusual_form_is_not_saved_either():
    """The key that was used is known, whatever it looks like."""
    with pytest.raises(CassetteError, match="was not saved"):
        demand_no_secret("a: odd-looking", "a.yaml", ["odd-looking"])


def test_a_deck_records_when_it_is_told_to(tmp_path):
    """`pytest --record`: the date is today's, and the next run plays it."""
    with serve(kimi()) as served, Deck(tmp_path, records=True) as deck:
        deck("kimi/chat_hi", source="the simulator")
        module = OnlineChatModule("kimi", api_key=KEY, base_url=served.base_url)
        module("hi")
    with Deck(tmp_path) as deck:
        deck("kimi/chat_hi")
        assert module("hi") == "You said: hi"
    assert "kind: recorded" in (tmp_path / "kimi" / "chat_hi.yaml").read_text()


def test_the_fixture_fails_a_test_that_plays_too_little(pytester):
    """At its end, and says how many are left."""
    record(pytester.path / "cassettes" / "kimi" / "chat_hi.yaml", "hi")
    pytester.makepyfile("def test_nothing(cassette): cassette('kimi/chat_hi')")
    result = pytester.runpytest_subprocess("-p", "no:asyncio")
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    result.stdout.fnmatch_lines(["*1 of 1 interactions were not played*"])

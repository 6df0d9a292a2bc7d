"""A check that nothing can fail proves nothing: each fault, built in on purpose, is found."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

BROKEN = '''
import logging

from msgspec import structs

from purveyor import TextDelta
from purveyor.errors import ServerError
from purveyor.plugin import (
    Capability, ChatTable, ErrorTable, OpenAICompatible, SupplierCard, hookimpl,
)
from purveyor_testkit import simulators
from purveyor_testkit.conformance import ChatConformance

CARD = SupplierCard(
    name="broken", title="Broken", docs="https://broken.test", base_url="https://broken.test/v1",
    key_env=("BROKEN_KEY",), default_models={Capability.CHAT: "kimi-k2.6"},
)

KIMI = simulators.kimi()


class Through:
    """Passes everything on; a fault overrides one thing."""

    def __init__(self, inner, endpoint):
        self.inner, self.endpoint = inner, endpoint

    def encode(self, request):
        return self.inner.encode(request)

    def encode_stream(self, request):
        return self.inner.encode_stream(request)

    def decode(self, reply):
        return self.inner.decode(reply)

    def stream_decoder(self, reply):
        return Decoder(self.inner.stream_decoder(reply))

    def explain(self, reply):
        return self.inner.explain(reply)


class Decoder:
    def __init__(self, inner):
        self.inner = inner

    @property
    def is_complete(self):
        return self.inner.is_complete

    def feed(self, data):
        return self.inner.feed(data)

    def end(self):
        return self.inner.end()

    def raw(self):
        return self.inner.raw()

%s

class Supplier(OpenAICompatible):
    @hookimpl
    def purveyor_chat(self, endpoint):
        return Fault(super().purveyor_chat(endpoint), endpoint)


class TestChat(ChatConformance):
    supplier = "broken"
    plugin = Supplier(CARD)
    simulator = KIMI
    errors = {"forbidden": KIMI.errors["forbidden"], "bad_request": KIMI.errors["bad_request"]}
    closed = {"n": "kimi-k2.6 fixes it", "logprobs": "kimi has none"}
'''

NO_FAULT = """
class Fault(Through):
    pass
"""

FAULTS = {
    "drops equal deltas": (
        "equal_deltas",
        """
class Deduplicating(Decoder):
    last = None
    def feed(self, data):
        kept = []
        for event in self.inner.feed(data):
            if event != self.last:
                kept.append(event)
            self.last = event
        return kept

class Fault(Through):
    def stream_decoder(self, reply):
        return Deduplicating(self.inner.stream_decoder(reply))
""",
    ),
    "logs the key": (
        "log_shows_no_key",
        """
class Fault(Through):
    def encode(self, request):
        logging.getLogger("broken").debug("key %s", self.endpoint.secret.reveal())
        return self.inner.encode(request)
""",
    ),
    "puts the key into the address": (
        "key_travels",
        """
class Fault(Through):
    def encode(self, request):
        said = self.inner.encode(request)
        return structs.replace(said, url=said.url + "?key=" + self.endpoint.secret.bare())
""",
    ),
    "shows the key in an error": (
        "error_shows_no_key",
        """
class Fault(Through):
    def explain(self, reply):
        error = self.inner.explain(reply)
        error.add_note(f"sent {self.endpoint.secret.bare()}")
        return error
""",
    ),
    "loses reasoning": (
        "shown_feature and reasoning_text",
        """
class Fault(Through):
    def decode(self, reply):
        response = self.inner.decode(reply)
        parts = tuple(p for p in response.message.parts if type(p).__name__ != "Reasoning")
        return structs.replace(response, message=structs.replace(response.message, parts=parts))
""",
    ),
    "hides its words until the end, so that it is asked twice": (
        "nothing_is_tried_again",
        """
class Hiding(Decoder):
    def __init__(self, inner):
        self.inner, self.held = inner, []
    def feed(self, data):
        self.held.extend(self.inner.feed(data))
        return []
    def end(self):
        return [*self.held, *self.inner.end()]

class Fault(Through):
    def stream_decoder(self, reply):
        return Hiding(self.inner.stream_decoder(reply))
""",
    ),
    "takes a cut stream for a whole one": (
        "ends_early",
        """
class Forgiving(Decoder):
    def end(self):
        try:
            return self.inner.end()
        except Exception:
            return []

class Fault(Through):
    def stream_decoder(self, reply):
        return Forgiving(self.inner.stream_decoder(reply))
""",
    ),
    "cannot bear a cut": (
        "cut_in_two",
        """
class Impatient(Decoder):
    def feed(self, data):
        return self.inner.feed(data + b"\\n\\n" if not data.endswith(b"\\n\\n") else data)

class Fault(Through):
    def stream_decoder(self, reply):
        return Impatient(self.inner.stream_decoder(reply))
""",
    ),
    "makes up usage": (
        "usage_that_is_not_told",
        """
class Fault(Through):
    def decode(self, reply):
        from purveyor import Usage
        response = self.inner.decode(reply)
        return structs.replace(response, usage=response.usage or Usage(input_tokens=0))
""",
    ),
    "loses what it does not know": (
        "field_nobody_knows",
        """
class Fault(Through):
    def decode(self, reply):
        response = self.inner.decode(reply)
        return structs.replace(response, raw={"id": response.raw["id"]})
""",
    ),
    "calls every failure the supplier's": (
        "error_of_the_supplier",
        """
class Fault(Through):
    def explain(self, reply):
        return ServerError("oops", status=reply.status, raw=reply.body)
""",
    ),
    "takes the unreadable for an empty answer": (
        "cannot_be_read",
        """
class Fault(Through):
    def decode(self, reply):
        try:
            return self.inner.decode(reply)
        except Exception:
            from purveyor import ChatResponse, assistant
            return ChatResponse(message=assistant(""))
""",
    ),
    "sends more than was asked": (
        "only_what_was_asked",
        """
class Fault(Through):
    def encode(self, request):
        said = self.inner.encode(request)
        return structs.replace(said, body=said.body[:-1] + b',"stop":null}')
""",
    ),
}


def run(pytester: pytest.Pytester, fault: str, checks: str) -> pytest.RunResult:
    pytester.makepyfile(test_broken=BROKEN % fault)
    return pytester.runpytest_inprocess("-q", "-k", checks, "-p", "no:asyncio", "--tb=line")


@pytest.mark.parametrize(("checks", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_fails_its_check(pytester, checks, fault):
    """The check exists for it."""
    outcomes = run(pytester, fault, checks).parseoutcomes()
    assert outcomes.get("failed", 0) >= 1, outcomes


@pytest.mark.parametrize("checks", sorted({checks for checks, _ in FAULTS.values()}))
def test_without_the_fault_the_check_passes(pytester, checks):
    """So it was the fault that failed it."""
    outcomes = run(pytester, NO_FAULT, checks).parseoutcomes()
    assert outcomes.get("failed", 0) == 0, outcomes
    assert outcomes["passed"] >= 1


CLOSED = """
from purveyor_testkit.conformance import ChatConformance

class TestChat(ChatConformance):
    supplier = "kimi"
    closed = {closed}
"""


@pytest.mark.parametrize(
    ("closed", "checks"),
    [
        ({"seed": " "}, "closed_is_known"),
        ({"telepathy": "no such thing"}, "closed_is_known"),
        ({"tools": "a lie: it works"}, "closed_feature_is_refused"),
        ({"reasoning_text": "a lie: it shows"}, "closed_feature_does_not_show"),
        ({"models": "a lie: it answers"}, "closed_account"),
        ({}, "offered_feature and seed"),
    ],
    ids=["no reason", "unknown", "works", "shows", "answers", "not closed"],
)
def test_what_is_said_of_features_is_checked(pytester, closed, checks):
    """Closed without reason, closed but open, open but closed: each fails."""
    pytester.makepyfile(test_closed=CLOSED.format(closed=closed))
    outcomes = pytester.runpytest_inprocess("-q", "-k", checks, "-p", "no:asyncio").parseoutcomes()
    assert outcomes.get("failed", 0) >= 1, outcomes


def test_the_summary_counts_the_checks(pytester):
    """Per supplier and capability, with what failed."""
    pytester.makepyfile(test_closed=CLOSED.format(closed={"seed": " "}))
    result = pytester.runpytest_inprocess("-q", "-k", "closed_is_known", "-p", "no:asyncio")
    result.stdout.fnmatch_lines(["conformance: kimi chat 1 checks, 1 closed, 1 FAILED"])

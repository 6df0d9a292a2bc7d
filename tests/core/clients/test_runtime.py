"""The runtime: transports by scheme, budgets by endpoint, connections that show no secret."""

from __future__ import annotations

import pytest
from replies import BASE, completion, reply, served

from purveyor import OnlineChatModule
from purveyor._transport.aio import AioTransport
from purveyor._transport.http import HttpTransport
from purveyor.errors import CapabilityNotOffered, ConfigError
from purveyor.hookspecs import hookimpl
from purveyor.plugin import Capability, HttpReply, Supplier, SupplierCard, Transports
from purveyor.testing import (
    answer_with,
    fresh_runtime,
    load_supplier,
    memory_transports,
    serve_with,
    use_transports,
)


def module(base_url: str = BASE, **options: object) -> OnlineChatModule:
    return OnlineChatModule("m", base_url=base_url, auth="none", **options)  # type: ignore[arg-type]


def hello(_: object) -> HttpReply:
    return reply(completion("hello"))


class Carrier:
    """Carries requests of a scheme of its own."""

    @hookimpl
    def purveyor_transport(self, scheme: str) -> Transports | None:
        return memory_transports(hello) if scheme == "pigeon" else None


def test_http_is_carried_by_transports_of_our_own():
    """Made at their first use, one for all modules."""
    with fresh_runtime():
        first, second = module(), module("http://other.test/v1")
        transport = first._line.connection.transport
        assert isinstance(transport, HttpTransport)
        assert first._line.connection.transport is transport
        assert type(second._line.connection.transport) is HttpTransport
        assert isinstance(first._line.connection.async_transport, AioTransport)
        transport.close()


def test_another_scheme_is_carried_by_an_extension():
    """Asked by name, once."""
    with fresh_runtime() as runtime:
        runtime.manager.register(Carrier())
        assert module("pigeon://loft")("hi") == "hello"


def test_a_scheme_nobody_carries_is_refused():
    """With its name."""
    with fresh_runtime(), pytest.raises(ConfigError, match="pigeon"):
        module("pigeon://loft")("hi")


def test_transports_may_be_changed_and_given_back():
    """Modules that exist use what counts now."""
    with fresh_runtime():
        llm = module()
        with serve_with(hello):
            assert llm("hi") == "hello"
        assert isinstance(llm._line.connection.transport, HttpTransport)
        use_transports("https", memory_transports(lambda _: reply(completion("other"))))
        assert llm("hi") == "other"


def test_modules_of_one_endpoint_share_a_retry_budget():
    """Those of another have their own."""
    with served():
        first, same, other = module(), module(), module("https://other.test/v1")
        assert first._line.connection.budget is same._line.connection.budget
        assert first._line.connection.budget is not other._line.connection.budget


def test_neither_module_nor_connection_shows_its_secret():
    """In any repr."""
    key = "sk-canary-0123456789abcdef"
    with served():
        llm = OnlineChatModule("m", base_url=BASE, api_key=key)
        line = llm._line
        shown = (llm, line.connection, line.connection.endpoint, line.target, line.choice)
        assert all(key not in repr(each) for each in (*shown, vars(llm)))


def test_settings_of_the_file_count_for_the_connection():
    """Timeouts, retries, headers."""
    settings = {
        "suppliers": {
            "lab": {
                "base_url": BASE,
                "auth": "none",
                "timeouts": {"total": 7.0},
                "extra_headers": {"X-Team": "blue"},
            }
        },
        "retry": {"attempts": 5, "max_wait": 9},
    }
    with fresh_runtime(settings):
        connection = OnlineChatModule("lab:m")._line.connection
        assert connection.timeouts.total == 7
        assert (connection.policy.attempts, connection.policy.longest_hint) == (5, 9)
        assert [name for name, _ in connection.headers] == ["X-Team"]


def test_a_supplier_that_tells_nothing_of_its_account_says_so():
    """It has no dialect for it."""

    class Silent(Supplier):
        @hookimpl
        def purveyor_chat(self, endpoint: object) -> object:
            return load_supplier("twin").chat(endpoint)  # type: ignore[arg-type]

    from purveyor.plugin import OpenAICompatible

    card = {"title": "S", "docs": "d", "base_url": BASE, "auth": "none"}
    chat = {Capability.CHAT: "m"}
    with fresh_runtime() as runtime:
        twin = SupplierCard(name="twin", default_models=chat, **card)  # type: ignore[arg-type]
        runtime.manager.register(OpenAICompatible(twin))
        silent = SupplierCard(name="silent", default_models=chat, **card)  # type: ignore[arg-type]
        runtime.manager.register(Silent(silent))
        answer_with(hello)
        llm = OnlineChatModule("silent")
        assert llm("hi") == "hello"
        with pytest.raises(CapabilityNotOffered, match="account"):
            llm.balance()

"""Names of models to suppliers: what was chosen, from what, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from plugin_factory import installed_nowhere_else, supplier_source
from replies import BASE, Server, completion, reply

from purveyor import AutoModel, OnlineChatModule, OnlineEmbeddingModule
from purveyor._clients.runtime import runtime
from purveyor.errors import (
    CapabilityNotOffered,
    ConfigError,
    FrameworkNotFound,
    PurveyorError,
    SupplierNotFound,
)
from purveyor.hookspecs import hookimpl
from purveyor.plugin import Capability, FrameworkCard, ModelCard, OpenAICompatible, SupplierCard
from purveyor.testing import answer_with, fresh_runtime

KEY = "sk-canary-0123456789abcdef"


def supplier(name: str, **more: Any) -> OpenAICompatible:
    card = {
        "name": name,
        "title": name.title(),
        "docs": "d",
        "base_url": f"https://{name}.test/v1",
        "key_env": (f"{name.upper()}_API_KEY",),
        "default_models": {Capability.CHAT: f"{name}-chat"},
        "models": (ModelCard(name=f"{name}-large"),),
    }
    return OpenAICompatible(SupplierCard(**(card | more)))


@contextmanager
def installed(
    *suppliers: OpenAICompatible, settings: Mapping[str, Any] | None = None, **environ: str
) -> Iterator[Server]:
    """Have these suppliers, settings and keys, and no others."""
    server = Server(reply(completion()))
    only = {"plugins": {"allow": ["nobody"]}}
    with fresh_runtime({**only, **(settings or {})}, environ) as runtime:
        for each in suppliers:
            runtime.manager.register(each)
        answer_with(server)
        yield server


ALPHA = supplier("alpha", aliases=("first",))
BETA = supplier("beta")
BOTH = {"ALPHA_API_KEY": KEY, "BETA_API_KEY": KEY}


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (("beta",), "beta:beta-chat"),
        (("beta:own",), "beta:own"),
        (("beta:ft:own:1",), "beta:ft:own:1"),
        (("own", "beta"), "beta:own"),
        ((None, "beta"), "beta:beta-chat"),
        (("beta:own", "beta"), "beta:own"),
        (("other:own", "beta"), "beta:other:own"),
        (("beta-large",), "beta:beta-large"),
        (("beta-chat",), "beta:beta-chat"),
        (("beta:",), "beta:beta-chat"),
        ((), "alpha:alpha-chat"),
        (("first:own",), "alpha:own"),
        (("first",), "alpha:alpha-chat"),
    ],
)
def test_a_name_stands_for_a_supplier_and_a_model(arguments, chosen):
    """`supplier`, `supplier:model`, `model`, or nothing at all."""
    with installed(ALPHA, BETA, **BOTH):
        llm = OnlineChatModule(*arguments)
        assert f"{llm.supplier}:{llm.model}" == chosen
        assert repr(llm) == f"OnlineChatModule({chosen})"


@pytest.mark.parametrize(
    ("settings", "environ", "arguments", "chosen"),
    [
        ({"aliases": {"fast": "beta:small"}}, {}, ("fast",), "beta:small"),
        ({"aliases": {"fast": "quick", "quick": "beta"}}, {}, ("fast",), "beta:beta-chat"),
        ({"defaults": {"chat": "beta:own"}}, {}, (), "beta:own"),
        ({"aliases": {"fast": "beta:x"}, "defaults": {"chat": "fast"}}, {}, (), "beta:x"),
        ({}, {"PURVEYOR_MODEL": "beta:env"}, (), "beta:env"),
    ],
)
def test_the_configuration_names_models(settings, environ, arguments, chosen):
    """Aliases and a default."""
    with installed(ALPHA, BETA, settings=settings, **BOTH, **environ):
        llm = OnlineChatModule(*arguments)
        assert f"{llm.supplier}:{llm.model}" == chosen


def test_an_alias_of_a_supplier_is_that_supplier():
    """Its settings in the file count under the supplier's own name."""
    settings = {"models": {"alpha:own": {"temperature": 0.5}}}
    with installed(ALPHA, settings=settings, **BOTH):
        assert OnlineChatModule("first:own").request("hi").sampling.temperature == 0.5


@pytest.mark.parametrize(
    ("options", "source", "model"),
    [
        ({"model": "m"}, "openai_compatible", "m"),
        ({"model": "openai_compatible:m"}, "openai_compatible", "m"),
        ({"model": "m", "source": "openai_compatible"}, "openai_compatible", "m"),
        ({"model": "local:m:8b"}, "local", "m:8b"),
        ({"model": "m", "source": "local"}, "local", "m"),
    ],
)
def test_an_address_needs_no_plugin(options, source, model):
    """And no key, where it says so."""
    with installed() as server:
        llm = OnlineChatModule(**options, base_url=BASE, auth="none")
        assert (llm.supplier, llm.model) == (source, model)
        llm("hi")
        assert server.requests[0].url == f"{BASE}/chat/completions"
        assert server.requests[0].header("authorization") is None
        assert server.bodies[0]["model"] == model


def test_an_address_of_the_file_has_a_name():
    """As a supplier has."""
    settings = {"suppliers": {"lab": {"base_url": BASE, "auth": "none"}}}
    with installed(settings=settings) as server:
        assert OnlineChatModule("lab:m")("hi") == "hello"
        assert OnlineChatModule("m", "lab")("hi") == "hello"
        assert server.requests[0].url.startswith(BASE)
        with pytest.raises(ConfigError, match="lab:<model>"):
            OnlineChatModule("lab")


@pytest.mark.parametrize(
    "arguments", [(), ("openai_compatible",), (None, "openai_compatible"), (None, "local")]
)
def test_an_address_alone_names_no_model(arguments):
    """The message says how to write one."""
    with (
        installed(ALPHA, **BOTH),
        pytest.raises(ConfigError, match=r"<model>|names no model|'openai_compatible'"),
    ):
        llm = OnlineChatModule(*arguments, base_url=BASE, auth="none")
        assert llm.model != "openai_compatible", "a source is no model"


def test_an_address_needs_a_key_unless_it_says_that_it_needs_none():
    """Nothing is sent without."""
    with installed() as server:
        with pytest.raises(ConfigError, match="auth"):
            OnlineChatModule("m", base_url=BASE)
        OnlineChatModule("m", base_url=BASE, api_key=KEY)("hi")
        header = server.requests[0].header("authorization")
        assert header is not None
        assert header.reveal() == f"Bearer {KEY}"  # type: ignore[union-attr]


def test_a_source_without_an_address_says_so():
    """The general one stands for an address."""
    with installed(ALPHA, **BOTH), pytest.raises(ConfigError, match="base_url"):
        OnlineChatModule("openai_compatible:m")


def test_an_unknown_supplier_is_not_found():
    """With what is installed and what to install."""
    with installed(ALPHA, **BOTH):
        for arguments in (("nope:m",), ("m", "nope"), (None, "nope")):
            with pytest.raises(SupplierNotFound, match="purveyor-nope"):
                OnlineChatModule(*arguments)


def test_an_unknown_model_asks_for_its_supplier():
    """With what is installed."""
    with installed(ALPHA, **BOTH), pytest.raises(ConfigError, match="alpha") as caught:
        OnlineChatModule("no-such-model")
    assert "supplier:no-such-model" in str(caught.value)
    with installed(), pytest.raises(ConfigError, match="none"):
        OnlineChatModule("no-such-model")


def test_a_missing_key_names_its_variable():
    """The first of them, at least."""
    with installed(ALPHA), pytest.raises(ConfigError, match="ALPHA_API_KEY"):
        OnlineChatModule("alpha")


def test_without_any_key_every_supplier_is_listed_with_its_variable():
    """One that needs none is never chosen by itself."""
    free = supplier("free", auth="none", key_env=())
    with installed(ALPHA, BETA, free), pytest.raises(ConfigError) as caught:
        OnlineChatModule()
    for line in ("alpha: set ALPHA_API_KEY", "beta: set BETA_API_KEY", "free: needs no key"):
        assert line in str(caught.value)


def test_without_any_supplier_one_is_to_be_installed():
    """The message says how."""
    with installed(), pytest.raises(ConfigError, match="pip install"):
        OnlineChatModule()


def test_the_first_supplier_with_a_key_is_chosen():
    """In the order of their names; one without the capability is passed over."""
    vectors = supplier("aaa", default_models={Capability.EMBEDDING: "v"})
    with installed(BETA, vectors, ALPHA, BETA_API_KEY=KEY, AAA_API_KEY=KEY):
        assert OnlineChatModule().supplier == "beta"
        choice = AutoModel.explain()
        assert str(choice).splitlines() == [
            "beta:beta-chat (chat): the first installed supplier with a key",
            "  aaa: does not offer chat",
            "  alpha: no key; set ALPHA_API_KEY",
            "  beta: chosen",
        ]


def test_a_model_is_found_at_the_supplier_that_has_a_key():
    """Where two list it."""
    twin = supplier("twin", models=(ModelCard(name="beta-large"),))
    with installed(BETA, twin, TWIN_API_KEY=KEY):
        choice = AutoModel.explain("beta-large")
        assert choice.source == "twin"
        assert "beta: has no key" in str(choice)


def test_a_broken_supplier_is_passed_over_and_named(tmp_path, monkeypatch):
    """It breaks only itself, and is not kept from whoever finds nothing to call."""
    card = "key_env=('BETA_API_KEY',), default_models={Capability.CHAT: 'beta-chat'}"
    for plugins in installed_nowhere_else(tmp_path, monkeypatch):
        plugins.supplier("alpha", "raise ValueError('it broke')")
        plugins.supplier("beta", supplier_source("beta", card=card))
        with fresh_runtime(environ={"BETA_API_KEY": KEY}):
            choice = AutoModel.explain()
            assert choice.source == "beta"
            assert "alpha: broken" in str(choice)
            assert "it broke" in str(choice)
        with fresh_runtime(), pytest.raises(ConfigError, match="alpha: broken") as caught:
            OnlineChatModule()
        assert "beta: set BETA_API_KEY" in str(caught.value)


def test_the_key_is_the_callers_first():
    """Then the environment's; it may be a function."""
    with installed(ALPHA, **BOTH) as server:
        OnlineChatModule("alpha")("hi")
        OnlineChatModule("alpha", api_key="sk-mine-0123456789")("hi")
        OnlineChatModule("alpha", api_key=lambda: "sk-made-0123456789")("hi")
        sent = [asked.header("authorization").reveal() for asked in server.requests]  # type: ignore[union-attr]
        assert sent == [
            f"Bearer {KEY}",
            "Bearer sk-mine-0123456789",
            "Bearer sk-made-0123456789",
        ]


def test_a_module_explains_itself_without_its_key():
    """Supplier, address, where the key was found."""
    with installed(ALPHA, **BOTH):
        told = OnlineChatModule("alpha:own").explain()
        assert told.splitlines()[0] == "alpha:own (chat): named by the caller"
        assert "https://alpha.test/v1" in told
        assert "ALPHA_API_KEY" in told
        assert KEY not in told
    with installed():
        assert "key: none" in OnlineChatModule("m", base_url=BASE, auth="none").explain()


def test_a_capability_that_is_not_offered_says_so():
    """By default model, and by name."""
    with installed(ALPHA, **BOTH):
        with pytest.raises(ConfigError, match="no default model for embedding"):
            OnlineEmbeddingModule("alpha")
        with pytest.raises(CapabilityNotOffered):
            OnlineEmbeddingModule("alpha:own")
        with pytest.raises(CapabilityNotOffered):
            OnlineEmbeddingModule("alpha:own", type="rerank")


def test_one_door_leads_to_every_module():
    """By type."""
    with installed(ALPHA, **BOTH):
        assert isinstance(AutoModel("alpha"), OnlineChatModule)
        options: dict[str, Any] = {"base_url": BASE, "auth": "none"}
        assert AutoModel("m", type="embed", **options).type == "embed"  # type: ignore[union-attr]
        assert AutoModel("m", type="rerank", **options).type == "rerank"  # type: ignore[union-attr]
        with pytest.raises(ConfigError, match="chat, embed or rerank"):
            AutoModel("alpha", type="video")  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match="did you mean"):
            AutoModel("alpha", temprature=1)


class Engine:
    """A framework that this release cannot start yet."""

    @hookimpl
    def purveyor_framework(self) -> FrameworkCard:
        return FrameworkCard(name="engine", title="E", docs="d", executable="e")


def test_frameworks_are_named_but_not_started_yet():
    """The message says what to do instead."""
    with installed(ALPHA, **BOTH):
        with pytest.raises(FrameworkNotFound):
            AutoModel("m", framework="engine")
        runtime().manager.register(Engine())
        with pytest.raises(ConfigError, match="base_url"):
            AutoModel("m", framework="engine")
        with pytest.raises(ConfigError, match="not both"):
            AutoModel("m", source="alpha", framework="engine")


def test_every_refusal_is_one_of_ours():
    """`except PurveyorError` catches them."""
    with installed(ALPHA):
        for arguments in ((), ("alpha",), ("nope:m",), ("m",)):
            with pytest.raises(PurveyorError):
                OnlineChatModule(*arguments)

"""Asking one plugin: a typed method per hook, and what is said when an answer is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_factory import CHAT, PluginFolder, installed_nowhere_else, supplier_source

from purveyor._manager import PluginManager, SupplierPlugin
from purveyor.errors import CapabilityNotOffered, ConfigError, PluginLoadError
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, Endpoint
from purveyor.types.wire import HttpRequest

ENDPOINT = Endpoint(supplier="kimi", capability=Capability.CHAT, base_url="https://example.org")
REQUEST = HttpRequest("POST", "https://example.org")
KEY = Secret("sk-0123456789")


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


def loaded(plugins: PluginFolder, hooks: str, card: str = "") -> SupplierPlugin:
    plugins.supplier("kimi", supplier_source("kimi", hooks=hooks, card=card))
    return PluginManager().supplier("kimi")


def test_a_capability_gives_its_dialect(plugins: PluginFolder) -> None:
    """The plugin's own object, asked anew for every endpoint."""
    supplier = loaded(plugins, CHAT)
    assert type(supplier.chat(ENDPOINT)).__name__ == "Dialect"


def test_a_capability_without_a_hook_is_not_offered(plugins: PluginFolder) -> None:
    """What is offered is said."""
    with pytest.raises(CapabilityNotOffered) as caught:
        loaded(plugins, CHAT).embedding(ENDPOINT)
    assert str(caught.value) == "supplier 'kimi' does not offer embedding; it offers: chat"


@pytest.mark.parametrize("capability", ["rerank", "finetune", "deploy"])
def test_a_hook_that_returns_none_is_not_offered(plugins: PluginFolder, capability: str) -> None:
    """None means: I do not offer this."""
    hook = f"    @hookimpl\n    def purveyor_{capability}(self): return None\n"
    with pytest.raises(CapabilityNotOffered, match=f"does not offer {capability}; it offers: noth"):
        getattr(loaded(plugins, hook), capability)(ENDPOINT)


def test_a_hook_that_raises_is_named(plugins: PluginFolder) -> None:
    """Plugin, hook and error, with the original as cause."""
    hook = "    @hookimpl\n    def purveyor_chat(self, endpoint): return {}['x']\n"
    with pytest.raises(PluginLoadError, match=r"purveyor-kimi 1.0.0.*purveyor_chat\(\) raised Key"):
        loaded(plugins, hook).chat(ENDPOINT)


def test_a_typed_error_from_a_hook_passes(plugins: PluginFolder) -> None:
    """A setting that is wrong is the user's to correct, not the plugin's."""
    hook = """
    @hookimpl
    def purveyor_chat(self, endpoint):
        from purveyor.errors import ConfigError
        raise ConfigError("no region 'mars'")
"""
    with pytest.raises(ConfigError, match="no region 'mars'"):
        loaded(plugins, hook).chat(ENDPOINT)


def test_a_hook_that_returns_another_thing_is_named(plugins: PluginFolder) -> None:
    """What the answer lacks is listed."""
    hook = "    @hookimpl\n    def purveyor_chat(self, endpoint): return 'https'\n"
    with pytest.raises(PluginLoadError, match="returned str, which lacks: encode_stream, decode"):
        loaded(plugins, hook).chat(ENDPOINT)


def test_a_plan_is_an_answer_too(plugins: PluginFolder) -> None:
    """Frameworks answer with what is to be started."""
    hook = """
    @hookimpl
    def purveyor_deploy(self, request):
        from purveyor.types.deploy import LaunchPlan
        return LaunchPlan(argv=("serve", str(request)), port=1, base_url="http://127.0.0.1:1")
"""
    assert loaded(plugins, hook).deploy(ENDPOINT, None).argv == ("serve", "None")  # type: ignore[union-attr]


def test_capabilities_are_told_in_their_order(plugins: PluginFolder) -> None:
    """Each hook is asked; None is left out."""
    hooks = "".join(
        f"    @hookimpl\n    def purveyor_{name}(self): return {answer}\n"
        for name, answer in (("rerank", "Dialect()"), ("embedding", "None"), ("chat", "Dialect()"))
    )
    assert loaded(plugins, hooks).capabilities() == (Capability.CHAT, Capability.RERANK)


def test_capabilities_are_asked_at_the_cards_own_addresses(plugins: PluginFolder) -> None:
    """The address of that capability, where the card has one."""
    hooks = """
    @hookimpl
    def purveyor_embedding(self, endpoint):
        return Dialect() if endpoint.base_url == "https://else.org" else None
"""
    card = 'base_urls={Capability.EMBEDDING: "https://else.org"}'
    assert loaded(plugins, hooks, card).capabilities() == (Capability.EMBEDDING,)


def test_a_hook_may_take_fewer_arguments_in_any_order(plugins: PluginFolder) -> None:
    """New arguments of a spec break no plugin."""
    hook = """
    @hookimpl
    def purveyor_authorize(self, now, request):
        return request.with_header("X-Time", str(now))
"""
    signed = loaded(plugins, hook).authorize(REQUEST, KEY, 7.0)
    assert signed.headers == (("X-Time", "7.0"),)


def test_an_argument_with_a_default_is_given_too(plugins: PluginFolder) -> None:
    """Left to itself, pluggy would leave it at its default."""
    hook = """
    @hookimpl
    def purveyor_authorize(self, request, secret=None, now=0.0, more=1):
        return request.with_header("X-Time", f"{now} {more}")
"""
    signed = loaded(plugins, hook).authorize(REQUEST, KEY, 7.0)
    assert signed.headers == (("X-Time", "7.0 1"),)


def test_a_hook_may_have_another_name_than_its_spec(plugins: PluginFolder) -> None:
    """pluggy's `specname`."""
    hook = "    @hookimpl(specname='purveyor_chat')\n    def talk(self): return Dialect()\n"
    assert loaded(plugins, hook).capabilities() == (Capability.CHAT,)


@pytest.mark.parametrize("hook", ["", "    @hookimpl\n    def purveyor_authorize(self): ...\n"])
def test_a_supplier_that_does_not_sign_gets_a_bearer(plugins: PluginFolder, hook: str) -> None:
    """No hook, or one that returns None."""
    signed = loaded(plugins, hook).authorize(REQUEST, KEY, 0.0)
    ((name, value),) = signed.headers
    assert name == "Authorization"
    assert isinstance(value, Secret)
    assert value.reveal() == "Bearer sk-0123456789"


def test_without_a_key_a_request_goes_as_it_is(plugins: PluginFolder) -> None:
    """Neither is one sent where the card says that none is needed."""
    assert loaded(plugins, "", 'auth="none"').authorize(REQUEST, KEY, 0.0) is REQUEST
    assert loaded(plugins, "").authorize(REQUEST, None, 0.0) is REQUEST


def test_what_else_is_offered_is_unknown_where_another_hook_fails(plugins: PluginFolder) -> None:
    """The question for embedding is answered all the same."""
    hook = "    @hookimpl\n    def purveyor_chat(self): 1/0\n"
    with pytest.raises(CapabilityNotOffered, match="it offers: unknown, another of its hooks"):
        loaded(plugins, hook).embedding(ENDPOINT)


def test_a_framework_offers_what_it_serves_and_what_it_plans(plugins: PluginFolder) -> None:
    """The card says what its endpoint serves; its hooks, what it can start."""
    source = """
from purveyor.hookspecs import hookimpl
from purveyor.types.finetune import TrainPlan
from purveyor.types.supplier import Capability, FrameworkCard
class Engine:
    @hookimpl
    def purveyor_framework(self):
        return FrameworkCard(name="engine", title="E", docs="d", executable="e",
                             capabilities=(Capability.CHAT, Capability.RERANK))
    @hookimpl
    def purveyor_finetune(self, request):
        return TrainPlan(argv=("train",), output=None)
supplier = Engine()
"""
    plugins.supplier("engine", source, group="purveyor.frameworks")
    framework = PluginManager().framework("engine")
    assert framework.capabilities() == (Capability.CHAT, Capability.RERANK, Capability.FINETUNE)
    assert framework.finetune(ENDPOINT).argv == ("train",)  # type: ignore[union-attr]
    with pytest.raises(CapabilityNotOffered, match="framework 'engine' does not offer deploy"):
        framework.deploy(ENDPOINT)


def test_an_account_that_is_not_told_of_is_none(plugins: PluginFolder) -> None:
    """It is no capability, so nothing is raised."""
    assert loaded(plugins, CHAT).account(ENDPOINT) is None

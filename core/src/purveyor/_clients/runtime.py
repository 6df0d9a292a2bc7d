"""Who is called: names to suppliers, settings to connections. One runtime serves a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from purveyor import config as configuration
from purveyor._clients.connection import Connection
from purveyor._resilience import RetryBudget, RetryPolicy
from purveyor._transport.base import AsyncTransport, Transport, Transports
from purveyor.errors import ConfigError
from purveyor.types.calls import Observer
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, Endpoint, SupplierCard
from purveyor.types.wire import SizeLimits, Timeouts

if TYPE_CHECKING:
    from purveyor._manager import PluginManager, SupplierPlugin
    from purveyor.config import Config

KEYLESS: Final = "openai_compatible"
"""The source that stands for any address that speaks the dialect; it needs a base_url."""


class Target(Struct, frozen=True, kw_only=True):
    """What a caller says about whom to call; None leaves it to the configuration and the card."""

    source: str
    base_url: str | None = None
    region: str | None = None
    api_key: Secret | Callable[[], str] | None = None
    auth: str | None = None
    timeouts: Timeouts | None = None
    limits: SizeLimits = SizeLimits()
    retries: RetryPolicy | None = None
    headers: Mapping[str, str] = {}


class Runtime:
    """The plugins, transports and retry budgets of a process.

    Args:
        manager: the plugins; None makes one from the configuration, at first use.
    """

    def __init__(self, manager: PluginManager | None = None) -> None:
        self._manager = manager
        self._addresses: PluginManager | None = None
        self._lock = threading.RLock()
        self._transports: dict[str, Transports] = {}
        self._made: dict[tuple[str, bool], Any] = {}
        self._budgets: dict[tuple[str, str], RetryBudget] = {}

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return configuration.current()

    @property
    def manager(self) -> PluginManager:
        """The plugins."""
        if self._manager is None:
            with self._lock:
                if self._manager is None:
                    self._manager = self._make_manager()
        return self._manager

    def _make_manager(self) -> PluginManager:
        from purveyor._manager import PluginManager

        config = self.config
        plugins = config.plugins()
        folder = config.cache_folder()
        return PluginManager(
            allow=plugins.allow,
            deny=plugins.deny,
            chosen=plugins.choose,
            cache_folder=Path(folder) if folder else None,
        )

    def supplier(self, target: Target) -> SupplierPlugin:
        """Load a supplier by name; an address of one's own needs no plugin.

        Raises:
            SupplierNotFound: there is none of that name, and no base_url either.
        """
        if self.manager.is_supplier(target.source):
            return self.manager.supplier(target.source)
        if target.base_url is not None or self._is_configured_address(target.source):
            return self._bare_address(target.source)
        if target.source == KEYLESS:
            raise ConfigError(f"source {KEYLESS!r} stands for an address; pass base_url=...")
        return self.manager.supplier(target.source)

    def knows(self, source: str) -> bool:
        """Whether a source is a supplier, or an address that has a name."""
        return (
            source == KEYLESS
            or self.manager.is_supplier(source)
            or self._is_configured_address(source)
        )

    def _is_configured_address(self, source: str) -> bool:
        configured = self.config.settings.suppliers.get(source)
        return configured is not None and configured.base_url is not None

    def _bare_address(self, name: str) -> SupplierPlugin:
        """Give a supplier of that name which is an address and nothing else."""
        with self._lock:
            if self._addresses is None:
                from purveyor._manager import PluginManager

                # A manager of their own: an address takes no name from a plugin that comes later.
                self._addresses = PluginManager(allow=())
            if not self._addresses.is_supplier(name):
                self._addresses.register(_address_supplier(name))
        return self._addresses.supplier(name)

    def connect(self, plugin: SupplierPlugin, capability: Capability, target: Target) -> Connection:
        """Make a connection: address, credential, limits.

        Raises:
            ConfigError: there is no key, or the address cannot be used.
        """
        config = self.config
        card = plugin.card
        base_url = config.base_url_for(card, capability, target.base_url, target.region)
        endpoint = Endpoint(
            supplier=card.name,
            capability=capability,
            base_url=base_url,
            secret=self._secret(card, target),
        )
        scheme = base_url.partition(":")[0].lower()
        headers = {**dict(config.extra_headers_for(card)), **target.headers}
        return Connection(
            endpoint,
            plugin.authorize,
            lambda: self._transport(scheme),
            lambda: self._async_transport(scheme),
            timeouts=target.timeouts or config.timeouts_for(card),
            limits=target.limits,
            policy=target.retries or self._policy(),
            budget=self._budgets.setdefault((card.name, base_url), RetryBudget()),
            observers=self._listeners(),
            headers=headers,
        )

    def _secret(self, card: SupplierCard, target: Target) -> Secret | None:
        config = self.config
        auth = config.auth_for(card, target.auth)
        if auth == "none" and target.api_key is None:
            return None
        search = config.search_key(
            card, argument=target.api_key, credentials=self.manager.credentials
        )
        if search.secret is None:
            raise configuration.missing_key_error(card, search)
        return search.secret

    def has_key(self, card: SupplierCard) -> bool:
        """Whether a key for the supplier can be found."""
        return self.config.secret_for(card, credentials=self.manager.credentials) is not None

    def _policy(self) -> RetryPolicy:
        stated = self.config.retry
        base = RetryPolicy()
        return RetryPolicy(
            attempts=stated.attempts or base.attempts,
            longest_hint=base.longest_hint if stated.max_wait is None else stated.max_wait,
        )

    def _listeners(self) -> tuple[Observer, ...]:
        """Give the observers of calls: installed ones only where `[observe]` asks for them."""
        settings = dict(self.config.observe)
        if not settings and not self.manager.has_own_extensions():
            return ()  # so that a call imports no extension
        return self.manager.observers(settings)

    def _transport(self, scheme: str) -> Transport:
        found = self._made.get((scheme, False))
        return found or self._make(scheme, False, self._carriers(scheme).sync)  # type: ignore[no-any-return]

    def _async_transport(self, scheme: str) -> AsyncTransport:
        found = self._made.get((scheme, True))
        return found or self._make(scheme, True, self._carriers(scheme).asynchronous)  # type: ignore[no-any-return]

    def _make(self, scheme: str, is_async: bool, make: Callable[[], Any]) -> Any:
        with self._lock:
            if (scheme, is_async) not in self._made:
                self._made[scheme, is_async] = make()
            return self._made[scheme, is_async]

    def _carriers(self, scheme: str) -> Transports:
        """Give what carries requests of a scheme: our own for http(s), else an extension's."""
        with self._lock:
            if scheme not in self._transports:
                found = _built_in(scheme) or self.manager.transport(scheme)
                if found is None:
                    raise ConfigError(f"no installed extension carries {scheme}:// addresses")
                self._transports[scheme] = found
            return self._transports[scheme]

    def use_transports(self, scheme: str, transports: Transports | None) -> None:
        """Carry requests of a scheme by something else; None returns to what is installed."""
        with self._lock:
            self._made.pop((scheme, False), None)
            self._made.pop((scheme, True), None)
            if transports is None:
                self._transports.pop(scheme, None)
            else:
                self._transports[scheme] = transports


def _address_supplier(name: str) -> object:
    from purveyor._bases import OpenAICompatible
    from purveyor.dialects.openai_compatible.tables import ChatTable, EmbeddingTable, RerankTable

    card = SupplierCard(
        name=name,
        title="an OpenAI-compatible address",
        docs="docs/reference/suppliers.md",
        base_url="http://127.0.0.1",
    )
    # No encoding is asked for: engines that do not know the field refuse it.
    embedding = EmbeddingTable(encoding=None)
    return OpenAICompatible(card, chat=ChatTable(), embedding=embedding, rerank=RerankTable())


def _built_in(scheme: str) -> Transports | None:
    if scheme not in ("http", "https"):
        return None

    def make_sync() -> Transport:
        from purveyor._transport.http import HttpTransport

        return HttpTransport()

    def make_async() -> AsyncTransport:
        from purveyor._transport.aio import AioTransport

        return AioTransport()

    return Transports(sync=make_sync, asynchronous=make_async)


_runtime = Runtime()


def runtime() -> Runtime:
    """Give the runtime of this process."""
    return _runtime

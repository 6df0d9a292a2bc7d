"""The questions the core asks plugins. Each docstring is the contract.

Hooks are synchronous, cheap and pure: no I/O, and never once per chunk. They are asked once, when
an endpoint is resolved; what they return is then called directly. `None` means "I do not offer
this". An implementation may take fewer arguments than its spec: new arguments break no one.

A supplier or framework plugin is asked alone; an extension hook asks every extension in turn, and
the failure of one does not touch the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pluggy

if TYPE_CHECKING:
    from purveyor._transport.base import Transports
    from purveyor.dialects.account import AccountDialect
    from purveyor.dialects.chat import ChatDialect
    from purveyor.dialects.deploy import DeployDialect
    from purveyor.dialects.embedding import EmbeddingDialect
    from purveyor.dialects.finetune import FinetuneDialect
    from purveyor.dialects.rerank import RerankDialect
    from purveyor.types.calls import Observer
    from purveyor.types.deploy import DeployRequest, LaunchPlan
    from purveyor.types.finetune import FinetuneRequest, TrainPlan
    from purveyor.types.secret import Secret
    from purveyor.types.supplier import Endpoint, FrameworkCard, SupplierCard
    from purveyor.types.wire import HttpRequest

API_VERSION: Final = (1, 0)
"""(major, minor). A card of another major, or of a newer minor, is refused."""

PROJECT: Final = "purveyor"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class SupplierSpecs:
    """What an online supplier is asked."""

    @hookspec
    def purveyor_supplier(self) -> SupplierCard | None:
        """Return the supplier's card. Asked first, once."""

    @hookspec
    def purveyor_chat(self, endpoint: Endpoint) -> ChatDialect | None:
        """Return how the supplier says chat at this endpoint."""

    @hookspec
    def purveyor_embedding(self, endpoint: Endpoint) -> EmbeddingDialect | None:
        """Return how the supplier says embedding at this endpoint."""

    @hookspec
    def purveyor_rerank(self, endpoint: Endpoint) -> RerankDialect | None:
        """Return how the supplier says rerank at this endpoint."""

    @hookspec
    def purveyor_finetune(
        self, endpoint: Endpoint, request: FinetuneRequest | None
    ) -> FinetuneDialect | TrainPlan | None:
        """Return the supplier's finetune procedures, or a framework's plan for `request`."""

    @hookspec
    def purveyor_deploy(
        self, endpoint: Endpoint, request: DeployRequest | None
    ) -> DeployDialect | LaunchPlan | None:
        """Return the supplier's deploy procedures, or a framework's plan for `request`."""

    @hookspec
    def purveyor_account(self, endpoint: Endpoint) -> AccountDialect | None:
        """Return how the supplier tells of its models, the balance, and token counts."""

    @hookspec
    def purveyor_authorize(
        self, request: HttpRequest, secret: Secret | None, now: float
    ) -> HttpRequest | None:
        """Return the request with its credential. `now` is seconds since the epoch.

        Called directly before every attempt, so that a signature or a short-lived token is fresh.
        Put the secret into a header as it is (`secret.prefixed("Bearer ")`): it is revealed by
        the transport only.
        """


class FrameworkSpecs:
    """What a local framework is asked, beside finetune and deploy."""

    @hookspec
    def purveyor_framework(self) -> FrameworkCard | None:
        """Return the framework's card. Asked first, once."""


class ExtensionSpecs:
    """What every extension is asked."""

    @hookspec
    def purveyor_observe(self, settings: dict[str, Any]) -> Observer | None:
        """Return an observer of calls; `settings` is the `[observe]` table of purveyor.toml."""

    @hookspec
    def purveyor_commands(self, cli: Any) -> None:
        """Add commands to the `purveyor` command (a click group)."""

    @hookspec
    def purveyor_credentials(self, card: SupplierCard) -> Secret | None:
        """Return a supplier's key from a store of your own; asked after all other sources."""

    @hookspec
    def purveyor_transport(self, scheme: str) -> Transports | None:
        """Return what carries requests to addresses of this scheme (`https`, `embedded`, ...)."""


SPECS: Final = (SupplierSpecs, FrameworkSpecs, ExtensionSpecs)

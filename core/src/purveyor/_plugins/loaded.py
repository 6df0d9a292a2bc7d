"""A loaded plugin, as the core holds it: one typed method per hook.

The plugin is asked directly, no hook machinery in between. What it answers is checked where it is
taken, so that a wrong answer names the plugin and the hook, not the call that tripped over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from purveyor._plugins.loading import Hook, Origin, Phase, Refusal, remedy, said
from purveyor.errors import CapabilityNotOffered, PluginError, PurveyorError
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, Endpoint, FrameworkCard, SupplierCard
from purveyor.types.wire import HttpRequest

if TYPE_CHECKING:
    from purveyor.dialects.account import AccountDialect
    from purveyor.dialects.chat import ChatDialect
    from purveyor.dialects.deploy import DeployDialect
    from purveyor.dialects.embedding import EmbeddingDialect
    from purveyor.dialects.finetune import FinetuneDialect
    from purveyor.dialects.rerank import RerankDialect
    from purveyor.types.deploy import DeployRequest, LaunchPlan
    from purveyor.types.finetune import FinetuneRequest, TrainPlan

_PLANS: Final[Mapping[str, str]] = {"finetune": "TrainPlan", "deploy": "LaunchPlan"}


class LoadedPlugin:
    """What all loaded plugins have in common."""

    def __init__(
        self, plugin: object, card: Any, origin: Origin, hooks: Mapping[str, Hook]
    ) -> None:
        self.plugin = plugin
        self.name: str = origin.name if card is None else card.name
        self.origin = origin
        self.distribution = origin.distribution
        self.version = origin.version
        self._hooks = hooks

    def __repr__(self) -> str:
        return f"<{self.origin}>"

    def capabilities(self) -> tuple[Capability, ...]:
        """Return what the plugin offers."""
        return ()

    def examine(self) -> None:
        """Ask all that can be asked without a user; raise `Refusal` where an answer is wrong."""


class ExtensionPlugin(LoadedPlugin):
    """An extension: it has no card, and is asked together with the others."""

    def __init__(
        self, plugin: object, card: None, origin: Origin, hooks: Mapping[str, Hook]
    ) -> None:
        super().__init__(plugin, card, origin, hooks)
        known = extension_hooks()
        if not any(hook in hooks for hook in known):
            error = "it implements no hook that extensions are asked"
            raise Refusal(origin, Phase.DESCRIBED, error, f"one of {', '.join(known)}")


class CapablePlugin(LoadedPlugin):
    """What a supplier and a framework have in common."""

    def finetune(
        self, endpoint: Endpoint, request: FinetuneRequest | None = None
    ) -> FinetuneDialect | TrainPlan:
        """Return the supplier's finetune procedures, or the framework's plan for `request`."""
        answer: FinetuneDialect | TrainPlan = self._offered(Capability.FINETUNE, endpoint, request)
        return answer

    def deploy(
        self, endpoint: Endpoint, request: DeployRequest | None = None
    ) -> DeployDialect | LaunchPlan:
        """Return the supplier's deploy procedures, or the framework's plan for `request`."""
        answer: DeployDialect | LaunchPlan = self._offered(Capability.DEPLOY, endpoint, request)
        return answer

    def _offered(self, capability: Capability, *arguments: object) -> Any:
        answer = self._ask(f"purveyor_{capability}", *arguments)
        if answer is None:
            self._refuse(capability)
        return answer

    def _ask(self, name: str, *arguments: object) -> Any:
        """Ask one hook; None is the plugin's "I do not offer this"."""
        try:
            return self._answer(name, *arguments)
        except Refusal as refusal:
            raise refusal.public() from refusal.__cause__

    def _answer(self, name: str, *arguments: object) -> Any:
        hook = self._hooks.get(name)
        if hook is None:
            return None
        try:
            answer = hook(*arguments)
            missing = () if answer is None else _missing(answer, name)
        except (KeyboardInterrupt, PurveyorError):
            raise  # a typed error says itself what is wrong: with the request, or the settings
        except BaseException as err:
            raise self._fault(f"{name}() raised {said(err)}") from err
        if missing:
            lacking = ", ".join(missing)
            raise self._fault(f"{name}() returned {type(answer).__name__}, which lacks: {lacking}")
        return answer

    def _fault(self, error: str) -> Refusal:
        return Refusal(self.origin, Phase.DESCRIBED, error, remedy(self.origin))

    def _refuse(self, capability: Capability) -> NoReturn:
        try:
            offers = ", ".join(self.capabilities()) or "nothing"
        except PluginError:
            offers = "unknown, another of its hooks fails"
        raise CapabilityNotOffered(
            f"{self.origin.kind} {self.name!r} does not offer {capability}; it offers: {offers}"
        )


class SupplierPlugin(CapablePlugin):
    """A supplier: its card, its dialects and its signature."""

    def __init__(
        self, plugin: object, card: SupplierCard, origin: Origin, hooks: Mapping[str, Hook]
    ) -> None:
        super().__init__(plugin, card, origin, hooks)
        self.card = card
        self._sign = hooks.get("purveyor_authorize")
        if self._sign is None and card.auth == "custom":
            error = "its card says auth='custom', and it has no purveyor_authorize()"
            hint = "implement purveyor_authorize(request, secret, now), or say auth='bearer'"
            raise Refusal(origin, Phase.DESCRIBED, error, hint)

    def chat(self, endpoint: Endpoint) -> ChatDialect:
        """Return how the supplier says chat at this endpoint."""
        dialect: ChatDialect = self._offered(Capability.CHAT, endpoint)
        return dialect

    def embedding(self, endpoint: Endpoint) -> EmbeddingDialect:
        """Return how the supplier says embedding at this endpoint."""
        dialect: EmbeddingDialect = self._offered(Capability.EMBEDDING, endpoint)
        return dialect

    def rerank(self, endpoint: Endpoint) -> RerankDialect:
        """Return how the supplier says rerank at this endpoint."""
        dialect: RerankDialect = self._offered(Capability.RERANK, endpoint)
        return dialect

    def authorize(self, request: HttpRequest, secret: Secret | None, now: float) -> HttpRequest:
        """Return the request with its credential; a plugin that does not sign gets a bearer."""
        if self._sign is not None:
            signed: HttpRequest | None = self._sign(request, secret, now)
            if signed is not None:
                return signed
        if secret is None or self.card.auth == "none":
            return request
        return request.with_header("Authorization", secret.prefixed("Bearer "))

    def account(self, endpoint: Endpoint) -> AccountDialect | None:
        """Return how the supplier tells of itself and the account, None where it does not."""
        dialect: AccountDialect | None = self._ask("purveyor_account", endpoint)
        return dialect

    def capabilities(self) -> tuple[Capability, ...]:
        """Return what the supplier offers, asked of each hook with the card's own addresses."""
        return tuple(c for c in Capability if self._ask(*self._question(c)) is not None)

    def examine(self) -> None:
        """Ask every hook that returns a dialect."""
        for capability in Capability:
            self._answer(*self._question(capability))
        self._answer("purveyor_account", self._question(Capability.CHAT)[1])

    def _question(self, capability: Capability) -> tuple[Any, ...]:
        """Give the hook of a capability, and the arguments to ask it what the card offers."""
        base_url = self.card.base_urls.get(capability, self.card.base_url)
        endpoint = Endpoint(supplier=self.card.name, capability=capability, base_url=base_url)
        hook = f"purveyor_{capability}"
        return (hook, endpoint, None) if capability in _PLANS else (hook, endpoint)


class FrameworkPlugin(CapablePlugin):
    """A local framework: its card, and its plans to train and to launch."""

    def __init__(
        self, plugin: object, card: FrameworkCard, origin: Origin, hooks: Mapping[str, Hook]
    ) -> None:
        super().__init__(plugin, card, origin, hooks)
        self.card = card

    def capabilities(self) -> tuple[Capability, ...]:
        """Return what its card says its endpoint serves, and what it has plans for."""
        return tuple(
            capability
            for capability in Capability
            if capability in self.card.capabilities or f"purveyor_{capability}" in self._hooks
        )


def _missing(answer: object, hook: str) -> tuple[str, ...]:
    """Give the methods of the hook's dialect that an answer lacks.

    The dialect is imported now: a call loads nothing of the capabilities it does not use.
    """
    from importlib import import_module

    capability = hook.removeprefix("purveyor_")
    plan = _PLANS.get(capability)
    if plan and isinstance(answer, getattr(import_module(f"purveyor.types.{capability}"), plan)):
        return ()
    room = import_module(f"purveyor.dialects.{capability}")
    dialect = vars(room)[f"{capability.capitalize()}Dialect"]
    wanted = (name for name in vars(dialect) if not name.startswith("_"))
    return tuple(name for name in wanted if not callable(getattr(answer, name, None)))


def extension_hooks() -> tuple[str, ...]:
    """Give the names of the hooks that extensions are asked."""
    from purveyor.hookspecs import ExtensionSpecs

    return tuple(name for name in vars(ExtensionSpecs) if name.startswith("purveyor_"))

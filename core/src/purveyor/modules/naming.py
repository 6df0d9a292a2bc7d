"""Names of models to suppliers: what was chosen, from what, and why."""

from __future__ import annotations

from msgspec import Struct

from purveyor._clients.runtime import KEYLESS, Runtime
from purveyor.errors import ConfigError, PluginError, PurveyorError
from purveyor.types.supplier import Capability, SupplierCard


class Candidate(Struct, frozen=True):
    """A supplier that was looked at, and what came of it."""

    supplier: str
    verdict: str


class Choice(Struct, frozen=True, kw_only=True):
    """The supplier and the model that a name stands for. `str()` tells how it came about."""

    capability: Capability
    source: str
    model: str
    reason: str
    candidates: tuple[Candidate, ...] = ()

    def __str__(self) -> str:
        looked_at = [f"  {each.supplier}: {each.verdict}" for each in self.candidates]
        head = f"{self.source}:{self.model} ({self.capability.value}): {self.reason}"
        return "\n".join([head, *looked_at])


def choose(
    runtime: Runtime,
    capability: Capability,
    model: str | None,
    source: str | None,
    base_url: str | None = None,
) -> Choice:
    """Find whom a name stands for.

    A name is `model`, `supplier`, `supplier:model`, or an alias from purveyor.toml. With neither
    name nor source: the configured default, else the first installed supplier, in the order of
    their names, that offers the capability and has a key. One that needs no key is never chosen
    by itself.

    Raises:
        ConfigError: nothing can be chosen; says what to set.
        SupplierNotFound: the supplier is not installed.
    """
    reason = "named by the caller"
    if model is None and source is None and base_url is not None:
        # Whoever is found by other means has a key, and it is not for this address.
        raise ConfigError(f"an address alone names no model; write {KEYLESS}:<model>")
    if model is None and source is None:
        model = runtime.config.default_model(capability)
        reason = "the configured default"
    if source is not None:
        return _of_source(runtime, capability, source, model, base_url, reason)
    if model is None:
        return _first_with_key(runtime, capability)
    resolved = runtime.config.resolve(model, is_taken=runtime.manager.is_supplier)
    if resolved != model:
        reason = f"alias {model!r} of purveyor.toml"
    return _of_name(runtime, capability, resolved, base_url, reason)


def _of_name(
    runtime: Runtime, capability: Capability, name: str, base_url: str | None, reason: str
) -> Choice:
    left, colon, right = name.partition(":")
    if colon and (runtime.knows(left) or base_url is not None):
        return _of_source(runtime, capability, left, right or None, base_url, reason)
    if runtime.knows(name):
        return _of_source(runtime, capability, name, None, base_url, reason)
    if base_url is not None:
        return Choice(capability=capability, source=KEYLESS, model=name, reason="a bare address")
    if colon:
        runtime.manager.supplier(left)  # raises, and says what is installed
    return _knowing(runtime, capability, name)


def _of_source(
    runtime: Runtime,
    capability: Capability,
    source: str,
    model: str | None,
    base_url: str | None,
    reason: str,
) -> Choice:
    if model is not None and model.startswith(f"{source}:"):
        model = model.removeprefix(f"{source}:")
    if model is None:
        if not runtime.manager.is_supplier(source) and (base_url or runtime.knows(source)):
            raise ConfigError(f"an address alone names no model; write {source}:<model>")
        card = runtime.manager.supplier(source).card
        model = card.default_models.get(capability)
        reason = f"{reason}; the supplier's default model"
    if model is None:
        raise ConfigError(f"{source} has no default model for {capability.value}; name one")
    return Choice(capability=capability, source=source, model=model, reason=reason)


def _knowing(runtime: Runtime, capability: Capability, model: str) -> Choice:
    """Choose the supplier whose card lists a model, among those with a key."""
    candidates: list[Candidate] = []
    for name in _suppliers(runtime):
        card = _card(runtime, name, candidates)
        if card is None:
            continue
        known = card.model(model) is not None or model in card.default_models.values()
        if known and (card.auth == "none" or runtime.has_key(card)):
            reason = "its card lists the model"
            return Choice(
                capability=capability,
                source=name,
                model=model,
                reason=reason,
                candidates=(*candidates, Candidate(name, "chosen")),
            )
        candidates.append(Candidate(name, "has no key" if known else "does not list the model"))
    keyless = [each.supplier for each in candidates if each.verdict.startswith("has no key")]
    if keyless:
        cards = [runtime.manager.supplier(name).card for name in keyless]
        needs = "; ".join(f"{card.name}: set {' or '.join(card.key_env)}" for card in cards)
        raise ConfigError(f"no supplier of model {model!r} has a key. {needs}")
    raise ConfigError(
        f"no installed supplier is known to have model {model!r}; write supplier:{model}."
        f" Installed: {', '.join(_suppliers(runtime)) or 'none'}"
    )


def _first_with_key(runtime: Runtime, capability: Capability) -> Choice:
    candidates: list[Candidate] = []
    missing: list[str] = []
    for name in _suppliers(runtime):
        card = _card(runtime, name, candidates)
        if card is None:
            missing.extend(
                f"  {name}: {each.verdict}" for each in candidates[-1:] if each.supplier == name
            )
            continue
        model = card.default_models.get(capability)
        if model is None:
            candidates.append(Candidate(name, f"does not offer {capability.value}"))
        elif card.auth == "none":
            candidates.append(Candidate(name, "needs no key, so is only used by name"))
            missing.append(f"  {name}: needs no key; name it")
        elif not runtime.has_key(card):
            candidates.append(Candidate(name, f"no key; set {' or '.join(card.key_env)}"))
            missing.append(f"  {name}: set {' or '.join(card.key_env)}")
        else:
            return Choice(
                capability=capability,
                source=name,
                model=model,
                reason="the first installed supplier with a key",
                candidates=(*candidates, Candidate(name, "chosen")),
            )
    raise ConfigError(_nothing_to_call(capability, missing))


def _nothing_to_call(capability: Capability, missing: list[str]) -> str:
    if not missing:
        return (
            f"no installed supplier offers {capability.value};"
            " install one, for example: pip install purveyor-<supplier>"
        )
    return "\n".join(
        [f"no model named, and no supplier for {capability.value} has a key:", *missing]
    )


def _suppliers(runtime: Runtime) -> tuple[str, ...]:
    from purveyor._plugins.loading import PluginKind

    return runtime.manager.names(PluginKind.SUPPLIER)


def _card(runtime: Runtime, name: str, candidates: list[Candidate]) -> SupplierCard | None:
    """Load a supplier's card; a broken plugin is a candidate that was rejected, and no more."""
    try:
        card = runtime.manager.supplier(name).card
    except (PluginError, PurveyorError) as error:
        candidates.append(Candidate(name, f"broken: {error}"))
        return None
    return card if card.name == name else None

"""`purveyor models`: what models there are, from the cards, or from the supplier itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Unpack

import click
import msgspec
from msgspec import structs

from purveyor._clients.account import AccountClient
from purveyor._clients.runtime import KEYLESS, Target, runtime
from purveyor.cli.options import (
    UTF8,
    ConnectionArguments,
    connection_options,
    json_option,
    timeouts,
)
from purveyor.cli.output import print_json, print_table, say
from purveyor.cli.suppliers import cards
from purveyor.errors import CapabilityNotOffered
from purveyor.types.supplier import Capability, ModelCard, SupplierCard


class ModelsArguments(ConnectionArguments):
    """The arguments of the command, as click passes them."""

    supplier: str | None
    online: bool
    as_json: bool


@click.command("models")
@click.argument("supplier", required=False, type=UTF8)
@click.option("--online", is_flag=True, help="Ask the supplier; needs its key.")
@connection_options
@json_option
def command(**said: Unpack[ModelsArguments]) -> None:
    """List the models of SUPPLIER, or of all; from what is installed, without a key."""
    name = said["supplier"]
    if said["online"] or said["base_url"] is not None:
        card, models = _ask(said)
        listed = [(card, _completed(model, card.model(model.name))) for model in models]
    else:
        found = cards() if name is None else (runtime().manager.supplier(name).card,)
        listed = [(card, model) for card in found for model in card.models]
    if said["as_json"]:
        print_json([_fields(card, model) for card, model in listed])
    elif listed:
        _print(listed)
    else:
        say("no model is known; ask the supplier: purveyor models SUPPLIER --online")


def _ask(said: ModelsArguments) -> tuple[SupplierCard, tuple[ModelCard, ...]]:
    """Ask a supplier, or any address, for the models that may be used."""
    if said["supplier"] is None and said["base_url"] is None:
        raise click.UsageError("--online asks one supplier: purveyor models SUPPLIER --online")
    target = Target(
        source=said["supplier"] or KEYLESS,
        base_url=said["base_url"],
        auth=said["auth"],
        timeouts=timeouts(said["timeout"]),
    )
    plugin = runtime().supplier(target)
    line = runtime().connect(plugin, Capability.CHAT, target)
    dialect = plugin.account(line.endpoint)
    if dialect is None:
        raise CapabilityNotOffered(f"supplier {target.source!r} tells nothing of its models")
    return plugin.card, AccountClient(line, dialect).models()


def _completed(model: ModelCard, known: ModelCard | None) -> ModelCard:
    """Add what the card knows to what the supplier says, which counts first."""
    if known is None:
        return model
    said = {name: value for name, value in structs.asdict(model).items() if value is not None}
    for name in ("capability", "inputs"):  # what an answer leaves out, these have a default for
        if said[name] == getattr(ModelCard(name=""), name):
            del said[name]
    return structs.replace(known, **said)


def _fields(card: SupplierCard, model: ModelCard) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(model)
    return {"supplier": card.name, **fields, "is_default": _is_default(card, model)}


def _is_default(card: SupplierCard, model: ModelCard) -> bool:
    return card.default_models.get(model.capability) == model.name


def _print(listed: Iterable[tuple[SupplierCard, ModelCard]]) -> None:
    rows = [
        (
            f"{card.name}:{model.name}",
            model.capability.value,
            f"{model.context_tokens:,}" if model.context_tokens else "",
            ", ".join(model.inputs),
            {True: "yes", False: "no", None: ""}[model.thinks],
            ", ".join(_remarks(card, model)),
        )
        for card, model in listed
    ]
    print_table(("model", "capability", "context", "inputs", "thinks", "remarks"), rows)


def _remarks(card: SupplierCard, model: ModelCard) -> Iterable[str]:
    if _is_default(card, model):
        yield "default"
    if model.retired is not None:
        yield f"{'retired' if model.retired <= date.today() else 'retires'} {model.retired}"
    if model.successor is not None:
        yield f"use {model.successor}"

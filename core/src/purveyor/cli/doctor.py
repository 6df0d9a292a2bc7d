"""`purveyor doctor`: import every plugin, look for every key, and tell what is wrong."""

from __future__ import annotations

import platform
from typing import Any

import click
import msgspec
from msgspec import Struct

from purveyor import __version__, config
from purveyor._clients.runtime import runtime
from purveyor._manager import PluginProblem
from purveyor.cli.config import path_in_force, placed
from purveyor.cli.options import json_option
from purveyor.cli.output import print_json, print_table
from purveyor.cli.suppliers import cards, usable_settings
from purveyor.config import ConfigFault
from purveyor.errors import ConfigError
from purveyor.types.supplier import SupplierCard


class KeyFinding(Struct, frozen=True, kw_only=True):
    """Whether a supplier's key was found: masked, and from where; else what is to be done."""

    supplier: str
    key: str | None
    source: str
    is_unusable: bool = False


class Findings(Struct, frozen=True, kw_only=True):
    """Everything the doctor found."""

    version: str
    python: str
    problems: tuple[PluginProblem, ...]
    settings: tuple[ConfigFault, ...]
    keys: tuple[KeyFinding, ...]

    @property
    def count(self) -> int:
        """How many problems there are; a key that is not there is none."""
        return (
            len(self.problems)
            + len(self.settings)
            + sum(finding.is_unusable for finding in self.keys)
        )


@click.command("doctor")
@click.option("--strict", is_flag=True, help="End with status 1 when there is any problem.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    metavar="SECONDS",
    help="How long one plugin may take.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, strict: bool, deadline: float, as_json: bool) -> None:
    """Examine every plugin, every key and the settings, and tell what to do."""
    findings = _examine(deadline)
    if as_json:
        fields: dict[str, Any] = msgspec.to_builtins(findings)
        print_json({**fields, "count": findings.count})
    else:
        _print(findings)
    if strict and findings.count:
        ctx.exit(1)


def _examine(deadline: float) -> Findings:
    with usable_settings():
        problems = runtime().manager.examine_all(deadline)
        known = cards(without={problem.name for problem in problems})
        keys = tuple(_look_for_key(card) for card in known)
    return Findings(
        version=__version__,
        python=platform.python_version(),
        problems=problems,
        settings=config.check(cards=known),
        keys=keys,
    )


def _look_for_key(card: SupplierCard) -> KeyFinding:
    settings = config.current()
    try:
        if settings.auth_for(card) == "none":
            return KeyFinding(supplier=card.name, key=None, source="needs none")
        search = settings.search_key(card, credentials=runtime().manager.credentials)
    except ConfigError as error:
        return KeyFinding(supplier=card.name, key=None, source=str(error), is_unusable=True)
    if search.secret is not None:
        return KeyFinding(
            supplier=card.name, key=search.secret.masked(), source=search.secret.source
        )
    variables = " or ".join(card.key_env)
    advice = f"set {variables}" if variables else "add it to purveyor.toml"
    return KeyFinding(supplier=card.name, key=None, source="; ".join((*search.notes, advice)))


def _print(findings: Findings) -> None:
    click.echo(f"purveyor {findings.version}, Python {findings.python}\n")
    if findings.keys:
        rows = [
            (each.supplier, each.key or ("unusable" if each.is_unusable else "none"), each.source)
            for each in findings.keys
        ]
        print_table(("supplier", "key", "from"), rows)
        click.echo()
    for problem in findings.problems:
        owner = f"{problem.distribution} {problem.version}".strip()
        click.echo(f"{problem.name} ({owner}) failed, phase {problem.phase.value}")
        click.echo(f"  {problem.error}\n  try: {problem.hint}")
    for fault in findings.settings:
        click.echo(f"settings: {placed(fault, path_in_force())}")
    number = findings.count or "no"
    click.echo(f"{number} problem{'' if number == 1 else 's'} found")

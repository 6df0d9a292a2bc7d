"""`purveyor config`: check the settings, show them with their sources, name the file in force."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from purveyor import config
from purveyor._settings.paths import find
from purveyor.cli.options import json_option
from purveyor.cli.output import print_json, print_table, say
from purveyor.cli.suppliers import cards, usable_settings
from purveyor.config import ConfigFault

_NO_FILE = "no purveyor.toml is in force; purveyor config path -h tells where one is looked for"


@click.group("config")
def command() -> None:
    """Check and show the settings in force."""


@command.command("check")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
@click.pass_context
def check(ctx: click.Context, *, file: Path | None, as_json: bool) -> None:
    """Name every wrong key of FILE, or of the file in force, with its line.

    The exit status is 1 when there is a fault.
    """
    with usable_settings():
        known = cards()
    faults = config.check(file, cards=known)
    path = str(file) if file is not None else path_in_force()
    if as_json:
        print_json({"path": path, "faults": msgspec.to_builtins(faults)})
    else:
        for fault in faults:
            click.echo(placed(fault, path))
        if not faults:
            click.echo(f"no fault in {path or 'the environment; there is no purveyor.toml'}")
    if faults:
        ctx.exit(1)


def placed(fault: ConfigFault, path: str | None) -> str:
    """Say a fault as compilers do: file, line, what."""
    if fault.line is not None:
        return f"{path}:{fault}"
    return f"environment: {fault}" if fault.key else str(fault)


@command.command("show")
@json_option
def show(*, as_json: bool) -> None:
    """Print every setting, its value and where it comes from; keys are masked."""
    settings = config.current().describe(cards())
    if as_json:
        print_json(msgspec.to_builtins(settings))
    elif settings:
        rows = [(each.name, each.value, each.source) for each in settings]
        print_table(("setting", "value", "from"), rows)
    else:
        say("nothing is set")


@command.command("path")
@json_option
def path(*, as_json: bool) -> None:
    """Print the file in force.

    It is the one that PURVEYOR_CONFIG names, else a purveyor.toml in the working directory or
    above it, else the one in the user's configuration folder.
    """
    found = path_in_force()
    if as_json:
        print_json({"path": found})
    elif found is not None:
        click.echo(found)
    else:
        say(_NO_FILE)


def path_in_force() -> str | None:
    """Return the file in force, whether or not it can be read."""
    place = find(None, config.current().environ)
    return place.path if place else None

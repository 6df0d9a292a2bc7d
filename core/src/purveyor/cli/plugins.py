"""`purveyor plugins`: what is installed, told without importing any of it."""

from __future__ import annotations

import click
import msgspec

from purveyor._clients.runtime import runtime
from purveyor._manager import PluginState
from purveyor.cli.options import json_option
from purveyor.cli.output import print_json, print_table, say

_HEAD = ("name", "kind", "distribution", "version", "capabilities", "state")
_IN_ORDER = (PluginState.INSTALLED, PluginState.LOADED, PluginState.IN_PROCESS, PluginState.DENIED)


@click.command("plugins")
@json_option
def command(*, as_json: bool) -> None:
    """List the installed plugins: suppliers, frameworks, extensions. Imports none of them."""
    manager = runtime().manager
    listings = manager.listings()
    if as_json:
        print_json(msgspec.to_builtins(listings))
        return
    rows = [
        (
            each.name,
            each.kind.value,
            each.distribution,
            each.version,
            ", ".join(each.capabilities) if each.kind != "extension" else "",
            each.state.value,
        )
        for each in listings
    ]
    if rows:
        print_table(_HEAD, rows)
    else:
        say("no plugin is installed. Try: pip install purveyor-<supplier>")
    if manager.problems() or any(each.state not in _IN_ORDER for each in listings):
        say("something is wrong with some of them; purveyor doctor tells what")

"""The `purveyor` command itself: which commands there are, and how a run ends."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Final

import click

from purveyor import __version__
from purveyor.cli.errors import ENDINGS, Session, status_after
from purveyor.cli.output import prepare_streams, say

COMMANDS: Final = {
    "chat": "Ask a chat model: once, or in a conversation.",
    "embed": "Turn texts into vectors.",
    "rerank": "Sort documents by how well they answer a query.",
    "models": "List the models of the suppliers.",
    "plugins": "List the installed plugins, importing none.",
    "doctor": "Examine every plugin, key and setting.",
    "config": "Check and show the settings in force.",
}
"""Our own commands, each in the file of its name; extensions add theirs after these."""

EPILOG: Final = """\b
Exit status:
  0    all went well
  1    a problem was found (doctor --strict, config check), or output could not be written
  2    wrong usage
  3    a setting, a key or a plugin is missing or wrong
  4    the supplier refused or failed, or its reply was unusable
  5    the answer was interrupted; what had arrived was printed
  130  stopped by Ctrl-C    141  the reader of our output went away

A key is never given on the command line, where other users of the machine could read it: put it
into the supplier's environment variable or into purveyor.toml. `purveyor doctor` tells which are
found.
"""

_HELP_WIDTH: Final = 64
_ADDED: Final = "purveyor.cli.added"


class Commands(click.Group):
    """A group that imports a command when it is run, and asks extensions for what is not ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give our commands, then those of the extensions."""
        return [*COMMANDS, *sorted(self._added(ctx).keys() - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one of ours, or find an extension's; no extension can replace one of ours."""
        if cmd_name in COMMANDS:
            command: click.Command = import_module(f"purveyor.cli.{cmd_name}").command
            return command
        return self._added(ctx).get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing ours."""
        added = self._added(ctx)
        theirs = {name: added[name].get_short_help_str(_HELP_WIDTH) for name in sorted(added)}
        with formatter.section("Commands"):
            formatter.write_dl(list((COMMANDS | theirs | COMMANDS).items()))

    def _added(self, ctx: click.Context) -> Mapping[str, click.Command]:
        if _ADDED not in ctx.meta:
            ctx.meta[_ADDED] = _commands_of_extensions()
        added: Mapping[str, click.Command] = ctx.meta[_ADDED]
        return added


def _commands_of_extensions() -> Mapping[str, click.Command]:
    """Ask the extensions for their commands; they fill a group of their own, not ours."""
    from purveyor._clients.runtime import runtime
    from purveyor._manager import PluginKind
    from purveyor.errors import PurveyorError

    theirs = click.Group("purveyor")
    try:
        manager = runtime().manager
        if manager.names(PluginKind.EXTENSION):
            manager.add_commands(theirs)
    except PurveyorError as error:  # broken settings: our own commands work, and say more
        say(f"the commands of extensions are left out: {error}")
    for name in sorted(theirs.commands.keys() & COMMANDS.keys()):
        say(f"warning: an extension's command {name} is left out; that name is ours")
    commands = theirs.commands.items()
    return {name: command for name, command in commands if isinstance(command, click.Command)}


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.option("--debug", is_flag=True, help="Show where in the code an error came from.")
@click.version_option(__version__, prog_name="purveyor", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, *, debug: bool) -> None:
    """Call the models of any supplier: pip install purveyor-SUPPLIER, and name it."""
    from purveyor import config

    ctx.ensure_object(Session).is_debugging = debug
    if config.current().environ.get("NO_COLOR"):
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status."""
    prepare_streams()
    session = Session()
    with _plain_warnings():
        try:
            status = cli.main(arguments, "purveyor", standalone_mode=False, obj=session)
        except ENDINGS as error:
            return status_after(error, session)
    return status if isinstance(status, int) else 0


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Say warnings as we say everything else, without file and line."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        say(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield

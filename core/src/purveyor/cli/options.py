"""Options that several commands share: the model, where and how it is reached, the output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, TypeVar

import click

from purveyor.cli.output import is_terminal
from purveyor.modules.options import ConnectionOptions
from purveyor.types.wire import Timeouts

Function = TypeVar("Function", bound=Callable[..., Any])
_CONNECT_SECONDS: Final = 5.0


if TYPE_CHECKING:
    ParameterType = click.ParamType[Any]
else:
    ParameterType = click.ParamType  # generic only in newer versions of click


class Utf8(ParameterType):
    """Text; an argument that is no UTF-8 is refused, since no supplier could be told it."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text; in a C locale Python has not decoded it yet."""
        try:
            return str(value).encode("utf-8", "surrogateescape").decode()
        except UnicodeError:
            self.fail("is not UTF-8", param, ctx)


UTF8: Final = Utf8()


class ConnectionArguments(TypedDict):
    """What `connection_options` add to a command."""

    base_url: str | None
    auth: Literal["none"] | None
    timeout: float | None


class ModelArguments(ConnectionArguments):
    """What `model_options` add to a command."""

    model: str | None
    as_json: bool


_MODEL: Final = click.option(
    "--model", "-m", type=UTF8, metavar="SOURCE:MODEL", help="Model, supplier, or an alias."
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_CONNECTION: Final = (
    click.option(
        "--base-url",
        type=UTF8,
        metavar="URL",
        help="Address to call instead of the supplier's own.",
    ),
    click.option(
        "--auth", type=click.Choice(["none"]), help="Send no key: the address needs none."
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="How long it all may take.",
    ),
)


def connection_options(function: Function) -> Function:
    """Add the options that say where and how a supplier is reached. None of them is a key."""
    return _with(_CONNECTION, function)


def model_options(function: Function) -> Function:
    """Add `--model`, `--json` and the options of the connection."""
    return _with((_MODEL, *_CONNECTION, _JSON), function)


json_option: Final = _JSON


def _with(options: Iterable[Callable[[Function], Function]], function: Function) -> Function:
    for option in reversed(tuple(options)):
        function = option(function)
    return function


def timeouts(seconds: float | None) -> Timeouts | None:
    """Read `--timeout`: one limit for the whole, and no shorter one for a part but connecting."""
    if seconds is None:
        return None
    connect = min(_CONNECT_SECONDS, seconds)
    return Timeouts(connect=connect, idle=seconds, first_event=seconds, total=seconds)


def connection(said: ConnectionArguments) -> ConnectionOptions:
    """Make a module's options of the command's."""
    return ConnectionOptions(
        base_url=said["base_url"], auth=said["auth"], timeouts=timeouts(said["timeout"])
    )


def standard_input(what: str) -> str:
    """Read all of standard input as UTF-8; `what` is expected there."""
    if is_terminal(sys.stdin):
        raise click.UsageError(f"{what} is missing; give it as an argument or on standard input")
    return typed_input(what)


def typed_input(what: str) -> str:
    """Read all of standard input, typed by the user or not."""
    if sys.stdin is None:  # Python's mark of a stream that was closed
        raise click.UsageError(f"{what} is missing, and standard input is closed")
    content = sys.stdin.buffer.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{what} on standard input is not UTF-8: {error}") from error

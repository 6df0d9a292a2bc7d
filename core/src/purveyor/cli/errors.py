"""What an error means to the shell: an exit status, a line on stderr, and what to do."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field
from typing import Final

import click

from purveyor.cli.output import say, silence_streams
from purveyor.errors import (
    AuthenticationError,
    ConfigError,
    NotFound,
    PluginError,
    PluginLoadError,
    PurveyorError,
    StreamInterrupted,
)

USAGE: Final = 2
SET_UP: Final = 3
SUPPLIER: Final = 4
INTERRUPTED: Final = 5
STOPPED: Final = 130
PIPE_CLOSED: Final = 141

_STATUSES: Final = (
    (StreamInterrupted, INTERRUPTED),
    (ConfigError, SET_UP),
    (PluginError, SET_UP),
    (PurveyorError, SUPPLIER),
)
_HINTS: Final = (
    (AuthenticationError, "purveyor doctor tells which key is used, and where it was found"),
    (NotFound, "purveyor models SUPPLIER --online lists the models that the account may use"),
    (PluginLoadError, "purveyor doctor examines every plugin"),
)
_KEY_HINT: Final = (
    "a key is never given on the command line, where other users could read it: put it into"
    " the supplier's environment variable or into purveyor.toml"
)
_ARGUMENT_HINT: Final = (
    "on the command line there is no api_key, since other users could read it;"
    ' auth="none" is --auth none'
)


@dataclass(slots=True)
class Session:
    """What one run of the command knows of itself."""

    is_debugging: bool = False
    stdout: object = field(default_factory=lambda: sys.stdout)


class AnswerInterrupted(Exception):
    """The user stopped an answer of which something had been printed already."""


ENDINGS: Final = (
    *(PurveyorError, AnswerInterrupted, click.ClickException, click.exceptions.Abort),
    *(OSError, KeyboardInterrupt, SystemExit),
)
"""What may end a run and is no fault of ours; anything else is shown with its traceback."""


def status_after(error: BaseException, session: Session) -> int:
    """Report one of `ENDINGS`, and return the exit status that goes with it."""
    if session.is_debugging and not isinstance(error, SystemExit | click.ClickException):
        traceback.print_exception(error)
    try:
        return _reported(error, session)
    except BrokenPipeError:  # of stderr too
        silence_streams()
        return PIPE_CLOSED


def _reported(error: BaseException, session: Session) -> int:
    match error:
        case SystemExit():
            return _status_of_exit(error, session)
        case BrokenPipeError():
            raise error
        case click.exceptions.Abort() | KeyboardInterrupt():
            return STOPPED
        case AnswerInterrupted():
            say("interrupted")
            return INTERRUPTED
        case click.ClickException():
            return _report_usage(error)
        case PurveyorError():
            return report(error)
        case OSError():
            say(f"the output could not be written: {error.strerror or error}")
            silence_streams()
            return 1
    raise error


def report(error: PurveyorError) -> int:
    """Say an error of purveyor's on stderr, and return the status that goes with it."""
    say(str(error))
    if hint := _hint(error):
        say(hint, label="hint")
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def _hint(error: PurveyorError) -> str | None:
    if isinstance(error, ConfigError) and "api_key=" in str(error):
        return _ARGUMENT_HINT
    return next((hint for kind, hint in _HINTS if isinstance(error, kind)), None)


def _report_usage(error: click.ClickException) -> int:
    error.show(sys.stderr)
    if isinstance(error, click.NoSuchOption) and "key" in error.option_name:
        say(_KEY_HINT, label="hint")
    return USAGE


def _status_of_exit(error: SystemExit, session: Session) -> int:
    """Tell a closed pipe, for which click replaces stdout and exits, from a real exit."""
    if sys.stdout is not session.stdout:
        silence_streams()
        return PIPE_CLOSED
    return error.code if isinstance(error.code, int) else 0

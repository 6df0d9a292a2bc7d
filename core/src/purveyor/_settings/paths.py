"""Where purveyor's own files are: purveyor.toml and the user's folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

NAME: Final = "purveyor.toml"


class Place(Struct, frozen=True):
    """A file that may be read. `is_found`: it merely lay in the working directory or above."""

    path: str
    is_found: bool = False


def home_of(environ: Mapping[str, str]) -> str | None:
    """Return the home directory that an environment names; of our own, ask the system too."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if not home and environ is os.environ and "HOME" not in environ:
        home = os.path.expanduser("~")
    return home if home and os.path.isabs(home) else None


def expand(path: str, environ: Mapping[str, str]) -> str:
    """Replace a leading `~` by the home directory."""
    home = home_of(environ)
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path


def shown(path: str, environ: Mapping[str, str]) -> str:
    """Shorten a path for messages: from the working directory, or from `~`."""
    home = home_of(environ)
    folder = os.path.join(_working_directory() or "", "")
    if folder and path.startswith(folder):
        return path[len(folder) :]
    return f"~{path[len(home) :]}" if home and path.startswith(os.path.join(home, "")) else path


def user_folder(environ: Mapping[str, str], variable: str, fallback: str) -> str | None:
    """Return purveyor's folder below an XDG directory, None where there is no home either."""
    stated = environ.get(variable, "")
    if os.path.isabs(stated):  # the XDG specification: a relative one is to be ignored
        return os.path.join(stated, "purveyor")
    home = home_of(environ)
    return os.path.join(home, fallback, "purveyor") if home else None


def find(path: str | os.PathLike[str] | None, environ: Mapping[str, str]) -> Place | None:
    """Return the file that counts, None where there is none."""
    stated = os.fspath(path) if path is not None else environ.get("PURVEYOR_CONFIG")
    if stated:
        return Place(os.path.abspath(expand(stated, environ)))
    home = home_of(environ)
    for folder in _upwards(_working_directory()):
        candidate = os.path.join(folder, NAME)
        if os.path.isfile(candidate):
            return Place(candidate, is_found=True)
        if folder == home or os.path.exists(os.path.join(folder, ".git")):
            break
    own = user_folder(environ, "XDG_CONFIG_HOME", ".config")
    candidate = os.path.join(own, NAME) if own else ""
    return Place(candidate) if own and os.path.isfile(candidate) else None


def _working_directory() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it was deleted under us
        return None


def _upwards(folder: str | None) -> Iterator[str]:
    while folder:
        yield folder
        above = os.path.dirname(folder)
        folder = above if above != folder else None

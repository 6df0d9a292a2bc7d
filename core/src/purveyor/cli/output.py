"""Printing: tables, JSON, and text from outside that must not command the terminal."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import click
import msgspec

_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters, without tab and line break: on a terminal they are commands."""


def prepare_streams() -> None:
    """Let every text be printed: UTF-8 where the locale is C, a mark for what cannot be said."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            encoding = "utf-8" if is_ascii else stream.encoding
            stream.reconfigure(encoding=encoding, errors="replace")


def silence_streams() -> None:
    """Send the rest of the output nowhere: nobody reads it, and Python would complain at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def is_terminal(stream: object) -> bool:
    """Whether a standard stream is a terminal; one that was closed is none."""
    return isinstance(stream, io.IOBase) and stream.isatty()


def clean(text: str) -> str:
    """Take control characters out of a text that came from outside."""
    return _CONTROLS.sub("", text)


def say(text: str, *, label: str = "purveyor") -> None:
    """Tell the user something beside the output: `purveyor: ...` on stderr."""
    click.echo(f"{label}: {clean(text)}", err=True)


def write(text: str) -> None:
    """Print a piece of the output at once; as it is, unless a terminal would obey it."""
    click.echo(clean(text) if is_terminal(sys.stdout) else text, nl=False)


def print_json(value: Any) -> None:
    """Print one JSON value on one line, in UTF-8 whatever the locale."""
    click.echo(msgspec.json.encode(value))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in aligned columns below their heads."""
    lines = [[clean(cell).replace("\n", " ") for cell in row] for row in (head, *rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = zip(line, widths, strict=True)
        padded = [cell + " " * (width - _width(cell)) for cell, width in cells]
        click.echo("  ".join(padded).rstrip())


def shortened(text: str, length: int = 48) -> str:
    """Return the beginning of a text, in one line."""
    words = " ".join(text.split())
    return words if len(words) <= length else f"{words[: length - 1]}…"


def _width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )

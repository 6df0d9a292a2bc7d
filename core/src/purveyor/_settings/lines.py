"""Where a key of purveyor.toml stands: tomllib gives values, this gives their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from purveyor._settings.file import Path

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY: Final = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_VALUE: Final = re.compile(
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})'''
    r"""|\'\'\'.*?\'\'\'(?:'{0,2})"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'"""
    r"""|\#[^\n]*|[\[\]{}\n]|[^"'#\[\]{}\n]+""",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every key and table of a valid TOML text.

    A table stands where it is first named, be it as part of a longer name.
    """
    lines: dict[Path, int] = {}
    for path, position in _statements(text):
        line = text.count("\n", 0, position) + 1
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], line)
    return lines


def _statements(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    position = _skip(text, 0)
    while position < len(text):
        if text[position] == "[":
            start = position
            position = text.index("[", position) + (2 if text.startswith("[[", position) else 1)
            table, position = _dotted(text, position)
            yield table, start
            position = _end_of_value(text, position)
        else:
            start = position
            key, position = _dotted(text, position)
            yield (*table, *key), start
            position = _end_of_value(text, position)
        position = _skip(text, position)


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _dotted(text: str, position: int) -> tuple[Path, int]:
    parts: list[str] = []
    while match := _KEY.match(text, position):
        parts.append(_unquoted(match[1]))
        position = match.end()
        if not text.startswith(".", position):
            break
        position += 1
    return tuple(parts), position


def _unquoted(key: str) -> str:
    if key[0] == "'" or (key[0] == '"' and "\\" not in key):
        return key[1:-1]
    if key[0] == '"':
        import tomllib

        return next(iter(tomllib.loads(f"{key} = 0")))
    return key


def _end_of_value(text: str, position: int) -> int:
    """Return where the statement ends: the first line break outside brackets and strings."""
    depth = 0
    while match := _VALUE.match(text, position):
        token = match[0]
        if token == "\n" and depth <= 0:
            return position
        depth += (token in "[{") - (token in "]}")
        position = match.end()
    return len(text)

"""Parsing and checking the text of a purveyor.toml; imported only where there is one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from purveyor._settings.faults import read_secret, rule_faults, type_faults
from purveyor._settings.file import ConfigFault, ConfigFile, Path, dotted, laid_over, line_of
from purveyor._settings.lines import key_lines
from purveyor._settings.paths import Place
from purveyor._settings.schema import Settings

_POSITION: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def examine(place: Place | None, text: str, over: Mapping[str, Any]) -> ConfigFile:
    """Parse and check a text; every fault is found, and none raised."""
    raw, fault = _parse(text)
    if fault is not None:
        return ConfigFile(place=place, faults=(fault,))
    lines = key_lines(text)
    temporary = frozenset(_paths(over))
    whole = _plain(laid_over(raw, over))
    found = list(type_faults(whole, Settings))
    settings = _convert(_without(whole, [path for path, _ in found]))
    found += rule_faults(settings, is_found=place is not None and place.is_found)
    named = [
        ConfigFault(None if path in temporary else line_of(lines, path), dotted(path), message)
        for path, message in found
    ]
    named.sort(key=lambda fault: fault.line or 0)
    return ConfigFile(
        place=place, settings=settings, lines=lines, faults=tuple(named), temporary=temporary
    )


def _parse(text: str) -> tuple[dict[str, Any], ConfigFault | None]:
    try:
        return tomllib.loads(text), None
    except (ValueError, RecursionError) as err:
        message = str(err)
    # Outside the handler: from Python 3.14 on the parser's error holds the whole text.
    position = _POSITION.search(message)
    line = int(position[1]) if position and position[1] else text.count("\n") + 1
    column = f", at column {position[2]}" if position and position[2] else ""
    said = _POSITION.sub("", message)
    return {}, ConfigFault(line, "", f"{said[:1].lower()}{said[1:]}{column}")


def _convert(raw: dict[str, Any]) -> Settings:
    return msgspec.convert(raw, Settings, dec_hook=read_secret)


def _paths(over: Mapping[str, Any], at: Path = ()) -> Iterator[Path]:
    for key, value in over.items():
        yield (*at, key)
        if isinstance(value, Mapping):
            yield from _paths(value, (*at, key))


def _plain(raw: dict[str, Any]) -> dict[str, Any]:
    """Write out the short forms of models' settings."""
    models = raw.get("models")
    if not isinstance(models, dict):
        return raw
    plain = {key: _plain_model(v) if isinstance(v, dict) else v for key, v in models.items()}
    return {**raw, "models": plain}


def _plain_model(model: dict[str, Any]) -> dict[str, Any]:
    """One stop word becomes a list of one, thinking in one word becomes a table."""
    model = dict(model)
    if isinstance(model.get("stop"), str):
        model["stop"] = [model["stop"]]
    if isinstance(thinking := model.get("thinking"), bool):
        model["thinking"] = {"mode": "on" if thinking else "off"}
    elif isinstance(thinking, str):
        model["thinking"] = {"mode" if thinking in ("on", "off", "auto") else "effort": thinking}
    return model


def _without(raw: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
    copy = {key: _without(v, []) if isinstance(v, dict) else v for key, v in raw.items()}
    for path in paths:
        part: Any = copy
        for key in path[:-1]:
            part = part[key]
        part.pop(path[-1], None)
    return copy

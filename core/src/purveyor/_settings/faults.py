"""What is wrong in a purveyor.toml: every fault, by its key, and no secret among them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import Struct, structs

from purveyor._settings.base_urls import address_fault, is_loopback
from purveyor._settings.credentials import header_fault, tidy
from purveyor._settings.file import Path
from purveyor._settings.schema import Settings, SupplierSettings
from purveyor.types.secret import Secret

Fault = tuple[Path, str]

EFFORTS: Final = ("minimal", "low", "medium", "high", "max")
_PLACE: Final = re.compile(r" - at `\$(.*)`$")


def suggestion(word: str, known: list[str]) -> str:
    """End a sentence about an unknown word: the nearest known one, or all of them."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}" if near else f"expected one of {', '.join(known)}"


def read_secret(kind: type, value: object) -> Secret:
    """Turn a text into a secret as it is read, so that no settings value can show it."""
    if kind is Secret and isinstance(value, str):
        return Secret(value, source="purveyor.toml")
    if isinstance(value, Secret):
        return value
    raise ValueError("Expected `str`")


def type_faults(value: object, kind: Any, at: Path = ()) -> Iterator[Fault]:
    """Give every unknown key and every value of a wrong type."""
    table, rows = _shape(kind)
    if (table or rows) and not isinstance(value, Mapping):
        yield at, "expected a table"
    elif table and isinstance(value, Mapping):
        types = {field.name: field.type for field in structs.fields(table)}
        for key, part in value.items():
            if key in types:
                yield from type_faults(part, types[key], (*at, key))
            else:
                yield (*at, key), f"unknown key; {suggestion(key, list(types))}"
    elif isinstance(value, Mapping) and rows:
        for key, part in value.items():
            yield from type_faults(part, rows, (*at, key))
    else:
        yield from _value_fault(value, kind, at)


def _shape(kind: Any) -> tuple[type[Struct] | None, Any]:
    """Tell a table (its type) from rows by name (the type of a row); neither is a plain value."""
    if get_origin(kind) in (Mapping, dict):
        return None, get_args(kind)[1]
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, Struct):
            return part, None
    return None, None


def _value_fault(value: object, kind: Any, at: Path) -> Iterator[Fault]:
    message = None
    try:
        msgspec.convert(value, kind, dec_hook=read_secret)
    except msgspec.ValidationError as err:
        message = str(err)
    if message is None:
        yield from not_finite(value, at)
        return
    choices = [
        part for item in get_args(kind) if get_origin(item) is Literal for part in get_args(item)
    ]
    place = _PLACE.search(message)
    if choices:  # the library's own message would quote the value
        message = "expected " + " or ".join(f'"{choice}"' for choice in choices)
    message = _PLACE.sub("", message).replace(" | null", "")
    where = f", at {place[1]}" if place else ""
    yield at, message[0].lower() + message[1:] + where


def not_finite(value: object, at: Path) -> Iterator[Fault]:
    """Give the numbers that are infinite or no number: TOML can write them, no wire can."""
    if isinstance(value, float) and not math.isfinite(value):
        yield at, "expected a finite number"
    parts = value.items() if isinstance(value, Mapping) else ()
    for key, part in parts:
        yield from not_finite(part, (*at, key))


def rule_faults(settings: Settings, *, is_found: bool = False) -> Iterator[Fault]:
    """Give what the types cannot see. `is_found`: the file is one that merely lay about here."""
    for name, supplier in settings.suppliers.items():
        for path, message in _supplier_faults(supplier, is_found=is_found):
            yield ("suppliers", name, *path), message
    for key, model_settings in settings.models.items():
        effort = model_settings.thinking and model_settings.thinking.effort
        if effort is not None and effort not in EFFORTS:
            yield ("models", key, "thinking"), f"expected on, off, auto, {', '.join(EFFORTS)}"
        supplier_name, _, model = key.partition(":")
        if not supplier_name or not model:
            yield ("models", key), 'expected supplier:model in quotes, as in [models."s:m"]'
    yield from _alias_faults(settings)
    for capability, target in structs.asdict(settings.defaults).items():
        if target is not None and not is_model_name(target):
            yield ("defaults", capability), "expected supplier:model, model or an alias"
    for name in settings.plugins.deny:
        if name in (settings.plugins.allow or ()):
            yield ("plugins", "deny"), f"{name} is also in allow; keep it in one of them"


def is_model_name(text: str) -> bool:
    """Tell whether a text can name a model: one word, nothing empty around its colon."""
    return re.fullmatch(r"[^\s:]+(:\S+)?", text) is not None


def _leads_away(supplier: SupplierSettings) -> bool:
    url = supplier.base_url
    return url is not None and supplier.auth is None and not is_loopback(url)


def _supplier_faults(supplier: SupplierSettings, *, is_found: bool) -> Iterator[Fault]:
    sources = supplier.key_sources()
    if len(sources) > 1:
        yield (sources[1],), f"{' and '.join(sources)} are both set; keep one of them"
    if sources and supplier.auth == "none":
        yield ("auth",), f'auth = "none" contradicts {sources[0]}; keep one of them'
    if supplier.api_key_command is not None and is_found:
        message = (
            "runs a program, so it is not read from a file found in the working directory; move"
            " it to ~/.config/purveyor/purveyor.toml, or name this file with PURVEYOR_CONFIG"
        )
        yield ("api_key_command",), message
    if supplier.api_key is not None and (fault := header_fault(tidy(supplier.api_key.bare()))):
        yield ("api_key",), fault
    if supplier.api_key_keyring is not None and not all(supplier.api_key_keyring.rpartition("/")):
        yield ("api_key_keyring",), "expected service/user"
    if supplier.base_url is not None and (fault := address_fault(supplier.base_url)):
        yield ("base_url",), fault
    elif is_found and _leads_away(supplier):
        message = (
            "would send your key where a file found in the working directory says; name this"
            " file with PURVEYOR_CONFIG, move it to ~/.config/purveyor/purveyor.toml, or say"
            ' auth = "none"'
        )
        yield ("base_url",), message
    for name, value in supplier.extra_headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            yield ("extra_headers", name), "is no header name"
        elif fault := header_fault(value.bare()):
            yield ("extra_headers", name), fault


def _alias_faults(settings: Settings) -> Iterator[Fault]:
    for name, target in settings.aliases.items():
        if not name or ":" in name or any(map(str.isspace, name)):
            yield ("aliases", name), "an alias is one word without a colon"
        elif name in settings.suppliers:
            yield ("aliases", name), f"shadows the supplier {name}; choose another name"
        elif not is_model_name(target):
            yield ("aliases", name), "expected supplier:model or another alias"
        elif cycle := _cycle(name, settings.aliases):
            yield ("aliases", name), f"leads back to itself: {' -> '.join(cycle)}"


def _cycle(name: str, aliases: Mapping[str, str]) -> list[str] | None:
    chain = [name]
    while (target := aliases.get(chain[-1])) is not None:
        chain.append(target)
        if target == name:
            return chain
        if target in chain[:-1]:
            return None  # a cycle, but not through this name
    return None

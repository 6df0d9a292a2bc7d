"""A supplier's key: where it is looked for, in which order, and what a usable one looks like."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from purveyor._settings.paths import expand, shown
from purveyor._settings.schema import SupplierSettings
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

Key = str | Secret | Callable[[], str]
"""A key as callers may pass it."""

Credentials = Callable[[SupplierCard], Secret | None]
"""A store of keys that an extension brings."""

COMMAND_SECONDS: Final = 10.0
_LARGEST_BYTES: Final = 64 * 1024


class KeySearch(Struct, frozen=True, kw_only=True):
    """What a search for a key found. `notes` tell where there was something, but no key."""

    secret: Secret | None = None
    notes: tuple[str, ...] = ()


class Reference(Struct, frozen=True, kw_only=True):
    """A supplier's table in purveyor.toml that refers to a key, and what reading it takes."""

    settings: SupplierSettings
    label: str
    folder: str
    environ: Mapping[str, str]


def tidy(value: str) -> str:
    """Take off what copying leaves around a key: BOM, white space, one pair of quotes."""
    value = value.strip().removeprefix("\ufeff").strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return value


def header_fault(value: str) -> str | None:
    """Say why a text cannot be sent in a header, None when it can; never quotes the text."""
    if "\n" in value or "\r" in value:
        return "holds a line break; expected one line"
    if not value.isascii():
        return "holds a letter that is not ASCII; copy it again from the supplier's page"
    if not value.isprintable():
        return "holds a control character; copy it again from the supplier's page"
    return None


def first_key(candidates: Iterable[Secret | str]) -> KeySearch:
    """Return the first candidate that is a key; a candidate that is a text is a note.

    Raises:
        ConfigError: a key cannot be sent in a header; names its source.
    """
    notes: list[str] = []
    for candidate in candidates:
        if isinstance(candidate, str):
            notes.append(candidate)
        elif secret := _usable(candidate):
            return KeySearch(secret=secret, notes=tuple(notes))
        else:
            notes.append(f"{candidate.source} is set but empty")
    return KeySearch(notes=tuple(notes))


def _usable(secret: Secret) -> Secret | None:
    value = tidy(secret.bare())
    if fault := header_fault(value):
        raise ConfigError(f"the key from {secret.source} {fault}")
    prefix = secret.reveal().removesuffix(secret.bare())
    return Secret(value, source=secret.source, prefix=prefix) if value else None


def from_argument(argument: Key | None) -> Iterator[Secret]:
    """Give the key that the caller passed."""
    if isinstance(argument, Secret):
        yield argument
    elif argument is not None:
        value = argument() if callable(argument) else argument
        if not isinstance(value, str):
            raise ConfigError(
                f"api_key is {type(value).__name__}; expected a string, a Secret, or a function"
                " that returns a string"
            )
        yield Secret(value, source="argument api_key")


def from_environment(names: Iterable[str], environ: Mapping[str, str]) -> Iterator[Secret]:
    """Give the keys that the environment holds under these names."""
    for name in names:
        if name in environ:
            yield Secret(environ[name], source=f"environment {name}")


def from_reference(reference: Reference) -> Iterator[Secret | str]:
    """Give the key that purveyor.toml holds or refers to."""
    settings, environ = reference.settings, reference.environ
    if settings.api_key is not None:
        yield Secret(settings.api_key.bare(), source=reference.label)
    elif settings.api_key_env is not None:
        name = settings.api_key_env
        if name not in environ:
            yield f"environment {name}, named by {reference.label}, is not set"
        yield from from_environment((name,), environ)
    elif settings.api_key_file is not None:
        path = os.path.join(reference.folder, expand(settings.api_key_file, environ))
        yield _from_file(path, reference)
    elif settings.api_key_command is not None:
        yield _from_command(settings.api_key_command, reference)
    elif settings.api_key_keyring is not None:
        from purveyor._settings.keyring import from_keyring

        yield from_keyring(settings.api_key_keyring, reference.label)


def _from_file(path: str, reference: Reference) -> Secret:
    name, label = shown(path, reference.environ), reference.label
    try:
        if not os.path.isfile(path):  # opening a pipe would wait for ever
            raise ConfigError(f"{name}, named by {label}, is no file; expected one with the key")
        with open(path, "rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise ConfigError(
                    f"{name}, named by {label}, can be read by other users; run: chmod 600 {name}"
                )
            content = file.read(_LARGEST_BYTES)
    except OSError as err:
        raise ConfigError(f"{name}, named by {label}, cannot be read: {err.strerror}") from err
    return Secret(content.decode("utf-8-sig", "replace"), source=f"file {name}")


def _from_command(command: tuple[str, ...], reference: Reference) -> Secret:
    """Run a command for the key it prints; its output never becomes part of an error."""
    import subprocess

    name, label = command[0], reference.label
    environ = None if reference.environ is os.environ else dict(reference.environ)
    output, problem = b"", None
    try:
        done = subprocess.run(
            [expand(name, reference.environ), *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            env=environ,
            check=False,
        )
    except subprocess.TimeoutExpired:
        problem = f"did not end within {COMMAND_SECONDS:g} s"
    except (OSError, ValueError) as err:
        problem = f"cannot be run: {getattr(err, 'strerror', None) or 'an argument is unusable'}"
    else:
        output = done.stdout
        if done.returncode:
            problem = f"ended with status {done.returncode}"
    if problem:  # outside the handlers: what they caught holds the output and the arguments
        raise ConfigError(f"command {name}, named by {label}, {problem}; run it to see why")
    return Secret(output.decode("utf-8-sig", "replace"), source=f"command {name}")


def missing_key_error(card: SupplierCard, search: KeySearch | None = None) -> ConfigError:
    """Make the error that says where a supplier's key may be put."""
    notes = "".join(f"; {note}" for note in search.notes) if search else ""
    first, *others = card.key_env or ("",)
    alternatives = f" (or {', '.join(others)})" if others else ""
    variables = f"set {first}{alternatives}, " if first else ""
    return ConfigError(
        f"no key for {card.name}{notes}; {variables}pass api_key=..., or add"
        f' [suppliers.{card.name}] to purveyor.toml; for an address that needs no key: auth="none"'
    )

"""Keys in the system's keyring, by the extra `purveyor[keyring]`; imported only when asked for."""

from __future__ import annotations

from typing import Any

from purveyor.errors import ConfigError
from purveyor.types.secret import Secret


def from_keyring(entry: str, label: str) -> Secret | str:
    """Read an entry `service/user`; a note where there is none."""
    keyring = _keyring(label)
    service, _, user = entry.rpartition("/")
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as err:
        raise ConfigError(
            f"the keyring, named by {label}, cannot be read: {type(err).__name__}; unlock it, or"
            " use api_key_env, api_key_file or api_key_command"
        ) from err
    if value is None:
        return f"keyring has no entry {entry}, named by {label}"
    return Secret(value, source=f"keyring {entry}")


def _keyring(label: str) -> Any:
    from importlib import import_module

    try:
        import_module("keyring.errors")
        return import_module("keyring")
    except ImportError as err:
        raise ConfigError(
            f"{label} keeps a key in the keyring; run: pip install 'purveyor[keyring]'"
        ) from err

"""A secret: a value that can be used, but not shown."""

from __future__ import annotations

from typing import Final, NoReturn

_LEGIBLE_LENGTH: Final = 12
_TELLING_LENGTH: Final = 4


class Secret:
    """A credential that cannot be printed, logged, serialised or recorded.

    Args:
        value: the credential, without surrounding white space.
        source: where it was found, for messages: `environment ORCHID_API_KEY`.
        prefix: what the wire wants before it: `Bearer `.
    """

    __slots__ = ("_prefix", "_value", "source")

    def __init__(self, value: str, *, source: str = "argument", prefix: str = "") -> None:
        self._value = value
        self._prefix = prefix
        self.source = source

    def reveal(self) -> str:
        """Give the value as the wire wants it; for transports and request signers only."""
        return self._prefix + self._value

    def bare(self) -> str:
        """Give the value without its prefix, so that it can be cut out of texts."""
        return self._value

    def prefixed(self, prefix: str) -> Secret:
        """Return the same secret, revealed as `prefix` + value."""
        return Secret(self._value, source=self.source, prefix=prefix)

    def masked(self) -> str:
        """Show its last four letters, or nothing of a short one."""
        tail = self._value[-4:] if len(self._value) >= _LEGIBLE_LENGTH else ""
        return f"***{tail}"

    def __repr__(self) -> str:
        return f"Secret({self.masked()!r}, source={self.source!r})"

    def __str__(self) -> str:
        return self.masked()

    def __format__(self, spec: str) -> str:
        return format(self.masked(), spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a secret cannot be pickled or copied; let the other process read its own ({self.source})"
        )

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def is_telling(secret: Secret) -> bool:
    """Whether a secret can be told apart from other text; a shorter one would shred it."""
    return len(secret.bare()) >= _TELLING_LENGTH


def redact(text: str, *secrets: Secret | None) -> str:
    """Cut live secrets out of a text that came from outside."""
    for secret in secrets:
        if secret is not None and is_telling(secret):
            text = text.replace(secret.bare(), "[secret removed]")
    return text

"""What purveyor.toml may say: its tables, as types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, structs

from purveyor.types.chat import Sampling, Thinking
from purveyor.types.secret import Secret
from purveyor.types.wire import Timeouts

Words = Annotated[tuple[str, ...], Meta(min_length=1)]
Seconds = Annotated[float, Meta(gt=0)]

KEY_SOURCES: Final = (
    "api_key",
    "api_key_env",
    "api_key_file",
    "api_key_command",
    "api_key_keyring",
)
"""Where a supplier's key may be said to be; at most one of them."""


def _named(table: Struct) -> str:
    """Show which keys of a table are set, and none of their values: some are free text."""
    stated = [key for key, value in structs.asdict(table).items() if value not in (None, {}, ())]
    return f"{type(table).__name__}({', '.join(stated)})"


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that knows its keys."""


class Defaults(_Table, frozen=True):
    """`[defaults]`: the model of a capability when the caller names none."""

    chat: str | None = None
    embedding: str | None = None
    rerank: str | None = None


class TimeoutSettings(_Table, frozen=True):
    """`[suppliers.<name>.timeouts]`: seconds, as in `Timeouts`; None leaves the default."""

    connect: Seconds | None = None
    idle: Seconds | None = None
    first_event: Seconds | None = None
    total: Seconds | None = None

    def over(self, base: Timeouts) -> Timeouts:
        """Return `base` with what is set here."""
        stated = {key: value for key, value in structs.asdict(self).items() if value is not None}
        return structs.replace(base, **stated) if stated else base


class SupplierSettings(_Table, frozen=True):
    """`[suppliers.<name>]`: how this user reaches a supplier."""

    api_key: Secret | None = None
    api_key_env: str | None = None
    api_key_file: str | None = None
    api_key_command: Words | None = None
    api_key_keyring: str | None = None
    base_url: str | None = None
    region: str | None = None
    auth: Literal["none"] | None = None
    timeouts: TimeoutSettings = TimeoutSettings()
    extra_headers: Mapping[str, Secret] = {}

    def __repr__(self) -> str:
        return _named(self)

    def key_sources(self) -> tuple[str, ...]:
        """Name the sources of a key that are set."""
        return tuple(name for name in KEY_SOURCES if getattr(self, name) is not None)


class ThinkingSettings(Thinking, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`thinking` of a model, as a table."""


class ModelSettings(Sampling, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[models."<supplier>:<model>"]`: what a model is used with by default."""

    thinking: ThinkingSettings | None = None
    dimensions: int | None = None
    extra_body: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        return _named(self)

    def sampling(self) -> Sampling:
        """Return the sampling settings alone."""
        return Sampling(**{key: getattr(self, key) for key in Sampling.__struct_fields__})


class PluginSettings(_Table, frozen=True):
    """`[plugins]`: which may be loaded (None: all), and whose distribution a shared name means."""

    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    choose: Mapping[str, str] = {}


class RetrySettings(_Table, frozen=True):
    """`[retry]`: how often and how long; None leaves the default."""

    attempts: Annotated[int, Meta(ge=1, le=100)] | None = None
    max_wait: Annotated[float, Meta(ge=0)] | None = None


class Settings(_Table, frozen=True):
    """The whole of purveyor.toml."""

    defaults: Defaults = Defaults()
    aliases: Mapping[str, str] = {}
    suppliers: Mapping[str, SupplierSettings] = {}
    models: Mapping[str, ModelSettings] = {}
    plugins: PluginSettings = PluginSettings()
    observe: Mapping[str, Any] = {}
    retry: RetrySettings = RetrySettings()

    def __repr__(self) -> str:
        return _named(self)

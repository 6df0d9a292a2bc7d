"""The settings of one file and one environment, as the other rooms ask for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from purveyor._settings import suppliers
from purveyor._settings.credentials import Credentials, Key, KeySearch, first_key
from purveyor._settings.layers import Layers
from purveyor._settings.paths import expand, user_folder
from purveyor._settings.schema import ModelSettings, PluginSettings, RetrySettings, Settings
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, SupplierCard
from purveyor.types.wire import Header, Timeouts

if TYPE_CHECKING:
    from purveyor._settings.describe import Setting

VARIABLES: Final = {
    "PURVEYOR_CONFIG": "the file to read instead of a purveyor.toml found nearby",
    "PURVEYOR_MODEL": "the chat model when the caller names none",
    "PURVEYOR_PLUGINS": "the only plugins that may be loaded: a,b",
    "PURVEYOR_PLUGINS_DENY": "plugins that are never loaded: a,b",
    "PURVEYOR_CACHE": "the cache folder, or off",
}
"""The environment variables that are ours, and what each of them says."""

_TIMEOUTS: Final = Timeouts()


class Config:
    """The settings of one file and one environment; safe to share between threads."""

    __slots__ = ("_layers",)

    def __init__(self, layers: Layers) -> None:
        self._layers = layers

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Make a configuration; its file is read, once, when it is first asked for something.

        Args:
            path: the file; None finds it: `PURVEYOR_CONFIG`, the working directory and above, the
                user's configuration folder.
            environ: stands in for the process's environment.
        """
        return cls(Layers(path, environ))

    def under(
        self,
        over: Mapping[str, Any],
        path: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Return this configuration with temporary settings, shaped like the file, over it."""
        return Config(self._layers.under(over, path, environ))

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that counts; no other room reads `os.environ`."""
        return self._layers.environ

    @property
    def path(self) -> str | None:
        """The file that was read, None where there is none."""
        return self._layers.path

    @property
    def settings(self) -> Settings:
        """What the file says.

        Raises:
            ConfigError: the file has a fault; the first is named, with its line.
        """
        return self._layers.settings

    @property
    def retry(self) -> RetrySettings:
        """How often and how long calls are tried."""
        return self.settings.retry

    @property
    def observe(self) -> Mapping[str, Any]:
        """What observers are told, as the file has it."""
        return self.settings.observe

    def resolve(self, name: str, *, is_taken: Callable[[str], bool] | None = None) -> str:
        """Return the model that an alias stands for; any other name as it is.

        Args:
            name: `model`, `supplier:model` or an alias.
            is_taken: tells whether a name is already a supplier's; asked about aliases only.
        Raises:
            ConfigError: the alias shadows a supplier.
        """
        aliases = self.settings.aliases
        while name in aliases:
            if is_taken is not None and is_taken(name):
                place = self._layers.place_of("aliases", name)
                raise ConfigError(
                    f"alias {name} ({place}) shadows the supplier {name}; choose another name"
                )
            name = aliases[name]
        return name

    def default_model(self, capability: Capability | str = Capability.CHAT) -> str | None:
        """Return the model to use when the caller names none, aliases resolved; None: not set."""
        name: str | None = getattr(self.settings.defaults, capability, None)
        if capability == Capability.CHAT and not self._layers.is_temporary("defaults", "chat"):
            name = self._layers.variable("PURVEYOR_MODEL") or name
        return self.resolve(name) if name else None

    def model_settings(self, supplier: str, model: str) -> ModelSettings:
        """Return the settings a model is used with unless the caller says more."""
        return self.settings.models.get(f"{supplier}:{model}") or ModelSettings()

    def auth_for(self, card: SupplierCard, argument: str | None = None) -> str:
        """Return how calls are authorised: as the caller says, the file, the supplier's card."""
        return argument or suppliers.table_of(self._layers, card)[1].auth or card.auth

    def secret_for(
        self,
        card: SupplierCard,
        *,
        argument: Key | None = None,
        credentials: Credentials | None = None,
    ) -> Secret | None:
        """Return the supplier's key, None where there is none; its `source` says where it was."""
        return self.search_key(card, argument=argument, credentials=credentials).secret

    def search_key(
        self,
        card: SupplierCard,
        *,
        argument: Key | None = None,
        credentials: Credentials | None = None,
    ) -> KeySearch:
        """Look for the supplier's key, and remember what was empty on the way.

        Args:
            card: the supplier.
            argument: the caller's key, or a function that returns it; counts first.
            credentials: asks the extensions; counts last.
        Raises:
            ConfigError: a key cannot be sent, or the file, command or keyring named for it fails.
        """
        return first_key(suppliers.key_candidates(self._layers, card, argument, credentials))

    def base_url_for(
        self,
        card: SupplierCard,
        capability: Capability,
        argument: str | None = None,
        region: str | None = None,
    ) -> str:
        """Return the address at which a capability is reached.

        First found: the caller's, the environment's, the file's, the region's, the card's.

        Raises:
            ConfigError: the address cannot be used, or there is no such region.
        """
        return suppliers.base_url(self._layers, card, capability, argument, region)

    def timeouts_for(self, card: SupplierCard, base: Timeouts = _TIMEOUTS) -> Timeouts:
        """Return the supplier's time limits: those of the file over `base`."""
        return suppliers.table_of(self._layers, card)[1].timeouts.over(base)

    def extra_headers_for(self, card: SupplierCard) -> tuple[Header, ...]:
        """Return the headers sent along with every request; values that may be keys as secrets."""
        return suppliers.extra_headers(self._layers, card)

    def plugins(self) -> PluginSettings:
        """Return which plugins may be loaded: the environment's lists in place of the file's."""
        stated = self.settings.plugins
        allow, deny = (
            self._words("allow", "PURVEYOR_PLUGINS"),
            self._words("deny", "PURVEYOR_PLUGINS_DENY"),
        )
        return PluginSettings(
            allow=allow or stated.allow, deny=deny or stated.deny, choose=stated.choose
        )

    def _words(self, key: str, variable: str) -> tuple[str, ...]:
        if self._layers.is_temporary("plugins", key):
            return ()
        words = self._layers.variable(variable).split(",")
        return tuple(word.strip() for word in words if word.strip())

    def cache_folder(self) -> str | None:
        """Return the folder for what can be found out again; None: keep nothing."""
        stated = self._layers.variable("PURVEYOR_CACHE")
        if stated:
            return None if stated == "off" else os.path.abspath(expand(stated, self.environ))
        return user_folder(self.environ, "XDG_CACHE_HOME", ".cache")

    def describe(self, cards: Sequence[SupplierCard] = ()) -> tuple[Setting, ...]:
        """Return every setting that was stated, its value and its source; secrets are masked.

        Args:
            cards: suppliers whose own variables are to be looked at too.
        """
        from purveyor._settings.describe import describe

        return tuple(describe(self._layers, tuple(VARIABLES), cards))

"""What online modules share: whom they call, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from purveyor._clients.connection import Connection
from purveyor._clients.runtime import Runtime, Target, runtime
from purveyor.errors import CapabilityNotOffered
from purveyor.modules.naming import Choice, choose
from purveyor.modules.options import ConnectionOptions
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability

if TYPE_CHECKING:
    from purveyor._clients.account import AccountClient
    from purveyor.config import ModelSettings

_CONNECTION = frozenset(ConnectionOptions.__annotations__)


class Line:
    """A module's line to its supplier: the choice, the target, the connection."""

    __slots__ = ("choice", "connection", "plugin", "runtime", "target")

    def __init__(
        self,
        capability: Capability,
        model: str | None,
        source: str | None,
        options: Mapping[str, Any],
        of: Runtime | None = None,
    ) -> None:
        self.runtime = of or runtime()
        said = {name: options[name] for name in options if name in _CONNECTION}
        self.choice: Choice = choose(self.runtime, capability, model, source, said.get("base_url"))
        if isinstance(said.get("api_key"), str):
            said["api_key"] = Secret(said["api_key"], source="argument api_key")
        self.target = Target(source=self.choice.source, **said)
        self.plugin = self.runtime.supplier(self.target)
        self.connection: Connection = self.runtime.connect(self.plugin, capability, self.target)

    def settings(self) -> ModelSettings:
        """Give what purveyor.toml says of the model."""
        name = self.connection.supplier  # the choice may have been made by an alias
        return self.runtime.config.model_settings(name, self.choice.model)

    def explain(self) -> str:
        """Tell in lines how the supplier, the address and the key were found."""
        endpoint = self.connection.endpoint
        secret = endpoint.secret
        return "\n".join(
            [
                str(self.choice),
                f"  address: {endpoint.base_url}",
                f"  key: {f'{secret} from {secret.source}' if secret else 'none'}",
                f"  plugin: {self.plugin.distribution}",
            ]
        )

    def account(self) -> AccountClient:
        """Open the supplier's account questions, over the same connection."""
        from purveyor._clients.account import AccountClient

        dialect = self.plugin.account(self.connection.endpoint)
        if dialect is None:
            raise CapabilityNotOffered(
                f"supplier {self.connection.supplier!r} tells nothing of its account"
            )
        return AccountClient(self.connection, dialect)

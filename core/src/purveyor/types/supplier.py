"""Cards: what a supplier or a framework is, as data; and the endpoint a call goes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct

from purveyor.types.secret import Secret


class Capability(StrEnum):
    """What a supplier may offer; everywhere in this order."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    RERANK = "rerank"
    FINETUNE = "finetune"
    DEPLOY = "deploy"


class ModelCard(Struct, frozen=True, kw_only=True):
    """What is known of a model; None is unknown.

    Args:
        name: the model's id at the supplier.
        capability: what it is for.
        context_tokens: its window.
        output_tokens: the most it writes.
        inputs: modalities it reads: `text`, `image`, `audio`, `file`.
        thinks: whether it reasons before it answers.
        dimensions: length of its vectors.
        retired: the day the supplier stops, or stopped, serving it.
        successor: what the supplier recommends instead.
    """

    name: str
    capability: Capability = Capability.CHAT
    context_tokens: int | None = None
    output_tokens: int | None = None
    inputs: tuple[str, ...] = ("text",)
    thinks: bool | None = None
    dimensions: int | None = None
    retired: date | None = None
    successor: str | None = None


class SupplierCard(Struct, frozen=True, kw_only=True):
    """A supplier as data: all the core needs to know to reach it.

    Args:
        name: the entry-point name, lower case.
        title: what people call it.
        docs: address of its API documentation.
        base_url: of its default region.
        regions: further regions by name: base addresses.
        base_urls: where a capability lives at another address.
        key_env: environment variables that may hold the key, first wins.
        auth: `bearer`, `none` (needs no key) or `custom` (the plugin signs).
        aliases: other names it answers to.
        default_models: per capability.
        models: what is known of its models; listing needs no key.
        capabilities: what the card offers, for listings that import nothing.
        api: (major, minor) of the hook specs it was written for.
    """

    name: str
    title: str
    docs: str
    base_url: str
    regions: Mapping[str, str] = {}
    base_urls: Mapping[Capability, str] = {}
    key_env: tuple[str, ...] = ()
    base_url_env: tuple[str, ...] = ()
    auth: str = "bearer"
    aliases: tuple[str, ...] = ()
    default_models: Mapping[Capability, str] = {}
    models: tuple[ModelCard, ...] = ()
    api: tuple[int, int] = (1, 0)

    def model(self, name: str) -> ModelCard | None:
        """Return the card of a model, None where nothing is known of it."""
        return next((card for card in self.models if card.name == name), None)


class FrameworkOption(Struct, frozen=True, kw_only=True):
    """One option of a framework: our name, its spelling on the command line, its type."""

    name: str
    flag: str
    type: type = str
    help: str = ""


class FrameworkCard(Struct, frozen=True, kw_only=True):
    """A local framework as data: what it can be told, and how its endpoint is reached."""

    name: str
    title: str
    docs: str
    executable: str
    options: tuple[FrameworkOption, ...] = ()
    health_path: str = "/health"
    dialect: str = "openai_compatible"
    capabilities: tuple[Capability, ...] = (Capability.CHAT,)
    api: tuple[int, int] = (1, 0)


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where a capability of a supplier is reached, and with what credential."""

    supplier: str
    capability: Capability
    base_url: str
    secret: Secret | None = None
    settings: Mapping[str, Any] = {}

    def url(self, path: str) -> str:
        """Join a path to the base address: no segment of either is ever lost."""
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"

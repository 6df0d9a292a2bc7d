"""Deploy: a model made callable, at a supplier or by a process of our own."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct


class DeployRequest(Struct, frozen=True, kw_only=True):
    """A model to make callable, and the options as the user gave them."""

    model: str
    host: str = "127.0.0.1"
    port: int = 0
    options: Mapping[str, Any] = {}


class DeploymentStatus(StrEnum):
    """Where a deployment stands."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"


class Deployment(Struct, frozen=True, kw_only=True):
    """A deployment at a supplier, as last seen; `model` is the name to call it by."""

    id: str
    status: DeploymentStatus
    raw_status: str | None = None
    model: str | None = None
    raw: Any = None


class LaunchPlan(Struct, frozen=True, kw_only=True):
    """A local engine to start: argv, never a shell line. `base_url` is where it will answer."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = {}
    host: str = "127.0.0.1"
    port: int
    health_path: str = "/health"
    base_url: str

"""What a deploy dialect is: generator procedures, driven by the core."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

from purveyor.errors import SupplierError
from purveyor.types.deploy import Deployment, DeployRequest
from purveyor.types.finetune import Step
from purveyor.types.wire import HttpReply

Procedure = Generator[Step, Any, Deployment]
"""Yields steps, is sent their results, returns the deployment as last seen."""


class DeployDialect(Protocol):
    """How one supplier says deploy."""

    def create(self, request: DeployRequest) -> Procedure:
        """Create a deployment; returns as soon as the supplier has it."""
        ...

    def watch(self, deployment_id: str) -> Procedure:
        """Poll a deployment until it answers or has failed."""
        ...

    def stop(self, deployment_id: str) -> Procedure:
        """Take a deployment down."""
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error."""
        ...

"""What a finetune dialect is: generator procedures, driven by the core."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

from purveyor.errors import SupplierError
from purveyor.types.finetune import FinetuneRequest, Job, Step
from purveyor.types.wire import HttpReply

Procedure = Generator[Step, Any, Job]
"""Yields steps, is sent their results, returns the job as last seen."""


class FinetuneDialect(Protocol):
    """How one supplier says finetune. The core journals each step and can resume after any."""

    def create(self, request: FinetuneRequest) -> Procedure:
        """Upload what is needed and create the job; returns as soon as the supplier has it."""
        ...

    def watch(self, job_id: str) -> Procedure:
        """Poll a job until it has ended."""
        ...

    def cancel(self, job_id: str) -> Procedure:
        """Ask the supplier to stop a job."""
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error."""
        ...

"""Finetune: what is trained, and the steps of a procedure that trains it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from msgspec import Struct

from purveyor.types.wire import HttpRequest


class FinetuneRequest(Struct, frozen=True, kw_only=True):
    """A base model and the file to train it on: JSONL, one conversation a line."""

    model: str
    training_file: PurePath
    validation_file: PurePath | None = None
    method: str = "supervised"
    suffix: str | None = None
    hyperparameters: Mapping[str, Any] = {}


class JobStatus(StrEnum):
    """Where a job stands; `UNKNOWN` keeps what the supplier said in `Job.raw_status`."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Job(Struct, frozen=True, kw_only=True):
    """A training job at a supplier, as last seen."""

    id: str
    status: JobStatus
    raw_status: str | None = None
    model: str | None = None
    tuned_model: str | None = None
    message: str | None = None
    trained_tokens: int | None = None
    raw: Any = None


class Sleep(Struct, frozen=True):
    """A step of a procedure: wait so many seconds."""

    seconds: float


class ReadFile(Struct, frozen=True):
    """A step of a procedure: read a file of the user's; the driver sends back its bytes."""

    path: PurePath


class Progress(Struct, frozen=True, kw_only=True):
    """A step of a procedure: tell the user how far it is. `done` is a fraction, None unknown."""

    text: str
    done: float | None = None
    job: Job | None = None


Step = HttpRequest | Sleep | ReadFile | Progress
"""What a procedure yields; the driver answers with a reply, None, bytes, None."""


class TrainPlan(Struct, frozen=True, kw_only=True):
    """How a local framework trains: a process to start, and where it leaves its result."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = {}
    output: PurePath
    progress_file: PurePath | None = None

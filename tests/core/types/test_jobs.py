"""Finetune and deploy: their values, and the shape of the procedures that will drive them."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import PurePath
from typing import Any

import msgspec
import pytest

from purveyor.dialects import deploy as deploy_dialect
from purveyor.dialects import finetune as finetune_dialect
from purveyor.types.deploy import Deployment, DeploymentStatus, DeployRequest, LaunchPlan
from purveyor.types.finetune import (
    FinetuneRequest,
    Job,
    JobStatus,
    Progress,
    ReadFile,
    Sleep,
    Step,
    TrainPlan,
)
from purveyor.types.wire import HttpReply, HttpRequest


def finetuned(request: FinetuneRequest) -> Generator[Step, Any, Job]:
    """Stands in for a supplier's procedure: read, send, wait, tell."""
    rows: bytes = yield ReadFile(request.training_file)
    reply: HttpReply = yield HttpRequest("POST", "https://acme.test/files", body=rows)
    yield Sleep(5)
    job = Job(id=reply.text(), status=JobStatus.QUEUED, raw_status="validating")
    yield Progress(text="queued", job=job)
    return job


def test_a_procedure_yields_steps_and_is_sent_their_results():
    """So that the core can drive it, waiting or awaiting, and journal each step."""
    request = FinetuneRequest(model="m", training_file=PurePath("rows.jsonl"))
    procedure: finetune_dialect.Procedure = finetuned(request)
    assert next(procedure) == ReadFile(PurePath("rows.jsonl"))
    sent = procedure.send(b"{}")
    assert isinstance(sent, HttpRequest)
    assert procedure.send(HttpReply(200, {}, b"job-1")) == Sleep(5)
    told = procedure.send(None)
    assert isinstance(told, Progress)
    with pytest.raises(StopIteration) as end:
        procedure.send(None)
    job = Job(id="job-1", status=JobStatus.QUEUED, raw_status="validating")
    assert end.value.value == job


def test_statuses_are_ours_beside_the_suppliers_words():
    """Five and one unknown; four of a deployment."""
    assert list(JobStatus) == ["queued", "running", "succeeded", "failed", "cancelled", "unknown"]
    assert list(DeploymentStatus) == ["pending", "running", "stopped", "failed"]


def test_a_job_can_be_kept_and_read_again():
    """Its journal is JSON."""
    job = Job(id="1", status=JobStatus.SUCCEEDED, tuned_model="ft:m", trained_tokens=5)
    assert msgspec.json.decode(msgspec.json.encode(job), type=Job) == job


def test_plans_are_argv_and_never_a_shell_line():
    """For an engine and for a trainer."""
    plan = LaunchPlan(argv=("vllm", "serve", "m"), port=8000, base_url="http://127.0.0.1:8000/v1")
    assert (plan.host, plan.health_path) == ("127.0.0.1", "/health")
    assert TrainPlan(argv=("train",), output=PurePath("out")).env == {}
    assert DeployRequest(model="m").port == 0
    deployment = Deployment(id="d", status=DeploymentStatus.RUNNING, model="m")
    assert deployment.raw_status is None
    assert deploy_dialect.DeployDialect.create.__doc__

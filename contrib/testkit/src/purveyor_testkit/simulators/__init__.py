"""Simulators: suppliers as functions from a request to a reply, and the same on loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from purveyor.errors import SupplierNotFound
from purveyor.plugin import (
    AuthenticationError,
    BadRequest,
    ContextLengthExceeded,
    NotFound,
    RateLimited,
    ServerError,
)
from purveyor_testkit.simulators.answers import Answer, Call, answer_to, example_of
from purveyor_testkit.simulators.base import Handler, Reply, Simulator, WireError
from purveyor_testkit.simulators.compatible import AddressSimulator, CompatibleSimulator
from purveyor_testkit.simulators.deepseek import deepseek
from purveyor_testkit.simulators.doubao import doubao
from purveyor_testkit.simulators.glm import glm
from purveyor_testkit.simulators.kimi import kimi
from purveyor_testkit.simulators.openai import FIELDS, openai
from purveyor_testkit.simulators.qwen import qwen
from purveyor_testkit.simulators.sensenova import sensenova
from purveyor_testkit.simulators.serve import Served, serve

__all__ = [
    "Answer",
    "Call",
    "CompatibleSimulator",
    "Handler",
    "Reply",
    "Served",
    "Simulator",
    "WireError",
    "address",
    "answer_to",
    "deepseek",
    "doubao",
    "example_of",
    "glm",
    "kimi",
    "make",
    "names",
    "openai",
    "qwen",
    "sensenova",
    "serve",
]


def _plain_error(status: int, expected: type, message: str) -> WireError:
    return WireError(status=status, body={"error": {"message": message}}, expected=expected)


_ADDRESS_ERRORS: Final = {
    "bad_request": _plain_error(400, BadRequest, "bad request"),
    "context": _plain_error(400, ContextLengthExceeded, "maximum context length is 8192 tokens"),
    "wrong_key": _plain_error(401, AuthenticationError, "wrong key"),
    "missing_model": _plain_error(404, NotFound, "no such model"),
    "rate": _plain_error(429, RateLimited, "too many requests"),
    "server": _plain_error(500, ServerError, "internal error"),
}


def address() -> CompatibleSimulator:
    """Make a simulator of an engine or gateway that speaks the shared wire, rerank included."""
    simulator = AddressSimulator(
        "address",
        base_path="/v1",
        models=("small",),
        fields=FIELDS,
        errors=_ADDRESS_ERRORS,
    )
    simulator.routes["POST", "/v1/embeddings"] = simulator.embed
    simulator.routes["POST", "/v1/rerank"] = simulator.rerank
    return simulator


_MAKERS: Final[dict[str, Callable[[], CompatibleSimulator]]] = {
    "address": address,
    "deepseek": deepseek,
    "doubao": doubao,
    "glm": glm,
    "kimi": kimi,
    "openai": openai,
    "qwen": qwen,
    "sensenova": sensenova,
}


def names() -> tuple[str, ...]:
    """Give the names of the simulators there are."""
    return tuple(_MAKERS)


def make(name: str) -> CompatibleSimulator:
    """Make a simulator by its name.

    Raises:
        SupplierNotFound: there is none of that name.
    """
    maker = _MAKERS.get(name)
    if maker is None:
        raise SupplierNotFound(
            f"no simulator named {name!r}; there are: {', '.join(names())}."
            " For a supplier of your own write a function from HttpRequest to HttpReply"
        )
    return maker()

"""What all conformance classes share: the supplier, its simulator, what is closed, parameters."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import pytest

from purveyor.testing import Handler
from purveyor_testkit.conformance.bench import Bench, on_the_bench
from purveyor_testkit.simulators import Simulator, WireError, make

NOTHING: Final = "nothing"
"""Stands for the values of a check that has none; the plugin leaves such checks out."""


class Conformance:
    """The checks of one capability; a plugin's author subclasses it.

    Attributes:
        supplier: its name.
        plugin: the supplier as an object, where it is not installed.
        simulator: what answers for it: a function from request to reply that keeps the rules of
            `purveyor_testkit.simulators.answers`; None takes the kit's own of that name.
        closed: features that the supplier does not offer, each with the reason.
        models: the model to ask for a feature, where the default model lacks it.
        options: further options of a feature's call, where it needs them.
        errors: the supplier's error table; None takes the simulator's.
    """

    capability: ClassVar[str]
    supplier: ClassVar[str] = ""
    plugin: ClassVar[object | None] = None
    simulator: ClassVar[Handler | None] = None
    closed: ClassVar[Mapping[str, str]] = {}
    models: ClassVar[Mapping[str, str]] = {}
    options: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    errors: ClassVar[Mapping[str, WireError] | None] = None

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        """Put the supplier on the bench, alone in a fresh runtime."""
        kind = type(self)
        with on_the_bench(kind.supplier, kind.plugin, kind.make_simulator()) as bench:
            yield bench

    @classmethod
    def make_simulator(cls) -> Handler:
        """Give what answers: the author's function, or a fresh simulator of the kit's."""
        own = inspect.getattr_static(cls, "simulator", None)
        if own is None:
            return make(cls.supplier)
        handler: Handler = own.__func__ if isinstance(own, staticmethod) else own
        return handler

    @classmethod
    def error_table(cls) -> Mapping[str, WireError]:
        """Give the supplier's errors, by name."""
        if cls.errors is not None:
            return cls.errors
        simulator = cls.make_simulator()
        return simulator.errors if isinstance(simulator, Simulator) else {}

    @classmethod
    def feature_names(cls) -> Sequence[str]:
        """Name every feature there is for this capability."""
        return ()

    @classmethod
    def parameters(cls) -> dict[str, Sequence[Any]]:
        """Give the values that checks are run with, by the name of their argument."""
        closed = set(cls.closed)
        return {
            "error_name": sorted(cls.error_table()),
            "feature": [name for name in cls.feature_names() if name not in closed],
            "closed_feature": [name for name in cls.feature_names() if name in closed],
        }

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each check once per value; one that has no value has nothing to check."""
        for name, values in self.parameters().items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values or [NOTHING])

    def test_what_is_closed_is_known_and_has_a_reason(self) -> None:
        """A closed feature says why; a name that no check knows is a mistake."""
        unknown = sorted(set(self.closed) - set(self.feature_names()))
        assert not unknown, f"no such feature: {unknown}; there are: {list(self.feature_names())}"
        silent = sorted(name for name, reason in self.closed.items() if not reason.strip())
        assert not silent, f"closed without a reason: {silent}; say why in closed={{...}}"

    def test_the_card_says_what_callers_need(self, bench: Bench) -> None:
        """Where it is, what documents it, and which model answers by default."""
        card = bench.plugin.card
        assert card.name == self.supplier
        assert card.docs.startswith("https://") or "://" not in card.docs
        assert self.capability in card.default_models
        assert card.auth == "none" or card.auth == "custom" or card.key_env

"""The kit as a plugin of pytest: network guard, cassettes, and a count of conformance checks.

pytest imports this before coverage begins: nothing of purveyor is imported before it is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from purveyor_testkit.cassettes import Deck

_CHECK = "purveyor_check"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kit."""
    group = parser.getgroup("purveyor")
    group.addoption("--record", action="store_true", help="record cassettes anew, over the network")
    group.addoption("--live", action="store_true", help="run the tests marked live, too")
    parser.addini(
        "purveyor_network", "loopback: refuse any other; any: refuse nothing", default="loopback"
    )
    parser.addini("purveyor_cassettes", "where cassettes are, below the root", default="cassettes")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line("markers", "live: talks to a real supplier; runs with --live only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out live tests, and label conformance checks for the summary."""
    wants_live = config.getoption("--live") or "live" in (config.getoption("-m") or "")
    live = [] if wants_live else [item for item in items if item.get_closest_marker("live")]
    if live:
        config.hook.pytest_deselected(items=live)
    items[:] = [item for item in items if item not in live and not _checks_nothing(item)]
    for item in items:
        if _is_check(item):
            kind = item.cls  # type: ignore[attr-defined]
            label = (kind.supplier, kind.capability, len(kind.closed))
            item.user_properties.append((_CHECK, label))


def _is_check(item: pytest.Item) -> bool:
    kind = getattr(item, "cls", None)
    return hasattr(kind, "feature_names") and hasattr(kind, "error_table")


def _checks_nothing(item: pytest.Item) -> bool:
    """Whether a check was made for a list of values that is empty: see `Conformance`."""
    values = getattr(getattr(item, "callspec", None), "params", {})
    return _is_check(item) and "nothing" in values.values()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many checks each supplier was put through."""
    checks: Counter[tuple[str, str, int]] = Counter()
    failed: Counter[tuple[str, str, int]] = Counter()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            for name, label in getattr(report, "user_properties", ()):
                if name == _CHECK:
                    checks[tuple(label)] += 1
                    failed[tuple(label)] += outcome != "passed"
    for label in sorted(checks):
        supplier, capability, closed = label
        bad = f", {failed[label]} FAILED" if failed[label] else ""
        terminalreporter.write_line(
            f"conformance: {supplier} {capability} {checks[label]} checks, {closed} closed{bad}"
        )


@pytest.fixture(autouse=True)
def purveyor_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse connections beyond this machine, unless the test is live or records."""
    is_free = (
        request.config.getini("purveyor_network") == "any"
        or request.node.get_closest_marker("live")
        or (request.config.getoption("--record") and "cassette" in request.fixturenames)
    )
    if is_free:
        yield
        return
    from purveyor_testkit.network_guard import guarded

    with guarded(request.node.nodeid):
        yield


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Iterator[Deck]:
    """Play cassettes: `cassette("kimi/chat_hello")`; what is not played fails the test."""
    from purveyor_testkit.cassettes import Deck

    root = request.config.rootpath / request.config.getini("purveyor_cassettes")
    deck = Deck(root, records=bool(request.config.getoption("--record")))
    with deck:
        yield deck

"""Proves a supplier plugin: conformance checks, simulators, faults, cassettes, a network guard."""

from __future__ import annotations

from purveyor_testkit._extension import extension

__all__ = ["extension"]

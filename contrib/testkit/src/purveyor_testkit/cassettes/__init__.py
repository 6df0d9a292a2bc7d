"""Cassettes: recorded traffic that says where it comes from and holds no key."""

from __future__ import annotations

from purveyor_testkit.cassettes.playing import Deck, playing, recording
from purveyor_testkit.cassettes.provenance import CassetteError, Provenance, read_provenance
from purveyor_testkit.cassettes.scrubbing import demand_no_secret

__all__ = [
    "CassetteError",
    "Deck",
    "Provenance",
    "demand_no_secret",
    "playing",
    "read_provenance",
    "recording",
]

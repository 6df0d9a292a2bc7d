"""A secret is used, but never shown."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import msgspec
import pytest

from purveyor.types.secret import Secret, redact

KEY = "sk-canary-0123456789abcdef"


@pytest.mark.parametrize(
    "shown",
    [
        repr(Secret(KEY)),
        str(Secret(KEY)),
        f"{Secret(KEY)}",
        f"{Secret(KEY):>40}",
        f"{Secret(KEY)!r}",
        "%s %r" % (Secret(KEY), Secret(KEY)),
        repr([Secret(KEY)]),
        repr({"key": Secret(KEY).prefixed("Bearer ")}),
        str(Secret(KEY).__dir__()),
    ],
)
def test_no_way_of_printing_shows_it(shown):
    """Only its last four letters."""
    assert KEY not in shown
    assert KEY[:-4] not in shown


def test_a_log_does_not_show_it(caplog):
    """Whatever the format."""
    logging.getLogger("any").warning("using %s, %r", Secret(KEY), Secret(KEY))
    assert KEY not in caplog.text
    assert "cdef" in caplog.text


@pytest.mark.parametrize("write", [json.dumps, msgspec.json.encode, msgspec.msgpack.encode])
def test_it_cannot_be_written(write):
    """No serialiser knows it."""
    with pytest.raises(TypeError):
        write({"key": Secret(KEY)})


def test_it_cannot_be_pickled():
    """Another process reads its own; the message says where from."""
    with pytest.raises(TypeError, match="environment X"):
        pickle.dumps(Secret(KEY, source="environment X"))


def test_a_copy_is_itself():
    """So that values that hold one can be copied."""
    secret = Secret(KEY)
    assert copy.copy(secret) is secret
    assert copy.deepcopy({"key": secret})["key"] is secret


def test_a_short_secret_shows_nothing():
    """Four letters of eight would be half of it."""
    assert Secret("12345678").masked() == "***"


def test_it_is_revealed_with_its_prefix():
    """As the wire wants it; bare, it can be cut out of texts."""
    secret = Secret(KEY).prefixed("Bearer ")
    assert secret.reveal() == f"Bearer {KEY}"
    assert secret.bare() == KEY
    assert secret != Secret(KEY)
    assert secret == Secret(KEY, prefix="Bearer ")
    assert len({secret, Secret(KEY, prefix="Bearer ")}) == 1


def test_an_empty_secret_is_false():
    """And a set one true."""
    assert not Secret("")
    assert Secret("x")


def test_it_is_cut_out_of_texts():
    """Everywhere it stands; one too short to be told apart is left."""
    assert KEY not in redact(f"no {KEY}, {KEY}", Secret(KEY), None)
    assert redact("abc", Secret("abc")) == "abc"

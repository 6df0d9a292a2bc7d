"""The kit as an extension: a log of calls, and a command that serves a simulator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from purveyor import OnlineChatModule, errors
from purveyor.testing import answer_with, fresh_runtime
from purveyor_testkit.commands import simulate
from purveyor_testkit.simulators import make


def test_calls_are_logged_where_the_settings_ask_for_it(tmp_path):
    """One line a call: who, how long, how much, what went wrong; never the key."""
    path = tmp_path / "calls.jsonl"
    with fresh_runtime({"observe": {"call_log": str(path)}}):
        answer_with(make("kimi"))
        module = OnlineChatModule("kimi", api_key="key-of-mine")
        module("hi there")
        with pytest.raises(errors.ContentFiltered):
            module("simulate filtered")
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["supplier"], first["capability"], first["input_tokens"]) == ("kimi", "chat", 2)
    assert (first["error"], second["error"]) == (None, "ContentFiltered")
    assert "key-of-mine" not in path.read_text()


def test_calls_are_logged_on_standard_error(capsys):
    """Where the setting is just true."""
    with fresh_runtime({"observe": {"call_log": True}}):
        answer_with(make("kimi"))
        OnlineChatModule("kimi", api_key="key")("hi there")
    assert json.loads(capsys.readouterr().err)["model"] == "kimi-k2.6"


def test_nothing_is_observed_unasked():
    """An installed kit costs no call anything."""
    with fresh_runtime() as runtime:
        assert runtime.manager.observers({}) == ()


def test_a_simulator_can_be_served_from_the_command_line():
    """It prints its base address, and ends when it is interrupted."""
    code = "from purveyor_testkit.commands import simulate; simulate()"
    command = [sys.executable, "-c", code, "kimi"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        assert served.stderr is not None
        base_url = served.stdout.readline().strip()
        with fresh_runtime():
            assert (
                OnlineChatModule("kimi", api_key="key", base_url=base_url)("hi") == "You said: hi"
            )
        os.kill(served.pid, signal.SIGINT)
        assert "1 requests answered" in served.stderr.read()
        assert served.wait(10) == 0


def test_an_unknown_simulator_is_named():
    """With those that there are."""
    result = CliRunner().invoke(simulate, ["nope"])
    assert result.exit_code == 1
    assert "no simulator named 'nope'" in result.output

"""The network guard: no test reaches beyond this machine by accident."""

from __future__ import annotations

import asyncio
import socket

import pytest

from purveyor import OnlineChatModule
from purveyor.testing import fresh_runtime
from purveyor_testkit.network_guard import NetworkRefused
from purveyor_testkit.simulators import kimi, serve

pytest_plugins = ["pytester"]

FAR = ("192.0.2.1", 80)

CONNECTS = f"""
import pytest
import socket

def connect():
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.connect_ex({FAR!r})  # of a datagram socket: nothing is sent

def test_plain():
    connect()

@pytest.mark.live
def test_live():
    connect()
"""


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_a_far_address_is_refused(name):
    """The error names the test and the address."""
    with socket.socket() as sock, pytest.raises(NetworkRefused, match="test_a_far.*192.0.2.1"):
        getattr(sock, name)(FAR)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_datagram_is_refused(family):
    """Names are asked for over UDP: that is network, too."""
    host = "192.0.2.1" if family == socket.AF_INET else "2001:db8::1"
    with socket.socket(family, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefused):
        sock.sendto(b"x", (host, 53))


def test_asyncio_is_guarded():
    """It connects by the same socket."""

    async def connect() -> None:
        await asyncio.open_connection(*FAR)

    with pytest.raises(NetworkRefused):
        asyncio.run(connect())


def test_loopback_is_free():
    """A simulator behind a real socket needs it."""
    with fresh_runtime(), serve(kimi()) as served:
        module = OnlineChatModule("kimi", api_key="key", base_url=served.base_url)
        assert module("hi") == "You said: hi"


def test_a_module_over_the_network_is_refused():
    """The guard is no broken line: it is not tried again, and not turned into another error."""
    with fresh_runtime(), pytest.raises(NetworkRefused):
        OnlineChatModule("kimi", api_key="key", base_url="http://192.0.2.1/v1")("hi")


def test_live_tests_are_left_out(pytester):
    """Unless they are asked for, by option or by marker."""
    pytester.makepyfile(CONNECTS)
    plain = pytester.runpytest_subprocess("-p", "no:asyncio").parseoutcomes()
    assert plain == {"failed": 1, "deselected": 1}
    for asked in (("--live",), ("-m", "live")):
        outcomes = pytester.runpytest_subprocess("-p", "no:asyncio", *asked).parseoutcomes()
        assert outcomes["passed"] == 1


def test_the_guard_can_be_switched_off(pytester):
    """For a suite of one's own that needs the network everywhere."""
    pytester.makepyfile(CONNECTS)
    pytester.makeini("[pytest]\npurveyor_network = any")
    assert pytester.runpytest_subprocess("-p", "no:asyncio").parseoutcomes()["passed"] == 1

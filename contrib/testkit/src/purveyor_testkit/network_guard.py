"""The network guard: a test that connects beyond this machine fails, and says where to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_GUARDED: Final = ("connect", "connect_ex", "sendto")


class NetworkRefused(Exception):
    """A test tried to reach beyond this machine.

    It is no `OSError`, so that no client takes it for a broken line and tries again.
    """


def is_local(address: Any, family: int) -> bool:
    """Whether an address is on this machine: loopback, or no internet address at all."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def guarded(test: str) -> Iterator[None]:
    """Refuse connections beyond this machine while the block lasts, in all threads."""
    originals = {name: getattr(socket.socket, name) for name in _GUARDED}
    for name, original in originals.items():
        setattr(socket.socket, name, _guard(original, test))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(socket.socket, name, original)


def _guard(original: Callable[..., Any], test: str) -> Callable[..., Any]:
    def guard(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if not is_local(address, self.family):
            self.close()  # whoever opened it expects an OSError, and would leave it open
            raise NetworkRefused(
                f"{test} connects to {address}; use a simulator or a cassette,"
                " or mark the test live (@pytest.mark.live, run with --live)"
            )
        return original(self, *arguments)

    return guard

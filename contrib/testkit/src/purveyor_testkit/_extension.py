"""The test kit as an extension of purveyor: a log of calls, and the command `simulate`.

It is imported with pytest's plugins, before coverage has begun: so nothing of purveyor is
imported here before it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pluggy import HookimplMarker

if TYPE_CHECKING:
    from purveyor_testkit.call_log import CallLog

hookimpl = HookimplMarker("purveyor")


class TestkitExtension:
    """What the test kit adds to purveyor where it is installed."""

    @hookimpl
    def purveyor_observe(self, settings: dict[str, Any]) -> CallLog | None:
        """Log calls where `[observe] call_log` is a path, or true for standard error."""
        target = settings.get("call_log")
        if not target:
            return None
        from purveyor_testkit.call_log import CallLog

        return CallLog(None if target is True else target)

    @hookimpl
    def purveyor_commands(self, cli: Any) -> None:
        """Add `purveyor simulate`."""
        from purveyor_testkit.commands import simulate

        cli.add_command(simulate)


extension = TestkitExtension()

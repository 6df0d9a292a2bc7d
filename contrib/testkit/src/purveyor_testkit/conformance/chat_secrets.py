"""Secrets: the canary shows nowhere, whatever the supplier echoes and whatever goes wrong."""

from __future__ import annotations

import logging
import pickle
import traceback
from pathlib import Path
from typing import Any, Final

import pytest

from purveyor import errors
from purveyor.plugin import HttpReply
from purveyor_testkit.conformance.bench import CANARY, FACES, STREAMED, Bench, Face, ask
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.faults import Faults

_ECHO: Final = (
    '{"error": {"message": "bad key %s", "code": "%s", "type": "%s", "param": "%s"},'
    ' "request_id": "%s", "headers": ["Bearer %s"]}'
)


def echo(status: int) -> HttpReply:
    """Make a reply that shows the caller's key wherever there is room."""
    return HttpReply(status, {"x-request-id": f"req-{CANARY}"}, _echoed().encode())


def _echoed() -> str:
    return _ECHO.replace("%s", CANARY)


def traces_of(error: BaseException) -> dict[str, str]:
    """Give everything that a log, a console or a queue may see of an error."""
    seen: dict[str, str] = {}
    current: BaseException | None = error
    while current is not None:
        name = type(current).__name__
        seen[f"message of {name}"] = str(current)
        seen[f"repr of {name}"] = repr(current)
        seen[f"args of {name}"] = repr(current.args)
        seen[f"attributes of {name}"] = repr(vars(current))
        current = current.__cause__ or current.__context__
    seen["traceback"] = "".join(traceback.format_exception(error))
    seen["pickle"] = repr(pickle.dumps(error))
    return seen


def demand_clean(seen: dict[str, Any]) -> None:
    """Fail where the canary shows."""
    leaks = sorted(place for place, text in seen.items() if CANARY in str(text))
    assert not leaks, f"the key shows in: {', '.join(leaks)}"


class ChatSecrets(Conformance):
    """Where a key must not show."""

    def test_a_module_shows_no_key(self, bench: Bench) -> None:
        """Not when it is printed, explained or looked into."""
        module = bench.chat()
        request = module.request("hi there")
        demand_clean(
            {
                "repr": repr(module),
                "str": str(module),
                "explain": module.explain(),
                "request": repr(request),
                "wire request": repr(bench.chat_dialect().encode(request)),
                "dialect": repr(bench.chat_dialect()),
                "endpoint": repr(bench.endpoint(bench.plugin.capabilities()[0])),
            }
        )

    @pytest.mark.parametrize("face", FACES)
    def test_a_reply_shows_no_key(self, bench: Bench, face: Face) -> None:
        """Neither printed nor pickled."""
        response = ask(bench.chat(), face, "hi there")
        demand_clean({"repr": repr(response), "pickle": repr(pickle.dumps(response))})

    @pytest.mark.parametrize("face", FACES)
    @pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
    def test_an_error_shows_no_key(self, bench: Bench, face: Face, status: int) -> None:
        """Suppliers echo keys in messages, codes and headers; we do not pass them on."""
        bench.server = Faults(bench.server).fails(echo(status))
        with pytest.raises(errors.SupplierError) as caught:
            ask(bench.chat(), face, "hi there")
        demand_clean(traces_of(caught.value))

    @pytest.mark.parametrize("face", FACES)
    def test_what_cannot_be_read_shows_no_key(self, bench: Bench, face: Face) -> None:
        """Nor does a body that is no JSON."""
        bench.server = Faults(bench.server).fails(HttpReply(200, {}, f"oops {CANARY}".encode()))
        with pytest.raises(errors.SupplierError) as caught:
            ask(bench.chat(), face, "hi there")
        demand_clean(traces_of(caught.value))

    @pytest.mark.parametrize("face", STREAMED)
    def test_an_error_frame_shows_no_key(self, bench: Bench, face: Face) -> None:
        """What had arrived is kept, the key that came with the error is not."""
        _, body = bench.body_of_stream("one two three four")
        frame = f"data: {_echoed()}\n\n".encode()
        bench.server = Faults(bench.server).inserts(frame, after=body.count(b"\n\n") - 4)
        with pytest.raises(errors.SupplierError) as caught:
            ask(bench.chat(), face, "one two three four")
        demand_clean(traces_of(caught.value))

    @pytest.mark.parametrize("face", FACES)
    def test_a_log_shows_no_key(
        self, bench: Bench, face: Face, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not at DEBUG, not in a success, not in a failure."""
        with caplog.at_level(logging.DEBUG):
            ask(bench.chat(), face, "hi there")
            bench.server = Faults(bench.server).fails(echo(401))
            with pytest.raises(errors.SupplierError):
                ask(bench.chat(), face, "hi there")
        demand_clean({"log": caplog.text})

    def test_a_refusal_before_sending_shows_no_key(self, bench: Bench) -> None:
        """An option that nobody knows is named, and nothing else."""
        with pytest.raises(errors.PurveyorError) as caught:
            bench.chat()("hi there", temprature=1)  # type: ignore[call-arg]
        demand_clean(traces_of(caught.value))

    def test_a_cassette_holds_no_key(self, bench: Bench, tmp_path: Path) -> None:
        """What is recorded of a real call can be given to everybody."""
        from purveyor.testing import use_transports
        from purveyor_testkit.cassettes import Provenance, recording
        from purveyor_testkit.simulators import serve

        path = tmp_path / "cassette.yaml"
        provenance = Provenance(kind="simulated", source="the test kit", date="2026-11-23")
        server = bench.server
        bench.server = Faults(server).fails_first(echo(400))
        if bench.plugin.card.base_url.startswith("http"):
            use_transports("http", None)
        with serve(bench.answer) as served, recording(path, provenance):
            base_url = served.base_url + getattr(server, "base_path", "")
            module = bench.chat(base_url=base_url)
            with pytest.raises(errors.SupplierError):
                module("hi there")
            assert module("hi there") == "You said: hi there"
        demand_clean({"cassette": path.read_text()})
        assert "You said" in path.read_text()

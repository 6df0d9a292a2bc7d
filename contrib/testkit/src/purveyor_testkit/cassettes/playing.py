"""Playing and recording on vcrpy: one cassette is one file, matched by what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from purveyor_testkit.cassettes.provenance import CassetteError, Provenance, read_provenance
from purveyor_testkit.cassettes.scrubbing import (
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    demand_no_secret,
    kept_headers,
    secrets_of,
    without,
)

if TYPE_CHECKING:
    from vcr.cassette import Cassette

_MATCH_ON: Final = ("method", "host", "path", "query", "json_body")


class Scrubber:
    """Takes out of interactions what must not be written; remembers the keys it has seen."""

    def __init__(self) -> None:
        self.secrets: list[str] = []

    def request(self, request: Any) -> Any:
        """Give the request as it may be written and compared."""
        from vcr.request import Request

        self.secrets.extend(secrets_of(request.headers))
        headers = kept_headers(request.headers, REQUEST_HEADERS)
        body = without(request.body, self.secrets)
        return Request(request.method, without(request.uri, self.secrets), body, headers)

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """Give the response as it may be written."""
        headers = kept_headers(response["headers"], RESPONSE_HEADERS)
        body = {"string": without(response["body"]["string"], self.secrets)}
        scrubbed = {"headers": without(headers, self.secrets), "body": body}
        return {**response, **scrubbed}


class Written:
    """The form of the file: provenance at the top, checked for secrets both ways."""

    def __init__(self, name: str, scrubber: Scrubber, provenance: Provenance | None) -> None:
        self._name = name
        self._scrubber = scrubber
        self.provenance = provenance

    def serialize(self, interactions: dict[str, Any]) -> str:
        """Write a cassette."""
        if self.provenance is None:
            raise CassetteError(f"cassette {self._name} is recorded without provenance")
        document = {"provenance": self.provenance.written(), **interactions}
        text: str = _yaml().dump(
            document, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=100
        )
        demand_no_secret(text, self._name, self._scrubber.secrets)
        return text

    def deserialize(self, text: str) -> dict[str, Any]:
        """Read a cassette."""
        demand_no_secret(text, self._name)
        document = _yaml().safe_load(text)
        if not isinstance(document, dict) or "interactions" not in document:
            raise CassetteError(f"cassette {self._name} has no interactions")
        self.provenance = read_provenance(document.pop("provenance", None), self._name)
        return document


def _yaml() -> Any:
    """Import yaml, which comes with vcrpy, when it is used."""
    return import_module("yaml")


def _dumper() -> Any:
    """Make a writer of plain YAML whose texts of many lines stay texts of many lines."""
    dumper: Any = type("Dumper", (_yaml().SafeDumper,), {})

    def represent(writer: Any, text: str) -> Any:
        style = "|" if "\n" in text else None
        return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    dumper.add_representer(str, represent)
    return dumper


@contextmanager
def _inserted(path: Path, mode: str, provenance: Provenance | None) -> Iterator[Cassette]:
    import vcr

    scrubber = Scrubber()
    recorder = vcr.VCR(
        before_record_request=scrubber.request,
        before_record_response=scrubber.response,
        decode_compressed_response=True,
        record_mode=vcr.mode(mode),
        match_on=_MATCH_ON,
        serializer="purveyor",
    )
    recorder.register_serializer("purveyor", Written(path.name, scrubber, provenance))
    recorder.register_matcher("json_body", _same_json)
    with recorder.use_cassette(str(path)) as cassette:
        yield cassette


def _same_json(left: Any, right: Any) -> None:
    assert _json(left.body) == _json(right.body), "the bodies differ"


def _json(body: Any) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, TypeError):
        return body


@contextmanager
def playing(path: Path) -> Iterator[Cassette]:
    """Answer requests from a cassette while the block lasts; nothing else is let out.

    Raises:
        CassetteError: there is no such file, it may not be used, or it was not played to its end.
    """
    if not path.is_file():
        raise CassetteError(f"there is no cassette {path.name}; record it: pytest --record")
    with _inserted(path, "none", None) as cassette:
        yield cassette
    left = len(cassette) - cassette.play_count
    if left:
        raise CassetteError(
            f"cassette {path.name}: {left} of {len(cassette)} interactions were not played;"
            " take them out, or ask for them"
        )


@contextmanager
def recording(path: Path, provenance: Provenance) -> Iterator[Cassette]:
    """Write what is asked and answered while the block lasts, scrubbed."""
    with _inserted(path, "all", provenance) as cassette:
        yield cassette


class Deck:
    """What the fixture `cassette` gives: call it with a name to play, or to record.

    Args:
        folder: where cassettes are: `<supplier>/<capability>_<story>.yaml`.
        records: whether to record them anew.
    """

    def __init__(self, folder: Path, *, records: bool = False) -> None:
        self._folder = folder
        self._records = records
        self._stack = ExitStack()

    def __call__(self, name: str, *, source: str = "the supplier's public address") -> Cassette:
        """Play a cassette from now to the end of the test."""
        path = self._folder / f"{name}.yaml"
        if not self._records:
            return self._stack.enter_context(playing(path))
        day = date.today().isoformat()
        provenance = Provenance(kind="recorded", source=source, date=day)
        return self._stack.enter_context(recording(path, provenance))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

"""Makes cassettes of what suppliers document: examples in, cassettes/<supplier>/*.yaml out.

    python contrib/testkit/make_documented_cassettes.py EXAMPLES_FOLDER cassettes

EXAMPLES_FOLDER holds <supplier>.json: a list of {capability, method, url, request, status,
response_headers?, response | sse_events}, copied from the suppliers' documentation. A request of
{} stands for any; the plain question of `_QUESTION` is put in its place.
"""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from vcr.request import Request
from vcr.serialize import serialize

from purveyor_testkit.cassettes import Provenance
from purveyor_testkit.cassettes.playing import Scrubber, Written

_STORIES: Final = {
    "openai": {
        "chat": "chat_hello",
        "chat.stream": "chat_stream",
        "chat.stream.tools": "chat_stream_tools",
        "embed": "embedding_pair",
        "error.auth": "chat_wrong_key",
        "error.balance": "chat_balance_exhausted",
    },
    "kimi": {
        "chat": "chat_thinking",
        "chat.stream": "chat_stream",
        "chat.partial": "chat_partial",
        "balance": "chat_account_balance",
        "tokens": "chat_token_count",
        "error.filter": "chat_filtered",
    },
    "deepseek": {
        "chat": "chat_thinking",
        "chat.stream": "chat_stream",
        "chat.prefix": "chat_prefix",
        "balance": "chat_account_balance",
        "error.balance": "chat_balance_exhausted",
    },
}
_MODELS: Final = {
    "openai": "gpt-6-luna",
    "kimi": "kimi-k2.6",
    "deepseek": "deepseek-v4-flash",
}
_SHEETS: Final = {
    "openai": "sheet openai.md (openai-openapi 2.3.0 of 2026-08-21)",
    "kimi": "sheet kimi.md (Moonshot's OpenAPI of 2026-08, platform.kimi.com)",
    "deepseek": "sheet deepseek.md (api-docs.deepseek.com)",
}
_READ: Final = "2026-11-23"


def main(arguments: list[str]) -> None:
    """Make all cassettes."""
    if len(arguments) != 2:
        sys.exit(__doc__)
    examples, folder = (Path(argument) for argument in arguments)
    for supplier, stories in _STORIES.items():
        rows = json.loads((examples / f"{supplier}.json").read_text())
        for row in rows:
            story = stories.get(row["capability"])
            if story:
                path = folder / supplier / f"{story}.yaml"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(cassette(supplier, path.name, row))
                print(path)


def cassette(supplier: str, name: str, row: dict[str, Any]) -> str:
    """Write one example as a cassette."""
    provenance = Provenance(
        kind="documented",
        source=f"{_SHEETS[supplier]}, example {row['capability']}",
        date=_READ,
    )
    interactions = {"requests": [_request(supplier, row)], "responses": [_response(row)]}
    text: str = serialize(interactions, Written(name, Scrubber(), provenance))
    return text


def _request(supplier: str, row: dict[str, Any]) -> Request:
    body: dict[str, Any] | None = row.get("request")
    if body == {}:
        question = {"role": "user", "content": "Hello!"}
        body = {"model": _MODELS[supplier], "messages": [question]}
    if body is not None and body.get("stream"):
        body.setdefault("stream_options", {"include_usage": True})  # as we always ask
    data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = {"accept": "application/json", "content-type": "application/json"}
    return Request(row["method"], row["url"], data, headers)


def _response(row: dict[str, Any]) -> dict[str, Any]:
    if "sse_events" in row:
        kind, text = "text/event-stream", _events(row["sse_events"])
    else:
        kind, text = "application/json", json.dumps(row["response"], ensure_ascii=False)
    headers = {"content-type": kind, **row.get("response_headers", {})}
    status = row["status"]
    return {
        "status": {"code": status, "message": HTTPStatus(status).phrase},
        "headers": {header: [value] for header, value in headers.items()},
        "body": {"string": text.encode()},
    }


def _events(lines: list[str]) -> str:
    """Join the lines: each is an event, or a comment between events."""
    return "".join(f"{line}\n\n" for line in lines if line)


if __name__ == "__main__":
    main(sys.argv[1:])

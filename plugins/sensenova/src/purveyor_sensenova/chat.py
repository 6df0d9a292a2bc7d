"""SenseNova's chat: which of its wires a request goes to, and what the older two say otherwise."""

import re
from typing import Any

from purveyor.plugin import (
    ChatRequest,
    ChatTable,
    Endpoint,
    HttpReply,
    HttpRequest,
    OpenAICompatibleChat,
    RateLimited,
    SupplierError,
    decode_json,
    encode_json,
)
from purveyor_sensenova.errors import ERRORS
from purveyor_sensenova.keys import Tokens
from purveyor_sensenova.tables import COMPATIBLE, FILE_ADDRESS, TOKEN_PLAN

TOKEN_PLAN_URL = "https://token.sensenova.cn/v1"
COMPATIBLE_URL = "https://api.sensenova.cn/compatible-mode/v1"
NATIVE_URL = "https://api.sensenova.cn/v1/llm"

_FILE = FILE_ADDRESS.removesuffix("{}")
_OLDER_MODELS = re.compile(r"SenseChat|SenseNova-V|nova-ptc|DeepSeek-")
_MINUTE_IS_FULL = re.compile(r"\b[rt]pm\b", re.IGNORECASE)
_COOLING_SECONDS = 20.0


def moved(endpoint: Endpoint, base_url: str) -> Endpoint:
    """Give the same endpoint at another address."""
    return Endpoint(
        supplier=endpoint.supplier,
        capability=endpoint.capability,
        base_url=base_url,
        secret=endpoint.secret,
        settings=endpoint.settings,
    )


class Chat(OpenAICompatibleChat):
    """Chat on one of SenseNova's wires."""

    def __init__(self, endpoint: Endpoint, table: ChatTable, tokens: Tokens) -> None:
        super().__init__(endpoint, table, ERRORS)
        self._secret, self._tokens = endpoint.secret, tokens

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read an error; a minute's limit that is used up wants a pause, and no reply says so.

        Refused calls count too, so that trying again at once keeps the limit used up. Reference:
        measurements of 2026-10, dsh-rps-throttle README.
        """
        error = self._tokens.renewed(super().explain(reply), self._secret)
        if isinstance(error, RateLimited) and error.retry_after is None:
            is_minute = _MINUTE_IS_FULL.search(error.message)
            error.retry_after = _COOLING_SECONDS if is_minute else None
        return error


class OlderChat(Chat):
    """Chat on the compatible and the native wire: pictures have parts of their own."""

    def encode(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a whole."""
        return _with_own_pictures(super().encode(request))

    def encode_stream(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a stream."""
        return _with_own_pictures(super().encode_stream(request))


class DefaultChat(Chat):
    """Chat at the default address: models that are served elsewhere are asked there.

    Both wires answer alike, so that what is read needs not know which was asked.
    """

    def __init__(self, endpoint: Endpoint, tokens: Tokens) -> None:
        super().__init__(endpoint, TOKEN_PLAN, tokens)
        self._older = OlderChat(moved(endpoint, COMPATIBLE_URL), COMPATIBLE, tokens)

    def encode(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a whole."""
        if _OLDER_MODELS.match(request.model):
            return self._older.encode(request)
        return super().encode(request)

    def encode_stream(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a stream."""
        if _OLDER_MODELS.match(request.model):
            return self._older.encode_stream(request)
        return super().encode_stream(request)


def _with_own_pictures(request: HttpRequest) -> HttpRequest:
    """Say pictures that are data or uploads in the parts that these wires have for them."""
    if b'"image_url"' not in request.body:
        return request
    body = decode_json(request.body)
    for message in body["messages"]:
        if isinstance(message["content"], list):
            message["content"] = [_own_part(part) for part in message["content"]]
    return HttpRequest(request.method, request.url, request.headers, encode_json(body))


def _own_part(part: dict[str, Any]) -> dict[str, Any]:
    address = part.get("image_url")
    if not isinstance(address, str):
        return part
    if address.startswith("data:"):
        return {"type": "image_base64", "image_base64": address.partition(",")[2]}
    if address.startswith(_FILE):
        return {"type": "image_file_id", "image_file_id": address.removeprefix(_FILE)}
    return part

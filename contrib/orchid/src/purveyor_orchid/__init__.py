"""Orchid, a fictional supplier: the worked example of a wire unlike any other.

Requests are sealed with an HMAC; streams are JSON lines, each with the whole text so far; errors
come with HTTP 200 and a word of their own.
"""

import hashlib
import hmac
from typing import Any

from purveyor import plugin as door

VOICES = {"user": "seeker", "assistant": "orchid", "system": "gardener", "developer": "gardener"}
ENDS = {"done": "stop", "cut": "length", "thorn": "content_filter"}
WILTS = {"seal": door.AuthenticationError, "frost": door.Overloaded, "crowd": door.RateLimited}


def wilted(body: Any, status: int) -> door.SupplierError | None:
    """Read an error; Orchid sends it with any status, 200 too."""
    wilt = body.get("wilted") if isinstance(body, dict) else None
    if wilt is None:
        return None
    kind = WILTS.get(wilt["sort"], door.ServerError)
    return kind(wilt["words"], status=status, code=wilt["sort"], raw=body)


def dew(body: dict[str, Any]) -> door.Usage | None:
    """Read what a call used."""
    said = body.get("dew")
    return said and door.Usage(input_tokens=said["in"], output_tokens=said["out"], raw=said)


def end_of(body: dict[str, Any]) -> door.Finish:
    """Read why Orchid stopped."""
    word = body.get("why")
    return door.Finish(door.FinishReason(ENDS.get(word, "other")) if word else None, word)


class Decoder(door.JsonLinesDecoder):
    """Reads a stream. Orchid repeats the text so far; callers want only what is new."""

    _seen = ""

    def read(self, body: dict[str, Any]) -> list[door.Event]:
        if (error := wilted(body, 200)) is not None:
            raise error
        new, self._seen = body["so_far"].removeprefix(self._seen), body["so_far"]
        events: list[door.Event] = [door.TextDelta(new)] if new else []
        if "why" in body:
            self.is_complete = True
            events.append(door.Finished(end_of(body)))
        if (usage := dew(body)) is not None:
            events.append(door.UsageReported(usage))
        return events


class Chat:
    """Says chat in Orchid's way."""

    def __init__(self, endpoint: door.Endpoint) -> None:
        self._url = endpoint.url("garden/speak")

    def encode(self, request: door.ChatRequest, flow: bool = False) -> door.HttpRequest:
        if request.tools or request.output or request.thinking or request.sampling.temperature:
            raise door.UnsupportedParameter("Orchid only speaks: text in, text out", param="tools")
        scroll = [{"voice": VOICES[each.role], "petals": [each.text]} for each in request.messages]
        body = {"bloom": request.model, "scroll": scroll, "flow": flow, **request.extra_body}
        if request.sampling.max_tokens is not None:
            body["length"] = request.sampling.max_tokens
        headers = (("Content-Type", "orchid/1"),)
        return door.HttpRequest("POST", self._url, headers, door.encode_json(body))

    def encode_stream(self, request: door.ChatRequest) -> door.HttpRequest:
        return self.encode(request, flow=True)

    def decode(self, reply: door.HttpReply) -> door.ChatResponse:
        body = door.decode_object(reply)
        if (error := wilted(body, reply.status)) is not None:
            raise error
        message = door.Message("assistant", (door.Text("".join(body["petals"])),))
        return door.ChatResponse(message=message, finish=end_of(body), usage=dew(body), raw=body)

    def stream_decoder(self, reply: door.HttpReply) -> Decoder:
        return Decoder()

    def explain(self, reply: door.HttpReply) -> door.SupplierError:
        error = door.explain(reply)
        return wilted(error.raw, reply.status) or error


class Orchid(door.Supplier):
    """The supplier: a card, a dialect, a seal."""

    @door.hookimpl
    def purveyor_chat(self, endpoint: door.Endpoint) -> Chat:
        return Chat(endpoint)

    @door.hookimpl
    def purveyor_authorize(
        self, request: door.HttpRequest, secret: door.Secret | None, now: float
    ) -> door.HttpRequest:
        if secret is None:
            return request
        key, moment = secret.reveal().encode(), str(int(now))
        seal = hmac.new(key, moment.encode() + request.body, hashlib.sha256).hexdigest()
        return request.with_header("Orchid-Moment", moment).with_header("Orchid-Seal", seal)


supplier = Orchid(
    door.SupplierCard(
        name="orchid",
        title="Orchid (fictional)",
        docs="contrib/orchid/README.md",
        base_url="https://api.orchid.example/v3",
        key_env=("ORCHID_SEAL_KEY",),
        auth="custom",
        default_models={door.Capability.CHAT: "cattleya-2"},
    )
)

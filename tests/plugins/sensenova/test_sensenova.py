"""What is SenseNova's own: three wires, a strict schema, gRPC codes, keys that sign tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from purveyor import (
    OnlineChatModule,
    OnlineEmbeddingModule,
    Output,
    RetryPolicy,
    Tool,
    errors,
    system,
    user,
)
from purveyor.plugin import (
    Capability,
    Endpoint,
    HttpReply,
    HttpRequest,
    Image,
    Message,
    Reasoning,
    Secret,
    Text,
    ToolCall,
)
from purveyor.testing import answer_with, fresh_runtime, load_supplier
from purveyor_testkit.simulators import make

TOKEN_PLAN = "https://token.sensenova.cn/v1"
COMPATIBLE = "https://api.sensenova.cn/compatible-mode/v1"
NATIVE = "https://api.sensenova.cn/v1/llm"

PICTURE = b"\x89PNG\r\n\x1a\n"
WEATHER = Tool(name="get_weather", parameters={"type": "object"})
NOON = 1_800_000_000.0
AT_ONCE = RetryPolicy(first_wait=0, longest_wait=0)

CODES = {
    1: errors.Timeout,
    2: errors.ServerError,
    3: errors.BadRequest,
    4: errors.Timeout,
    5: errors.NotFound,
    6: errors.BadRequest,
    7: errors.PermissionDenied,
    8: errors.RateLimited,
    9: errors.BadRequest,
    10: errors.BadRequest,
    11: errors.BadRequest,
    12: errors.BadRequest,
    13: errors.ServerError,
    14: errors.Overloaded,
    15: errors.ServerError,
    16: errors.AuthenticationError,
    17: errors.ContextLengthExceeded,
    18: errors.ContentFiltered,
    429003: errors.RateLimited,
}


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with fresh_runtime():
        yield


def explained(status: int, body: dict[str, Any], base_url: str = TOKEN_PLAN) -> Any:
    """Read an error reply as the chat of that address does."""
    endpoint = Endpoint(supplier="sensenova", capability=Capability.CHAT, base_url=base_url)
    reply = HttpReply(status, {}, json.dumps(body).encode())
    return load_supplier("sensenova").chat(endpoint).explain(reply)


def asked(content: Any = "hi", model: str | None = None, **options: Any) -> HttpRequest:
    """Give the request that a call becomes."""
    requests: list[HttpRequest] = []
    region = options.pop("region", None)

    def answer(request: HttpRequest) -> HttpReply:
        requests.append(request)
        choice = {"message": {"content": "ok"}, "finish_reason": "stop"}
        return HttpReply(200, {}, json.dumps({"choices": [choice]}).encode())

    answer_with(answer)
    OnlineChatModule(model, "sensenova", api_key="sk-key", region=region)(content, **options)
    return requests[0]


def sent(content: Any = "hi", model: str | None = None, **options: Any) -> dict[str, Any]:
    """Give the body that a call is said in."""
    body: dict[str, Any] = json.loads(asked(content, model, **options).body)
    return body


@pytest.mark.parametrize("code", [*CODES, *map(str, CODES)])
@pytest.mark.parametrize("base_url", [TOKEN_PLAN, COMPATIBLE, NATIVE])
def test_a_code_decides_whatever_the_status(code: int | str, base_url: str) -> None:
    """gRPC's numbers, as text on the new wire and as numbers on the native one."""
    for status in (400, 500):
        error = explained(
            status, {"error": {"code": code, "message": "m", "details": []}}, base_url
        )
        assert type(error) is CODES[int(code)]
        assert error.code == str(code)


def test_an_error_may_stand_bare() -> None:
    """Some gateways leave the `error` around it out."""
    error = explained(403, {"code": 18, "message": "filtered", "details": []})
    assert type(error) is errors.ContentFiltered


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("insufficient_quota", errors.QuotaExhausted),
        ("RateLimitExceeded.EndpointRPMExceeded", errors.RateLimited),
    ],
)
def test_makers_of_resold_models_have_codes_of_their_own(code: str, expected: type) -> None:
    """They come through as they are."""
    assert type(explained(429, {"error": {"code": code, "message": "m"}})) is expected


def test_a_plan_without_the_model_is_no_permission() -> None:
    """Told in words alone."""
    body = {"error": {"message": "model is not available in the current token plan"}}
    assert type(explained(400, body)) is errors.PermissionDenied


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("rps exhausted", None),
        ("rpm exhausted", 20.0),
        ("inference exceeds tpm/rpm limit", 20.0),
        ("rpm exhausted, try again in 3s", 3.0),
    ],
)
def test_a_minute_that_is_used_up_is_let_pass(words: str, wait: float | None) -> None:
    """Refused calls count too; a second's limit passes by itself."""
    error = explained(429, {"error": {"code": "8", "message": words}})
    assert (type(error), error.retry_after) == (errors.RateLimited, wait)


def test_an_error_inside_a_success_is_raised() -> None:
    """The status says 200."""
    answer_with(lambda request: HttpReply(200, {}, b'{"error": {"code": 16, "message": "no"}}'))
    with pytest.raises(errors.AuthenticationError):
        OnlineChatModule("sensenova", api_key="sk-key")("hi")
    with pytest.raises(errors.AuthenticationError):
        OnlineEmbeddingModule("sensenova", api_key="sk-key")("hi")


@pytest.mark.parametrize(
    ("model", "region", "url"),
    [
        (None, None, f"{TOKEN_PLAN}/chat/completions"),
        ("deepseek-v4-flash", None, f"{TOKEN_PLAN}/chat/completions"),
        ("SenseChat-5", None, f"{COMPATIBLE}/chat/completions"),
        ("SenseNova-V6-5-Pro", None, f"{COMPATIBLE}/chat/completions"),
        ("sensenova-6.7-flash-lite", "compatible", f"{COMPATIBLE}/chat/completions"),
        ("SenseChat-5", "token-plan", f"{COMPATIBLE}/chat/completions"),
        ("SenseChat-5", "native", f"{NATIVE}/chat-completions"),
    ],
)
def test_a_model_is_asked_where_it_is_served(
    model: str | None, region: str | None, url: str
) -> None:
    """The reference's default, SenseChat-5, stays reachable by its name alone."""
    body = b'{"data": {"choices": [{"message": "ok"}]}, "choices": [{"message": "ok"}]}'
    urls: list[str] = []

    def answer(request: HttpRequest) -> HttpReply:
        urls.append(request.url)
        return HttpReply(200, {}, body)

    answer_with(answer)
    assert OnlineChatModule(model, "sensenova", api_key="sk-key", region=region)("hi") == "ok"
    assert urls == [url]


def test_an_address_of_ones_own_is_left_only_when_told() -> None:
    """A gateway gets every model, the older ones too."""
    urls: list[str] = []

    def answer(request: HttpRequest) -> HttpReply:
        urls.append(request.url)
        return HttpReply(200, {}, b'{"choices": [{"message": "ok"}]}')

    answer_with(answer)
    gateway = "https://gateway.test/v1"
    OnlineChatModule("SenseChat-5", "sensenova", api_key="sk-key", base_url=gateway)("hi")
    assert urls == [f"{gateway}/chat/completions"]


@pytest.mark.parametrize("region", [None, "token-plan", "compatible", "native"])
def test_embedding_lives_at_the_native_address(region: str | None) -> None:
    """Whatever region chat has; 16 texts go at once."""
    requests: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpReply:
        requests.append(request)
        texts = json.loads(request.body)["input"]
        rows = [{"index": place, "embedding": [0.5]} for place in range(len(texts))]
        return HttpReply(200, {}, json.dumps({"embeddings": rows}).encode())

    answer_with(answer)
    module = OnlineEmbeddingModule("sensenova", api_key="sk-key", region=region)
    assert len(module.embed(["text"] * 17)) == 17
    assert {request.url for request in requests} == {f"{NATIVE}/embeddings"}
    assert [len(json.loads(request.body)["input"]) for request in requests] == [16, 1]


def test_the_older_wires_tell_no_models() -> None:
    """Compatible mode has no such path, and the native list has no documented shape."""
    module = OnlineChatModule("SenseChat-5", "sensenova", api_key="sk-key", region="compatible")
    with pytest.raises(errors.CapabilityNotOffered):
        module.models()


def test_the_schema_is_strict_so_that_little_is_said() -> None:
    """One system message, no null content, no `strict`, no `stream_options`."""
    call = ToolCall("c", "get_weather", "{}")
    history = [system("a"), system("b"), user("hi"), Message("assistant", (call,))]
    body = sent("and now?", history=history, tools=[WEATHER])
    assert [message["role"] for message in body["messages"]] == [
        *("system", "user", "assistant", "user"),
    ]
    assert body["messages"][0]["content"] == "a\n\nb"
    assert body["messages"][2]["content"] == ""
    assert body.keys() == {"model", "messages", "tools"}


@pytest.mark.parametrize(
    "options",
    [
        {"output": "json"},
        {"tools": [WEATHER], "tool_choice": "required"},
        {"tools": [Tool(name="f", parameters=WEATHER.parameters, is_strict=True)]},
        {"logprobs": 1},
        {"logit_bias": {"1": 1}},
        {"temperature": 2.5},
        {"max_tokens": 65_537},
        {"thinking": "max"},
    ],
    ids=repr,
)
def test_what_the_schema_refuses_is_refused_here(options: dict[str, Any]) -> None:
    """The supplier's own error names no field; ours does."""
    with pytest.raises(errors.UnsupportedParameter) as caught:
        sent(**options)
    assert caught.value.param in {*options, "tools"}


def test_a_schema_can_be_told_in_words() -> None:
    """And nothing is sent that the strict schema would refuse."""
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    body = sent("as json", output=Output.of(schema, in_words=True))
    assert "JSON schema" in body["messages"][0]["content"]
    assert "response_format" not in body


@pytest.mark.parametrize(
    ("thinking", "expected"), [("on", None), ("off", "none"), ("low", "low"), ("high", "high")]
)
def test_thinking_is_an_effort(thinking: str, expected: str | None) -> None:
    """It is on by itself; models of other makers on the same host are not told."""
    assert sent(thinking=thinking).get("reasoning_effort") == expected
    with pytest.raises(errors.UnsupportedParameter):
        sent(model="deepseek-v4-flash", thinking=thinking)


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_is_read_under_both_names_and_never_sent(field: str) -> None:
    """Its own models say `reasoning`, resold ones `reasoning_content`."""
    message = {"role": "assistant", "content": "ok", field: "a thought"}
    body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})
    answer_with(lambda request: HttpReply(200, {}, body.encode()))
    assert OnlineChatModule("sensenova", api_key="sk-key")("hi").reasoning == "a thought"
    thought = Message("assistant", (Reasoning(text="a thought"), Text("done")))
    assert "a thought" not in json.dumps(sent([user("a"), thought, user("b")]))


def test_the_older_wire_has_names_of_its_own() -> None:
    """`max_new_tokens`; and V6.5 is told to think in words of its own."""
    body = sent(model="SenseNova-V6-5-Pro", max_tokens=5, thinking="off")
    assert (body["max_new_tokens"], body["thinking"]) == (5, {"enabled": False})
    with pytest.raises(errors.UnsupportedParameter, match="without 0 and 1"):
        sent(model="SenseChat-5", top_p=1.0)
    with pytest.raises(errors.UnsupportedParameter):
        sent(model="SenseChat-5", thinking="off")


@pytest.mark.parametrize(
    ("image", "part"),
    [
        (
            Image(url="https://a.test/b.png"),
            {"type": "image_url", "image_url": "https://a.test/b.png"},
        ),
        (Image(data=PICTURE), {"type": "image_base64", "image_base64": "iVBORw0KGgo="}),
        (Image(file_id="7193"), {"type": "image_file_id", "image_file_id": "7193"}),
    ],
    ids=["address", "data", "upload"],
)
def test_the_older_wire_has_parts_of_its_own_for_pictures(
    image: Image, part: dict[str, Any]
) -> None:
    """The new one takes addresses and data: addresses in an object."""
    assert sent([image], "SenseChat-Vision")["messages"][0]["content"] == [part]


def test_the_new_wire_takes_data_as_an_address() -> None:
    """As the reference dialect has it."""
    (part,) = sent([Image(data=PICTURE)])["messages"][0]["content"]
    assert part["image_url"] == {"url": "data:image/png;base64,iVBORw0KGgo="}


@pytest.mark.parametrize("model", ["SenseChat-5", "deepseek-v4-flash"])
def test_a_model_that_reads_text_refuses_pictures(model: str) -> None:
    """Before anything is sent."""
    with pytest.raises(errors.UnsupportedParameter, match="text only"):
        sent([Image(data=PICTURE)], model)


@pytest.mark.parametrize("region", [None, "compatible"])
def test_an_older_model_answers_as_the_newer_ones_do(region: str | None) -> None:
    """Whole, streamed, with a tool: over the compatible wire, which keeps the same strict schema."""
    answer_with(make("sensenova"))
    llm = OnlineChatModule("SenseChat-5", "sensenova", api_key="ak:sk", region=region)
    assert llm("hi there") == "You said: hi there"
    with llm.stream("use get_weather", tools=[WEATHER]) as stream:
        list(stream)
    assert [call.name for call in stream.response.message.tool_calls] == ["get_weather"]
    assert stream.response.usage
    with pytest.raises(errors.BadRequest, match="message queue"):
        llm("hi", extra_body={"seed": 1})


def authorized(key: str, now: float, plugin: Any = None) -> str:
    """Give the Authorization header of a request."""
    plugin = plugin or load_supplier("sensenova")
    request = HttpRequest("POST", f"{COMPATIBLE}/chat/completions", (), b"{}")
    header = plugin.authorize(request, Secret(key), now).header("Authorization")
    assert isinstance(header, Secret)
    return header.reveal()


def part_of(token: str, place: int) -> Any:
    text = token.removeprefix("Bearer ").split(".")[place]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_an_api_key_is_sent_as_it_is() -> None:
    """Also one that holds a colon."""
    assert authorized("sk-abc", NOON) == "Bearer sk-abc"
    assert authorized("sk-a:bc", NOON) == "Bearer sk-a:bc"


def test_a_pair_signs_a_token() -> None:
    """HS256 over two segments, computed here anew, letter by letter."""
    token = authorized("my-id:my:secret", NOON)
    assert part_of(token, 0) == {"alg": "HS256", "typ": "JWT"}
    assert part_of(token, 1) == {"iss": "my-id", "exp": NOON + 1800, "nbf": NOON - 5}
    head, claims, seal = token.removeprefix("Bearer ").split(".")
    digest = hmac.new(b"my:secret", f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == seal


def test_a_token_made_by_openssl_is_the_same() -> None:
    """`openssl dgst -sha256 -hmac sk` over the two segments, written down here."""
    expected = (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
        ".eyJpc3MiOiJhayIsImV4cCI6MTgwMDAwMTgwMCwibmJmIjoxNzk5OTk5OTk1fQ"
        ".9bB6YfXYauxkfil8lKURdqD43NDJix6EWqqkKDxrD6E"
    )
    assert authorized("ak:sk", NOON) == f"Bearer {expected}"


@pytest.mark.parametrize(
    ("later", "is_kept"), [(0, True), (1700, True), (1741, False), (4000, False), (-1, False)]
)
def test_a_token_is_kept_until_shortly_before_it_expires(later: float, is_kept: bool) -> None:
    """A minute before; and a clock that was set back makes a new one."""
    plugin = load_supplier("sensenova")
    first = authorized("ak:sk", NOON, plugin)
    assert (authorized("ak:sk", NOON + later, plugin) == first) is is_kept


@pytest.mark.parametrize("kind", ["chat", "embedding"])
def test_a_token_that_is_refused_is_made_anew_and_tried_once(kind: str) -> None:
    """It had been good before; when the new one is refused too, the pair is wrong."""
    refuses = [False, True, False, True, True]
    answered: list[bool] = []

    def answer(request: HttpRequest) -> HttpReply:
        answered.append(refuses[len(answered)])
        if answered[-1]:
            return HttpReply(401, {}, b'{"error": {"code": 16, "message": "expired"}}')
        rows = [{"index": 0, "embedding": [0.5]}]
        choices = [{"message": "ok", "finish_reason": "stop"}]
        return HttpReply(200, {}, json.dumps({"choices": choices, "embeddings": rows}).encode())

    answer_with(answer)
    if kind == "chat":
        module: Any = OnlineChatModule("sensenova", api_key="ak:sk", retries=AT_ONCE)
    else:
        module = OnlineEmbeddingModule("sensenova", api_key="ak:sk", retries=AT_ONCE)
    module("first")
    module("second: refused, then good")
    with pytest.raises(errors.AuthenticationError):
        module("third: refused, and refused again")
    assert answered == refuses


def test_a_pair_that_is_wrong_from_the_start_is_not_tried_again() -> None:
    """Nor is an API key that is refused."""
    for key in ("ak:sk", "sk-key"):
        requests: list[HttpRequest] = []

        def answer(request: HttpRequest, seen: list[HttpRequest] = requests) -> HttpReply:
            seen.append(request)
            return HttpReply(401, {}, b'{"error": {"code": 16, "message": "no"}}')

        answer_with(answer)
        with pytest.raises(errors.AuthenticationError):
            OnlineChatModule("sensenova", api_key=key, retries=AT_ONCE)("hi")
        assert len(requests) == 1


def test_each_pair_has_its_own_token() -> None:
    """However many there are."""
    plugin = load_supplier("sensenova")
    tokens = {authorized(f"ak{number}:sk", NOON, plugin) for number in range(100)}
    assert len(tokens) == 100
    assert part_of(authorized("ak7:sk", NOON, plugin), 1)["iss"] == "ak7"


@pytest.mark.parametrize("half", [":sk", "ak:"])
def test_half_a_pair_is_refused(half: str) -> None:
    """A variable that was empty when the two were joined."""
    with pytest.raises(errors.AuthenticationError, match="half a pair"):
        authorized(half, NOON)


def test_a_call_with_a_pair_shows_neither_of_its_halves() -> None:
    """Neither the secret nor the token stands in the request's representation."""
    requests: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpReply:
        requests.append(request)
        return HttpReply(200, {}, b'{"choices": [{"message": "ok"}]}')

    answer_with(answer)
    OnlineChatModule("SenseChat-5", "sensenova", api_key="my-id:my-secret-key")("hi")
    header = requests[0].header("Authorization")
    assert isinstance(header, Secret)
    assert header.reveal().startswith("Bearer eyJ")
    assert "my-secret-key" not in repr(requests[0])

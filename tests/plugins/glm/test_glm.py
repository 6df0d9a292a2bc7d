"""What is GLM's own: fields, numbers as errors, pictures, rerank, token count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, Output, Tool, errors, user
from purveyor.plugin import (
    Audio,
    Capability,
    Endpoint,
    FinishReason,
    HttpReply,
    HttpRequest,
    Image,
    Message,
    Reasoning,
    Text,
)
from purveyor.testing import answer_with, fresh_runtime, load_supplier

PICTURE = b"\x89PNG\r\n\x1a\n"
WEATHER = Tool(name="get_weather", description="Weather", parameters={"type": "object"})

CODES = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1005), errors.AuthenticationError),
    1100: errors.ServerError,
    1110: errors.PermissionDenied,
    1111: errors.AuthenticationError,
    1112: errors.PermissionDenied,
    1113: errors.InsufficientBalance,
    1120: errors.ServerError,
    1121: errors.PermissionDenied,
    1200: errors.ServerError,
    1210: errors.BadRequest,
    1211: errors.NotFound,
    1212: errors.BadRequest,
    1213: errors.BadRequest,
    1214: errors.BadRequest,
    1215: errors.BadRequest,
    1220: errors.PermissionDenied,
    1221: errors.NotFound,
    1222: errors.NotFound,
    1230: errors.ServerError,
    1231: errors.BadRequest,
    1234: errors.ServerError,
    1261: errors.ContextLengthExceeded,
    1300: errors.ContentFiltered,
    1301: errors.ContentFiltered,
    1302: errors.RateLimited,
    1303: errors.RateLimited,
    1304: errors.QuotaExhausted,
    1305: errors.Overloaded,
    1308: errors.QuotaExhausted,
    1309: errors.QuotaExhausted,
    1310: errors.QuotaExhausted,
    1311: errors.PermissionDenied,
    1312: errors.Overloaded,
    1313: errors.RateLimited,
    1314: errors.QuotaExhausted,
    1315: errors.PermissionDenied,
    **dict.fromkeys((1316, 1317, 1318, 1319, 1320, 1321), errors.QuotaExhausted),
    500: errors.ServerError,
}


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with fresh_runtime():
        yield


def explained(status: int, body: dict[str, Any], **headers: str) -> errors.SupplierError:
    """Read an error reply as GLM's chat does."""
    base_url = "https://open.bigmodel.cn/api/paas/v4"
    endpoint = Endpoint(supplier="glm", capability=Capability.CHAT, base_url=base_url)
    reply = HttpReply(status, headers, json.dumps(body).encode())
    return load_supplier("glm").chat(endpoint).explain(reply)


def sent(content: Any = "hi", model: str | None = None, **options: Any) -> dict[str, Any]:
    """Give the body that a call is said in."""
    bodies: list[dict[str, Any]] = []

    def answer(request: HttpRequest) -> HttpReply:
        bodies.append(json.loads(request.body))
        return replied({"role": "assistant", "content": "ok"})

    answer_with(answer)
    OnlineChatModule(model, "glm", api_key="key")(content, **options)
    return bodies[0]


def replied(message: dict[str, Any], finish: str = "stop", **more: Any) -> HttpReply:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return HttpReply(200, {}, json.dumps({"choices": [choice], **more}).encode())


@pytest.mark.parametrize(("code", "expected"), CODES.items())
def test_a_code_decides_whatever_the_status(
    code: int, expected: type[errors.SupplierError]
) -> None:
    """A balance of nothing comes with 429, as a rate limit does; the number tells them apart."""
    for status in (400, 429, 500):
        error = explained(status, {"error": {"code": str(code), "message": "说明"}})
        assert type(error) is expected
        assert error.code == str(code)


@pytest.mark.parametrize(
    ("code", "is_retried"), [("1113", False), ("1305", True), ("1302", True), ("1304", False)]
)
def test_of_four_errors_429_two_are_tried_again(code: str, is_retried: bool) -> None:
    """Overload and a rate limit pass by themselves, arrears and a day's quota do not."""
    assert explained(429, {"error": {"code": code, "message": "m"}}).retryable is is_retried


def test_an_error_may_stand_bare_and_in_numbers() -> None:
    """As the OpenAPI document has it, without an `error` around it."""
    error = explained(400, {"code": 1261, "message": "Prompt 超长"})
    assert type(error) is errors.ContextLengthExceeded


@pytest.mark.parametrize(
    ("status", "expected"), [(434, errors.PermissionDenied), (435, errors.BadRequest)]
)
def test_a_status_of_its_own_is_known(status: int, expected: type[errors.SupplierError]) -> None:
    """434: the API is not open to the account; 435: the file is too large."""
    assert type(explained(status, {})) is expected


def test_the_id_for_support_is_x_log_id() -> None:
    """The gateway's header."""
    error = explained(400, {"error": {"code": "1210", "message": "m"}}, **{"x-log-id": "2026"})
    assert error.request_id == "2026"


def test_an_error_inside_a_success_is_raised() -> None:
    """The status says 200, the body 1305; tried again, and it works."""
    busy = HttpReply(200, {}, b'{"error": {"code": "1305", "message": "busy"}}')
    replies = [busy, replied({"role": "assistant", "content": "ok"})]
    answer_with(lambda request: replies.pop(0))
    assert OnlineChatModule("glm", api_key="key")("hi") == "ok"


def test_temperature_zero_is_no_sampling() -> None:
    """As the SDK says it; what lies above 1 is refused, not bent."""
    body = sent(temperature=0.0)
    assert (body["do_sample"], "temperature" in body) == (False, False)
    with pytest.raises(errors.UnsupportedParameter, match="temperature is 1.5; accepted: 0 to 1"):
        sent(temperature=1.5)


def test_there_is_one_stop_string() -> None:
    """A second one is refused."""
    assert sent(stop="a")["stop"] == ["a"]
    with pytest.raises(errors.UnsupportedParameter, match="at most 1"):
        sent(stop=["a", "b"])


@pytest.mark.parametrize("name", ["none", "required", "get_weather"])
def test_a_tool_is_chosen_by_the_model(name: str) -> None:
    """`auto` is all that is documented."""
    with pytest.raises(errors.UnsupportedParameter, match="accepted: auto"):
        sent(tools=[WEATHER], tool_choice=name)


@pytest.mark.parametrize(("model", "is_said"), [("glm-4.7", True), ("glm-4.5", False)])
def test_tool_calls_are_streamed_from_4_6_on(model: str, is_said: bool) -> None:
    """`tool_stream` asks for the pieces of the arguments."""
    bodies: list[dict[str, Any]] = []

    def answer(request: HttpRequest) -> HttpReply:
        bodies.append(json.loads(request.body))
        return replied({"role": "assistant", "content": "ok"})

    answer_with(answer)
    with OnlineChatModule(model, "glm", api_key="key").stream("hi", tools=[WEATHER]) as stream:
        list(stream)
    assert ("tool_stream" in bodies[0], "stream_options" in bodies[0]) == (is_said, False)


@pytest.mark.parametrize(
    ("thinking", "model", "expected"),
    [
        ("on", "glm-4.7", {"thinking": {"type": "enabled"}}),
        ("off", "glm-4.7", {"thinking": {"type": "disabled"}}),
        ("max", "glm-5.3", {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
    ],
)
def test_thinking_is_a_switch_and_from_5_2_on_an_effort(
    thinking: str, model: str, expected: dict[str, Any]
) -> None:
    """Before that, an effort is refused."""
    assert sent(model=model, thinking=thinking).items() >= expected.items()
    with pytest.raises(errors.UnsupportedParameter, match="effort"):
        sent(model="glm-5.1", thinking="high")


def test_glm_4_does_not_think() -> None:
    """Nothing is switched there, and no reasoning of others is sent to it."""
    with pytest.raises(errors.UnsupportedParameter):
        sent(model="glm-4", thinking="on")
    thought = Message("assistant", (Reasoning(text="a thought"), Text("done")))
    assert "a thought" not in json.dumps(sent([user("a"), thought, user("b")], model="glm-4"))


def test_reasoning_goes_back_with_every_turn() -> None:
    """Preserved thinking wants the whole history unmodified; otherwise the platform drops it."""
    thought = Message("assistant", (Reasoning(text="a thought"), Text("done")))
    said = sent([user("a"), thought, user("b")])["messages"][1]
    assert said == {"role": "assistant", "content": "done", "reasoning_content": "a thought"}


@pytest.mark.parametrize(
    "image", [Image(data=PICTURE), Image(url="data:image/png;base64,iVBORw0KGgo=")]
)
def test_a_picture_is_bare_base64(image: Image) -> None:
    """What `data:image/png;base64,` would say is left out, as the SDK leaves it out."""
    (part,) = sent([image], "glm-4.6v")["messages"][0]["content"]
    assert part == {"type": "image_url", "image_url": {"url": "iVBORw0KGgo="}}


@pytest.mark.parametrize("model", ["glm-4.7", "glm-5", "glm-4-plus", "glm-4.7-flashx"])
def test_a_model_that_reads_text_refuses_pictures(model: str) -> None:
    """Before anything is sent."""
    with pytest.raises(errors.UnsupportedParameter, match="text only"):
        sent([Image(data=PICTURE)], model)


@pytest.mark.parametrize(
    "model", ["glm-4.6v-flash", "glm-5v-turbo", "glm-4v", "glm-5.3-flash", "my-own-tuned-one"]
)
def test_a_model_that_sees_takes_pictures(model: str) -> None:
    """And so does one that nothing is known of."""
    assert sent([Image(url="https://a.test/b.png")], model)["messages"][0]["content"]


def test_glm_4_voice_hears() -> None:
    """It takes sounds, and no pictures."""
    (part,) = sent([Audio(data=b"RIFF", format="wav")], "glm-4-voice")["messages"][0]["content"]
    assert part["type"] == "input_audio"


def test_a_schema_is_taken_by_5_3_alone() -> None:
    """Elsewhere it is told in words, where the caller agrees."""
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    assert sent(model="glm-5.3", output=schema)["response_format"]["type"] == "json_schema"
    with pytest.raises(errors.UnsupportedParameter, match="json_object"):
        sent(output=schema)
    told = sent("as json", output=Output.of(schema, in_words=True))
    assert told["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("sensitive", FinishReason.CONTENT_FILTER),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("length", FinishReason.LENGTH),
    ],
)
def test_a_finish_of_its_own_is_understood(raw: str, reason: FinishReason) -> None:
    """A filtered answer may come with no content at all."""
    answer_with(lambda request: replied({"role": "assistant", "content": ""}, raw))
    finish = OnlineChatModule("glm", api_key="key")("hi").finish
    assert (finish.reason, finish.raw) == (reason, raw)


def test_network_error_is_a_failure_and_tried_again() -> None:
    """The inference failed; the answer is none."""
    replies = [replied({"content": ""}, "network_error"), replied({"content": "ok"})]
    answer_with(lambda request: replies.pop(0))
    assert OnlineChatModule("glm", api_key="key")("hi") == "ok"


def test_arguments_as_an_object_become_text() -> None:
    """The OpenAPI document says object, the wire says text."""
    function = {"name": "f", "arguments": {"city": "Paris"}}
    call = {"id": "c", "type": "function", "function": function}
    answer_with(lambda request: replied({"content": None, "tool_calls": [call]}, "tool_calls"))
    (found,) = OnlineChatModule("glm", api_key="key")("hi").tool_calls
    assert found.parse() == {"city": "Paris"}


def test_search_results_are_kept_under_raw() -> None:
    """`web_search` stands beside the choices."""
    results = [{"title": "t", "link": "https://a.test"}]
    answer_with(lambda request: replied({"content": "ok"}, web_search=results))
    assert OnlineChatModule("glm", api_key="key")("hi").response.raw["web_search"] == results


def test_embedding_2_has_one_length() -> None:
    """embedding-3 can be shortened."""
    module = OnlineEmbeddingModule("embedding-2", "glm", api_key="key", dimensions=256)
    with pytest.raises(errors.UnsupportedParameter, match="embedding-2"):
        module("text")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        (None, "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
        ("international", "https://api.z.ai/api/paas/v4/chat/completions"),
        ("coding", "https://open.bigmodel.cn/api/coding/paas/v4/chat/completions"),
        ("coding-international", "https://api.z.ai/api/coding/paas/v4/chat/completions"),
    ],
)
def test_a_region_is_an_address(region: str | None, host: str) -> None:
    """No segment of a base address is lost."""
    urls: list[str] = []

    def answer(request: HttpRequest) -> HttpReply:
        urls.append(request.url)
        return replied({"content": "ok"})

    answer_with(answer)
    OnlineChatModule("glm", api_key="key", region=region)("hi")
    assert urls == [host]

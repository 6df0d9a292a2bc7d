"""Features: each works end to end, or is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest

from purveyor import (
    ChatResponse,
    Message,
    Reasoning,
    ToolCall,
    errors,
    tool_result,
    user,
)
from purveyor_testkit.conformance.bench import FACES, Bench, Face, ask, sent_values
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.conformance.chat_answers import told
from purveyor_testkit.conformance.features import CHAT_FEATURES, WEATHER, Feature

_CALL: Final = ToolCall("call_1", "get_weather", '{"city": "Paris", "days": 1}')
_THOUGHT: Final = "the thought of 4711"

REFUSALS: Final = (errors.UnsupportedParameter, errors.CapabilityNotOffered)


class ChatFeatures(Conformance):
    """What is offered works; what is not offered is refused, and not silently dropped."""

    @classmethod
    def feature_names(cls) -> Sequence[str]:
        """Name every feature of a chat supplier."""
        return tuple(CHAT_FEATURES)

    @classmethod
    def parameters(cls) -> dict[str, Sequence[Any]]:
        """Sort the features by how they are checked."""
        given = super().parameters()
        for state in ("feature", "closed_feature"):
            for kind in ("asked", "shown", "account"):
                given[f"{state}_{kind}"] = [
                    name
                    for name in given[state]
                    if CHAT_FEATURES[name].kind == kind and name != "reasoning_echo"
                ]
        return given

    def _try(self, bench: Bench, name: str, face: Face) -> ChatResponse:
        feature = CHAT_FEATURES[name]
        options = {**feature.options, **self.options.get(name, {})}
        return ask(bench.chat(self.models.get(name)), face, feature.content, **options)

    @pytest.mark.parametrize("face", FACES)
    def test_an_offered_feature_works(self, bench: Bench, face: Face, feature_asked: str) -> None:
        """Asked for, it arrives and has its effect."""
        feature: Feature = CHAT_FEATURES[feature_asked]
        feature.holds(self._try(bench, feature_asked, face))
        if feature.sends is not None:
            assert feature.sends in sent_values(bench.requests[-1]), "it was not sent"

    def test_the_faces_agree_on_a_feature(self, bench: Bench, feature_asked: str) -> None:
        """The stream says the same as the whole answer."""
        said = [told(self._try(bench, feature_asked, face)) for face in FACES]
        assert said[1:] == said[:1] * 3

    @pytest.mark.parametrize("face", FACES)
    def test_a_closed_feature_is_refused(
        self, bench: Bench, face: Face, closed_feature_asked: str
    ) -> None:
        """Asked for, it is an error that says so, and nothing has been sent."""
        with pytest.raises(REFUSALS) as caught:
            self._try(bench, closed_feature_asked, face)
        assert str(caught.value)
        assert bench.requests == []

    @pytest.mark.parametrize("face", FACES)
    def test_a_shown_feature_shows(self, bench: Bench, face: Face, feature_shown: str) -> None:
        """It is there unasked."""
        CHAT_FEATURES[feature_shown].holds(self._try(bench, feature_shown, face))

    @pytest.mark.parametrize("face", FACES)
    def test_a_closed_feature_does_not_show(
        self, bench: Bench, face: Face, closed_feature_shown: str
    ) -> None:
        """What a supplier is said not to show does not show; else it is not closed."""
        response = self._try(bench, closed_feature_shown, face)
        with pytest.raises(AssertionError):
            CHAT_FEATURES[closed_feature_shown].holds(response)

    def test_an_account_question_is_answered(self, bench: Bench, feature_account: str) -> None:
        """Models, balance, token count: typed, and not empty."""
        answer = self._account(bench, feature_account)
        if feature_account == "models":
            assert bench.chat().model in [card.name for card in answer]
        elif feature_account == "balance":
            assert answer
            assert all(balance.available > 0 for balance in answer)
            assert all(balance.raw for balance in answer)
        else:
            assert answer > 0

    def test_a_closed_account_question_is_refused(
        self, bench: Bench, closed_feature_account: str
    ) -> None:
        """Not offered is an error, and nothing has been sent."""
        with pytest.raises(REFUSALS):
            self._account(bench, closed_feature_account)
        assert bench.requests == []

    def _account(self, bench: Bench, name: str) -> Any:
        module = bench.chat()
        if name == "token_count":
            return module.count_tokens("hi there")
        return module.models() if name == "models" else module.balance()

    @pytest.mark.parametrize("face", FACES)
    def test_reasoning_goes_back_where_it_is_due(self, bench: Bench, face: Face) -> None:
        """A tool turn carries the thought that led to it, if the supplier wants it back."""
        thought = Message("assistant", (Reasoning(text=_THOUGHT), _CALL))
        history = [user("the weather"), thought]
        ask(bench.chat(), face, tool_result(_CALL, "sunny"), history=history, tools=[WEATHER])
        is_sent = _THOUGHT in sent_values(bench.requests[-1])
        assert is_sent is ("reasoning_echo" not in self.closed)

    @pytest.mark.parametrize("face", FACES)
    def test_a_tool_is_called_and_answered(self, bench: Bench, face: Face) -> None:
        """The whole round: question, call, result, answer; every part goes back as it came."""
        if "tools" in self.closed:
            pytest.skip(f"closed: {self.closed['tools']}")
        module = bench.chat(self.models.get("tools"))
        first = ask(module, face, "use get_weather", tools=[WEATHER])
        (call,) = first.message.tool_calls
        history = [user("use get_weather"), first.message]
        last = ask(module, face, tool_result(call, "sunny"), history=history, tools=[WEATHER])
        assert last.message.text == "The tool said: sunny"
        sent = sent_values(bench.requests[-1])
        assert call.id in sent
        assert "sunny" in sent

    @pytest.mark.parametrize("face", FACES)
    def test_a_mistyped_option_is_refused(self, bench: Bench, face: Face) -> None:
        """It is named, and the right one with it."""
        with pytest.raises(errors.ConfigError, match="temperature"):
            ask(bench.chat(), face, "hi there", temprature=0.5)
        assert bench.requests == []

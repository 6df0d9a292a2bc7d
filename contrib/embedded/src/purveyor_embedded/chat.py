"""The embedded chat model: answers questions about purveyor from its weights, and says so when it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from purveyor_embedded.knowledge import Knowledge, Match
from purveyor_embedded.tokenizer import ANSWER, END, QUESTION, Tokenizer
from purveyor_embedded.transformer import Shape, Transformer
from purveyor_embedded.weights import CorruptWeights, map_file, read_tensors

DATA = Path(__file__).with_name("data")

REFUSAL = (
    "I am the embedded stand-in of purveyor and only know questions about purveyor itself. "
    "Set a key or choose another model: purveyor chat --model source:model."
)


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Tokenizer
    transformer: Transformer
    knowledge: Knowledge


class Generation:
    """One answer on its way: iterate once for its pieces; joined, they are the answer.

    Attributes:
        prompt_tokens: tokens of the last user message, with the two marks around it.
        completion_tokens: tokens given out so far.
        finish_reason: None until the end; then "stop", or "length" if max_tokens cut something off.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        tokens: Iterator[int],
        prompt_tokens: int,
        max_tokens: int | None,
    ) -> None:
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = 0
        self.finish_reason: Literal["stop", "length"] | None = None
        self._pieces = tokenizer.stream(self._count(tokens, max_tokens))

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._pieces)

    def _count(self, tokens: Iterator[int], max_tokens: int | None) -> Iterator[int]:
        for token in tokens:
            if self.completion_tokens == max_tokens:
                self.finish_reason = "length"
                return
            self.completion_tokens += 1
            yield token
        self.finish_reason = "stop"


class EmbeddedChat:
    """A chat model of about 0.5 million parameters; loads its weights at the first question, once, for all threads."""

    def __init__(self, data: Path = DATA) -> None:
        """Take the folder that holds model.json and model.safetensors."""
        self._data = data
        self._lock = Lock()
        self._model: _Model | None = None

    def reply(
        self, messages: Sequence[Mapping[str, Any]], max_tokens: int | None = None
    ) -> Generation:
        """Answer the last user message; what was said before it is not read.

        Args:
            messages: OpenAI wire shape; content is a text or a list of text parts.
            max_tokens: at least 1; None lets the answer end by itself.
        Raises:
            ValueError: there is no user message, a part is not text, or max_tokens is below 1.
            CorruptWeights: the data of the package is damaged.
        """
        if max_tokens is not None and max_tokens < 1:
            raise ValueError(f"max_tokens is {max_tokens}, expected at least 1")
        question = last_question(messages)
        model = self._load()
        tokens = _answer(model, model.knowledge.find(question))
        return Generation(
            model.tokenizer, tokens, len(model.tokenizer.encode(question)) + 2, max_tokens
        )

    def _load(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = load_model(self._data)
            return self._model


def load_model(data: Path) -> _Model:
    """Read tokenizer, known questions and weights; the weights must have the hash that model.json states."""
    path = data / "model.json"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        tokenizer = Tokenizer([(left, right) for left, right in description["merges"]])
        shape, knowledge = Shape(**description["shape"]), Knowledge(description["questions"])
        sha256 = str(description["sha256"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CorruptWeights(f"{path} is damaged; reinstall purveyor-embedded") from error
    weights = data / "model.safetensors"
    return _Model(
        tokenizer,
        Transformer(shape, read_tensors(map_file(weights, sha256), str(weights))),
        knowledge,
    )


def last_question(messages: Sequence[Mapping[str, Any]]) -> str:
    """Give the text of the last user message.

    Raises:
        ValueError: there is none, or it holds a part that is not text.
    """
    for message in reversed(messages):
        if message.get("role") == "user":
            return _text(message.get("content"))
    raise ValueError("the messages hold no user message; add one with role 'user'")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise ValueError("the content of a user message is neither a text nor a list of parts")
    kinds = [
        part.get("type") if isinstance(part, Mapping) else type(part).__name__ for part in content
    ]
    if other := [kind for kind in kinds if kind != "text"]:
        raise ValueError(f"the embedded model reads text only; found a part of type {other[0]!r}")
    return " ".join(str(part.get("text", "")) for part in content)


def _answer(model: _Model, match: Match) -> Iterator[int]:
    if match.question is not None:
        return model.transformer.generate(
            [QUESTION, *model.tokenizer.encode(match.question), ANSWER], END
        )
    suggestions = [f'"{question}"' for question in match.suggestions]
    hint = f" I can answer, for example: {', '.join(suggestions)}." if suggestions else ""
    return iter(model.tokenizer.encode(REFUSAL + hint))

"""Reasoning inside the text: <think>...</think> at its beginning, as engines without a parser leave it."""

from __future__ import annotations

from typing import Final

_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"


class ThinkTagReader:
    """Splits the text of one answer, cut anywhere, into (reasoning, text) pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking: bool | None = None  # None: the beginning is still awaited
        self._is_after = False

    def feed(self, piece: str) -> tuple[str, str]:
        """Read more text, and give what it is; what may still be a tag is held back."""
        self._held += piece
        if self._is_thinking is None and not self._begin():
            return "", ""
        if self._is_thinking:
            thought, closing, self._held = self._held.partition(_CLOSE)
            if not closing:
                held = _beginning_of(_CLOSE, thought)
                self._held = thought[len(thought) - held :]
                return thought[: len(thought) - held], ""
            self._is_thinking, self._is_after = False, True
            return thought, self._text()
        return "", self._text()

    def end(self) -> tuple[str, str]:
        """Give what was held back."""
        held, self._held = self._held, ""
        return (held, "") if self._is_thinking else ("", held)

    def _begin(self) -> bool:
        """Find out whether the text begins with a tag; False while that is not clear."""
        start = self._held.lstrip()
        if start.startswith(_OPEN):
            self._is_thinking, self._held = True, start[len(_OPEN) :]
        elif not _OPEN.startswith(start):
            self._is_thinking = False
        return self._is_thinking is not None

    def _text(self) -> str:
        """Give the text; blank lines between the reasoning and it belong to neither."""
        text = self._held.lstrip() if self._is_after else self._held
        self._held = ""
        self._is_after = self._is_after and not text
        return text


def _beginning_of(tag: str, text: str) -> int:
    """Give how many letters at the end of a text may be the beginning of a tag."""
    lengths = range(min(len(tag) - 1, len(text)), 0, -1)
    return next((length for length in lengths if text.endswith(tag[:length])), 0)

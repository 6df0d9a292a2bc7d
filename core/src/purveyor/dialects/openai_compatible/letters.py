"""Letters sent in two halves: a surrogate pair may be cut between two deltas."""

from __future__ import annotations


def whole_letters(text: str) -> str:
    """Join halves that stand together, and mark those that stand alone: neither can be shown."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class HalfLetters:
    """Holds first halves back until their second halves come, each under the key of its text."""

    def __init__(self) -> None:
        self.held: dict[tuple[int, str | int], str] = {}

    def join(self, key: tuple[int, str | int], text: str) -> str:
        """Give the text that is whole by now."""
        text = self.held.pop(key, "") + text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self.held[key] = text[-1]
            text = text[:-1]
        return whole_letters(text)

    def left(self, choice: int) -> list[tuple[str | int, str]]:
        """Give the marks of those that stayed alone in a choice."""
        keys = [key for key in self.held if key[0] == choice]
        return [(key[1], whole_letters(self.held.pop(key))) for key in keys]

"""Law 1: no file below core/ names a supplier or a framework."""

from __future__ import annotations

import re

import pytest
from workspace import PLUGINS, ROOT, short

NAMES = (
    *("openai", "sensenova", "glm", "zhipu", "bigmodel", "kimi", "moonshot", "qwen", "dashscope"),
    *("doubao", "volc", "deepseek", "vllm", "lightllm", "lmdeploy"),
)
NAMED = re.compile(rf"{'|'.join(NAMES)}|(?<![a-z])ark(?![a-z])", re.IGNORECASE)
THE_DIALECT = re.compile(r"openai_compatible|OpenAICompatible|OpenAI-compatible")

FILES = [
    path
    for path in sorted((ROOT / "core").rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
]


def named_in(text: str) -> list[str]:
    """Give the names in a text, but for that of the dialect."""
    return NAMED.findall(THE_DIALECT.sub("", text))


def test_no_file_of_the_core_names_a_supplier() -> None:
    """Examples in docstrings speak of orchid, who does not exist."""
    found = {short(path): named_in(f"{path.name}\n{path.read_text()}") for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_plugin_of_ours_is_among_the_names() -> None:
    """A plugin that is added here is a name to look for."""
    assert {str(plugin) for plugin in PLUGINS} <= set(NAMES)


@pytest.mark.parametrize(
    "text", ["OPENAI_API_KEY", "class KimiChat", "see the Ark console", "openai-compatible"]
)
def test_a_name_is_found_in_any_spelling(text: str) -> None:
    """In constants, in class names, in prose; and the exemption is for one spelling each."""
    assert named_in(text)


@pytest.mark.parametrize("text", ["OpenAICompatibleChat", "the OpenAI-compatible wire", "a mark"])
def test_the_name_of_the_dialect_is_exempt(text: str) -> None:
    """It is what its users call it."""
    assert not named_in(text)

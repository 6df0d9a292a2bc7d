"""When a question counts as known: all but the same letters, and no word that changes its meaning."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor_embedded.knowledge import Knowledge, normalise

CORPUS = Path(__file__).parents[1] / "training" / "corpus"
KNOWLEDGE = Knowledge([
    ["How do I set the openai key for a model?", "How do I give the openai key to a model?"],
    ["Does purveyor run on Python 3.11?"],
    ["What is a card?"],
])  # fmt: skip


@pytest.mark.parametrize(("question", "found"), [
    ("how do i set the OPENAI key for a model", "How do I set the openai key for a model?"),
    ("how do i set the opnai key for a model", "How do I set the openai key for a model?"),
    ("please, how do I set openai key for the model", "How do I set the openai key for a model?"),
    ("How do I give the openai key to a modell?", "How do I give the openai key to a model?"),
    ("What is card", "What is a card?"),
])  # fmt: skip
def test_a_question_that_is_all_but_the_same_is_known(question: str, found: str):
    """The trained spelling is what the model is asked."""
    assert KNOWLEDGE.find(question).question == found


@pytest.mark.parametrize("question", [
    "How do I set the mistral key for a model?", "How do I not set the openai key for a model?",
    "Does purveyor run on Python 3.10?", "Does purveyor run on Jython 3.11?", "What is a cart?", "card", "",
])  # fmt: skip
def test_one_word_that_changes_the_meaning_makes_a_question_unknown(question: str):
    """Another name, another number or a "not" is another question, however alike the letters are."""
    assert KNOWLEDGE.find(question).question is None


def test_suggestions_come_from_different_groups():
    """Two spellings of one question are one suggestion."""
    match = KNOWLEDGE.find("How do I set the mistral key for a model?")
    assert match.suggestions == ("How do I set the openai key for a model?",)


@given(st.text())
def test_normalising_ignores_case_and_space(text: str):
    """What people type carelessly does not matter."""
    assert normalise(f"  {text}\n") == normalise(text)


@given(st.text())
def test_any_text_can_be_looked_up(text: str):
    """At most three suggestions, whatever is asked."""
    assert len(KNOWLEDGE.find(text).suggestions) <= 3


def test_no_two_answers_of_the_corpus_share_a_question():
    """Each question, fillers aside, leads to one answer; all are plain ASCII."""
    lines = [line for path in CORPUS.glob("*.jsonl") for line in path.read_text().splitlines()]
    groups = [json.loads(line)["questions"] for line in lines]
    knowledge = Knowledge(groups)
    assert "".join(lines).isascii()
    assert all(knowledge.find(question).question in group for group in groups for question in group)

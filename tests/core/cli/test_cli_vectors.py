"""`purveyor embed` and `purveyor rerank`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

from cli_kit import Install, Run, Supplier
from cli_plugins import KEYLESS


def embed(supplier: Supplier) -> list[str]:
    return ["embed", "-m", "local:e", *supplier.options]


def rerank(supplier: Supplier) -> list[str]:
    return ["rerank", "-m", "local:r", *supplier.options]


def test_embed_prints_a_short_table(run: Run, supplier: Supplier) -> None:
    done = run(*embed(supplier), "hi", "hello")
    assert done.stdout.splitlines() == [
        "index  dimensions  first numbers                     text",
        "0      5           2.0000 0.5000 -1.0000 2.0000 ...  hi",
        "1      5           5.0000 0.5000 -1.0000 2.0000 ...  hello",
    ]


def test_embed_reads_lines_and_prints_json(run: Run, supplier: Supplier) -> None:
    done = run(*embed(supplier), "--json", "--dimensions", "5", given="a\n\nbcd\n")
    answer = json.loads(done.stdout)
    assert answer["vectors"] == [[1.0, 0.5, -1.0, 2.0, 3.0], [3.0, 0.5, -1.0, 2.0, 3.0]]
    assert (answer["count"], answer["dimensions"], answer["supplier"]) == (2, 5, "local")
    assert supplier.bodies[0]["dimensions"] == 5


def test_embed_writes_json_lines(run: Run, supplier: Supplier, tmp_path: Path) -> None:
    done = run(*embed(supplier), "--output", "v.jsonl", "hi")
    assert (done.returncode, done.stdout) == (0, "")
    row = json.loads((tmp_path / "v.jsonl").read_text())
    assert row == {"index": 0, "text": "hi", "vector": [2.0, 0.5, -1.0, 2.0, 3.0]}


def test_embed_into_a_folder_that_is_not_there_asks_nobody(run: Run, supplier: Supplier) -> None:
    done = run(*embed(supplier), "--output", "gone/v.jsonl", "hi")
    assert done.returncode == 2
    assert supplier.bodies == []


def test_embed_of_nothing_is_wrong_usage(run: Run, supplier: Supplier) -> None:
    done = run(*embed(supplier), given="\n")
    assert done.returncode == 2
    assert "no text" in done.stderr


def test_rerank_prints_the_best_first(run: Run, supplier: Supplier) -> None:
    done = run(*rerank(supplier), "query", "long one", "x")
    assert done.stdout.splitlines() == [
        "score   index  document",
        "0.5000  1      x",
        "0.1111  0      long one",
    ]


def test_rerank_reads_documents_from_a_file(run: Run, supplier: Supplier, tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("abc\n\nx\n")
    done = run(*rerank(supplier), "query", "--documents", "d.txt", "--top-n", "1", "--json")
    answer = json.loads(done.stdout)
    assert answer["hits"] == [{"index": 1, "score": 0.5, "document": "x"}]
    done = run(*rerank(supplier), "query", "--documents", "-", given="one\n")
    assert "one" in done.stdout


def test_rerank_of_a_file_that_is_not_utf_8_is_wrong_usage(
    run: Run, supplier: Supplier, tmp_path: Path
) -> None:
    (tmp_path / "d.txt").write_bytes(b"\xff")
    assert run(*rerank(supplier), "query", "--documents", "d.txt").returncode == 2


def test_embed_json_with_output_leaves_the_vectors_out(run: Run, supplier: Supplier) -> None:
    answer = json.loads(run(*embed(supplier), "--output", "v.jsonl", "--json", "hi").stdout)
    assert "vectors" not in answer


def test_a_stand_in_says_so_for_vectors_too(run: Run, install: Install) -> None:
    """It is asked by its name, so the note is all that can be seen before it fails."""
    capabilities = "{Capability.EMBEDDING: 'e', Capability.RERANK: 'r'}"
    install("keyless", KEYLESS.replace('{Capability.CHAT: "tiny"}', capabilities))
    for arguments in (["embed", "hi"], ["rerank", "query", "hi"]):
        done = run(*arguments)
        assert "(a stand-in)" in done.stderr
        assert "[defaults] of purveyor.toml" in done.stderr


def test_rerank_without_documents_is_wrong_usage(run: Run, supplier: Supplier) -> None:
    assert run(*rerank(supplier), "query").returncode == 2
    assert run(*rerank(supplier), "query", "--documents", "gone").returncode == 2
    assert supplier.bodies == []

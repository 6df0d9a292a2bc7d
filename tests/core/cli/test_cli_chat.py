"""`purveyor chat`, one question at a time, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_kit import Install, Run, Supplier
from cli_plugins import ACME

PNG = b"\x89PNG\r\n\x1a\n...."


def test_an_answer_is_printed_with_a_line_break(run: Run, supplier: Supplier) -> None:
    done = run(*supplier.chat, "hi there")
    assert (done.returncode, done.stdout, done.stderr) == (0, "you said: hi there\n", "")
    assert supplier.bodies[0]["stream"] is True


def test_words_need_no_quotes(run: Run, supplier: Supplier) -> None:
    assert run(*supplier.chat, "hi", "there").stdout == "you said: hi there\n"


def test_without_stream_the_answer_is_the_same(run: Run, supplier: Supplier) -> None:
    assert run(*supplier.chat, "--no-stream", "hi").stdout == "you said: hi\n"
    assert "stream" not in supplier.bodies[0]


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_the_question(run: Run, supplier: Supplier, arguments: list[str]) -> None:
    assert run(*supplier.chat, *arguments, given="héllo").stdout == "you said: héllo\n"


def test_json_is_one_object_with_everything(run: Run, supplier: Supplier) -> None:
    answer = json.loads(run(*supplier.chat, "--json", "think").stdout)
    assert answer["text"] == "the answer"
    assert answer["reasoning"] == "let me see"
    assert answer["finish"] == {"reason": "stop", "raw": "stop"}
    assert answer["usage"]["total_tokens"] == 3
    assert (answer["model"], answer["supplier"]) == ("m", "local")
    assert answer["tool_calls"] == []
    assert "note" not in answer


def test_reasoning_is_shown_on_stderr_when_wanted(run: Run, supplier: Supplier) -> None:
    for how in ([], ["--no-stream"]):
        done = run(*supplier.chat, *how, "--show-reasoning", "think")
        assert (done.stdout, done.stderr) == ("the answer\n", "let me see\n\n")
    assert run(*supplier.chat, "think").stderr == ""


def test_settings_reach_the_supplier(run: Run, supplier: Supplier) -> None:
    options = "-i brief --temperature 0.5 --max-tokens 9 --seed 7 --stop X --stop Y"
    run(*supplier.chat, *options.split(), "hi")
    body = supplier.bodies[0]
    assert body["messages"][0] == {"role": "system", "content": "brief"}
    assert (body["temperature"], body["max_tokens"], body["seed"]) == (0.5, 9, 7)
    assert body["stop"] == ["X", "Y"]


def test_attachments_go_before_the_question(run: Run, supplier: Supplier, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "n.md").write_text("a note")
    run(
        *supplier.chat, "--image", "a.png", "--image", "https://x.test/b.png", "--file", "n.md", "?"
    )
    first, second, note, question = supplier.bodies[0]["messages"][0]["content"]
    assert first["image_url"]["url"].startswith("data:image/png;base64,")
    assert second["image_url"]["url"] == "https://x.test/b.png"
    assert "a note" in note["text"]
    assert question["text"] == "?"


def test_sounds_and_documents_are_told_by_their_content(
    run: Run, supplier: Supplier, tmp_path: Path, install: Install
) -> None:
    """The reference dialect takes neither; a supplier that does gets both."""
    tables = 'chat=ChatTable(inputs=frozenset({"audio", "file"})),\n))'
    source = ACME.replace("))\n", f"), {tables[:-1]}\n").replace(
        "import Cap", "import ChatTable, Cap"
    )
    install("acme", source)
    (tmp_path / "a.wav").write_bytes(b"RIFF....WAVE")
    (tmp_path / "b.flac").write_bytes(b"fLaC")
    (tmp_path / "c.pdf").write_bytes(b"%PDF\xff")
    attached = ["--audio", "a.wav", "--audio", "b.flac", "--file", "c.pdf"]
    done = run("chat", "-m", "acme:m", *supplier.options, *attached, "?")
    assert done.stderr == ""
    wav, flac, pdf, _ = supplier.bodies[0]["messages"][0]["content"]
    assert (wav["input_audio"]["format"], flac["input_audio"]["format"]) == ("wav", "flac")
    assert pdf["file"]["filename"] == "c.pdf"
    assert pdf["file"]["file_data"].startswith("data:application/pdf;base64,")


def test_a_schema_gives_a_parsed_value(run: Run, supplier: Supplier, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"type": "object", "properties": {"name": {}}}')
    done = run(*supplier.chat, "--schema", "s.json", "--json", "json please")
    assert json.loads(done.stdout)["parsed"] == {"name": "Ann"}
    done = run(*supplier.chat, "--schema", "s.json", "hi")
    assert (done.returncode, done.stdout) == (4, "you said: hi\n")
    assert "the reply is not JSON" in done.stderr


def test_a_cut_off_answer_says_so(run: Run, supplier: Supplier) -> None:
    done = run(*supplier.chat, "long")
    assert (done.returncode, done.stdout) == (0, "so far\n")
    assert "--max-tokens" in done.stderr


@pytest.mark.parametrize(
    ("question", "remark"),
    [
        ("tools", "the model asked for tools (look)"),
        ("filtered", "the supplier's filter ended the answer"),
        ("nothing", "the model answered nothing"),
    ],
)
def test_what_the_text_does_not_show_is_said(
    run: Run, supplier: Supplier, question: str, remark: str
) -> None:
    done = run(*supplier.chat, "--no-stream", question)
    assert done.returncode == 0
    assert remark in done.stderr


def test_tool_calls_are_in_the_json(run: Run, supplier: Supplier) -> None:
    answer = json.loads(run(*supplier.chat, "--json", "tools").stdout)
    assert answer["tool_calls"] == [{"id": "c1", "name": "look", "arguments": "{}"}]


@pytest.mark.parametrize("coerced", ["0", "1"])
def test_a_c_locale_prints_utf_8(run: Run, supplier: Supplier, coerced: str) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": coerced, "PYTHONCOERCECLOCALE": coerced}
    done = run(*supplier.chat, "héllo 你好", **locale)
    assert (done.returncode, done.stdout) == (0, "you said: héllo 你好\n")

"""`purveyor chat`, one question at a time, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import ACME, BROKEN, KEYLESS, Install, Run, Supplier

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


@pytest.mark.parametrize(
    ("given", "complaint"), [(b"\xff\xfe", "not UTF-8"), (b" \n", "the question is empty")]
)
def test_standard_input_without_a_question_is_wrong_usage(
    run: Run, supplier: Supplier, given: bytes, complaint: str
) -> None:
    done = run(*supplier.chat, given=given)
    assert done.returncode == 2
    assert complaint in done.stderr


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


@pytest.mark.parametrize("option", ["--image", "--file", "--audio", "--schema"])
def test_a_missing_file_is_wrong_usage(run: Run, supplier: Supplier, option: str) -> None:
    done = run(*supplier.chat, option, "gone", "hi")
    assert done.returncode == 2
    assert "'gone' cannot be read: No such file or directory" in done.stderr
    assert supplier.bodies == []


@pytest.mark.parametrize(
    ("option", "complaint"),
    [("--image", "is no picture"), ("--audio", "is no sound"), ("--schema", "is not JSON")],
)
def test_a_file_of_another_kind_is_wrong_usage(
    run: Run, supplier: Supplier, tmp_path: Path, option: str, complaint: str
) -> None:
    (tmp_path / "x.txt").write_text("plain")
    done = run(*supplier.chat, option, "x.txt", "hi")
    assert done.returncode == 2
    assert complaint in done.stderr


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


def test_a_stream_that_breaks_off_prints_what_came(run: Run, supplier: Supplier) -> None:
    done = run(*supplier.chat, "cut")
    assert (done.returncode, done.stdout) == (5, "half an answer\n")
    assert done.stderr.startswith("purveyor: ")


@pytest.mark.parametrize(("status", "kind"), [(401, "hint: purveyor doctor"), (404, "hint:")])
def test_a_refusal_of_the_supplier_is_status_4(
    run: Run, supplier: Supplier, status: int, kind: str
) -> None:
    done = run(*supplier.chat, f"fail {status}")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"status {status}" in done.stderr
    assert "no such luck" in done.stderr
    assert kind in done.stderr
    assert "\x1b" not in done.stderr


def test_a_refused_connection_is_status_4(run: Run) -> None:
    address = ["--base-url", "http://127.0.0.1:1/v1", "--auth", "none", "--timeout", "2"]
    done = run("chat", "-m", "local:m", *address, "hi")
    assert done.returncode == 4
    assert "127.0.0.1:1" in done.stderr


def test_debug_shows_where_an_error_came_from(tmp_path: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "purveyor", "--debug", "chat", "-m", "nobody:m", "hi"],
        capture_output=True, text=True, env=environ, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "Traceback" in done.stderr


def test_a_named_supplier_without_key_is_an_error(run: Run, install: Install) -> None:
    """A supplier that needs no key never stands in for one that was named."""
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    for arguments, variables in (
        (["-m", "acme"], {}),
        (["-m", "a-1"], {}),
        ([], {"PURVEYOR_MODEL": "acme:a-1"}),
    ):
        done = run("chat", *arguments, "hi", **variables)
        assert (done.returncode, done.stdout) == (3, ""), arguments
    done = run("chat", "-m", "acme", "hi")
    assert "ACME_API_KEY" in done.stderr


def test_a_supplier_in_the_settings_is_not_replaced(
    run: Run, install: Install, tmp_path: Path
) -> None:
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    (tmp_path / "purveyor.toml").write_text('[suppliers.acme]\napi_key_env = "GONE"\n')
    done = run("chat", "hi")
    assert (done.returncode, done.stdout) == (3, "")


def test_where_nothing_is_set_up_a_stand_in_says_what_it_is(run: Run, install: Install) -> None:
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    done = run("chat", "--no-stream", "hi")
    assert (done.returncode, done.stdout) == (0, "offline\n")
    assert "keyless:tiny (a stand-in)" in done.stderr
    assert "PURVEYOR_MODEL" in done.stderr
    done = run("chat", "--json", "hi")
    assert done.stderr == ""
    assert "keyless:tiny" in json.loads(done.stdout)["note"]


def test_with_a_key_no_stand_in_is_used(run: Run, install: Install) -> None:
    """The key's supplier is asked, and cannot be reached here."""
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    done = run("chat", "--timeout", "1", "hi", ACME_API_KEY="sk-acme-12345678")
    assert done.returncode == 4
    assert "acme" in done.stderr
    assert "12345678" not in done.stderr


def test_without_any_supplier_the_error_says_what_to_install(run: Run) -> None:
    done = run("chat", "hi")
    assert done.returncode == 3
    assert "pip install" in done.stderr


def test_a_broken_plugin_is_named_when_asked_for(run: Run, install: Install) -> None:
    install("broken", BROKEN)
    done = run("chat", "-m", "broken:m", "hi")
    assert done.returncode == 3
    assert "a bad day" in done.stderr
    assert "purveyor doctor" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["-m", "nobody:m", "hi"], 3, "nobody"),
        (["--no-such-option", "hi"], 2, "No such option"),
        (["--api-key", "sk-1", "hi"], 2, "a key is never given on the command line"),
        (["--base-url", "http://127.0.0.1:1/v1", "hi"], 2, "--base-url names no model"),
        (["-m", "local:m", "--base-url", "nonsense", "--auth", "none", "hi"], 3, "no address"),
        (["-i", b"\xff", "hi"], 2, "is not UTF-8"),
        (["--thinking", "hard", "hi"], 2, "hard"),
        (["--max-tokens", "0", "hi"], 2, "0 is not"),
        (["--timeout", "0", "hi"], 2, "0"),
    ],
)
def test_a_mistake_has_its_status_and_says_what_is_wrong(
    run: Run, arguments: list[str | bytes], status: int, words: str
) -> None:
    done = run("chat", *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr


def test_broken_settings_are_named_with_their_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "purveyor.toml").write_text("[defaults]\nchat = \n")
    done = run("chat", "hi")
    assert done.returncode == 3
    assert "purveyor.toml:2" in done.stderr


def test_interrupting_an_answer_prints_what_came_and_hangs_up(
    supplier: Supplier, environ: dict[str, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "purveyor", *supplier.chat, "slow"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environ, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None
    assert os.read(process.stdout.fileno(), 99) == b"one two "
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (5, b"\n", b"purveyor: interrupted\n")
    assert supplier.has_hung_up.wait(5)


@pytest.mark.parametrize("arguments", [["hi"], ["fail 401"], ["--wrong"]])
def test_a_reader_that_went_away_is_no_error(
    arguments: list[str], supplier: Supplier, environ: dict[str, str], tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "purveyor", *supplier.chat, *arguments],
        stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.STDOUT,
        env=environ, cwd=tmp_path, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 141


def test_a_full_disk_is_named(supplier: Supplier, environ: dict[str, str], tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "purveyor", *supplier.chat, "hi"],
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
            env=environ, cwd=tmp_path, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b"purveyor: the output could not be written: No space left on device\n"


@pytest.mark.parametrize("coerced", ["0", "1"])
def test_a_c_locale_prints_utf_8(run: Run, supplier: Supplier, coerced: str) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": coerced, "PYTHONCOERCECLOCALE": coerced}
    done = run(*supplier.chat, "héllo 你好", **locale)
    assert (done.returncode, done.stdout) == (0, "you said: héllo 你好\n")

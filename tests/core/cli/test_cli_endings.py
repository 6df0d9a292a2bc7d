"""How a run ends: statuses, what is said, and never a traceback for a user's mistake."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import Run, Supplier


@pytest.mark.parametrize(
    ("given", "complaint"), [(b"\xff\xfe", "not UTF-8"), (b" \n", "the question is empty")]
)
def test_standard_input_without_a_question_is_wrong_usage(
    run: Run, supplier: Supplier, given: bytes, complaint: str
) -> None:
    done = run(*supplier.chat, given=given)
    assert done.returncode == 2
    assert complaint in done.stderr


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

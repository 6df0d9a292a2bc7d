"""`purveyor doctor`: every problem is named, with what to do."""

from __future__ import annotations

import json
from pathlib import Path

from cli_kit import Install, Run
from cli_plugins import ACME, BROKEN


def test_doctor_tells_of_keys_and_masks_them(run: Run, install: Install) -> None:
    install("acme", ACME)
    done = run("doctor", "--strict", ACME_API_KEY="sk-secret-123456789")
    assert done.returncode == 0
    assert "acme      ***6789  environment ACME_API_KEY" in done.stdout
    assert "no problems found" in done.stdout
    assert "set ACME_API_KEY" in run("doctor").stdout


def test_doctor_names_each_problem_and_what_to_do(
    run: Run, install: Install, tmp_path: Path
) -> None:
    install("acme", ACME)
    install("broken", BROKEN)
    (tmp_path / "purveyor.toml").write_text("[defualts]\n")
    done = run("doctor")
    assert done.returncode == 0
    assert "broken (purveyor-broken 1.0) failed, phase imported" in done.stdout
    assert "RuntimeError: a bad day" in done.stdout
    assert "try: pip install" in done.stdout
    assert "purveyor.toml:1: defualts: unknown key" in done.stdout
    assert "2 problems found" in done.stdout
    assert run("doctor", "--strict").returncode == 1


def test_doctor_as_json(run: Run, install: Install) -> None:
    install("broken", BROKEN)
    found = json.loads(run("doctor", "--json").stdout)
    assert found["count"] == 1
    assert found["problems"][0]["phase"] == "imported"


def test_doctor_reports_an_unusable_key(run: Run, install: Install) -> None:
    install("acme", ACME)
    done = run("doctor", "--strict", ACME_API_KEY="schlüssel-12345")
    assert done.returncode == 1
    assert "unusable" in done.stdout
    assert "schl" not in done.stdout


def test_doctor_leaves_a_plugin_that_hangs(run: Run, install: Install) -> None:
    install("broken", "import time; time.sleep(60)")
    done = run("doctor", "--strict", "--deadline", "0.5")
    assert done.returncode == 1
    assert "did not return within 0.5 s" in done.stdout

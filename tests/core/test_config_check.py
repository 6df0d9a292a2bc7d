"""Every fault of a purveyor.toml, each with its key and its line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor._settings.file import dotted, line_of
from purveyor._settings.lines import key_lines
from purveyor.config import ConfigFault, check
from purveyor.types.supplier import SupplierCard

ORCHID = SupplierCard(
    name="orchid",
    title="Orchid",
    docs="",
    base_url="https://api.orchid.test/v1",
    key_env=("PURVEYOR_ORCHID_KEY",),
)


def faults(tmp_path: Path, text: str) -> list[str]:
    """Check a text and say what is wrong, a line each."""
    path = tmp_path / "purveyor.toml"
    path.write_text(text, encoding="utf-8")
    return [str(fault) for fault in check(path, environ={})]


def test_all_faults_are_found_at_once(tmp_path: Path) -> None:
    """One run of `purveyor config check` is enough."""
    text = '[defaults]\nchat = 3\n\n[suppliers.orchid]\napi_kee = "x"\n[retri]\n'
    assert faults(tmp_path, text) == [
        "2: defaults.chat: expected `str`, got `int`",
        "5: suppliers.orchid.api_kee: unknown key; did you mean api_key",
        "6: retri: unknown key; did you mean retry",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chat = 1", "1: chat: unknown key; expected one of defaults, aliases,"),
        ("defaults = 1", "1: defaults: expected a table"),
        ("[suppliers]\no = 1", "2: suppliers.o: expected a table"),
        (
            "[suppliers.o.timeouts]\ntotal = 0",
            "2: suppliers.o.timeouts.total: expected `float` > 0",
        ),
        ("[suppliers.o.timeouts]\ntotal = inf", "2: suppliers.o.timeouts.total: expected a finite"),
        ('[suppliers.o]\nauth = "off"', '2: suppliers.o.auth: expected "none"'),
        ('[suppliers.o]\nauth = "none"\napi_key_env = "K"', "2: suppliers.o.auth: auth = "),
        ("[suppliers.o]\napi_key_command = []", "2: suppliers.o.api_key_command: expected `array`"),
        ('[suppliers.o]\napi_key_command = "pass o"', "2: suppliers.o.api_key_command: expected"),
        (
            '[suppliers.o]\napi_key_keyring = "x"',
            "2: suppliers.o.api_key_keyring: expected service/",
        ),
        ('[suppliers.o]\nbase_url = "o.test"', "2: suppliers.o.base_url: is no address"),
        (
            '[suppliers.o.extra_headers]\n"a b" = "c"',
            '2: suppliers.o.extra_headers."a b": is no hea',
        ),
        ('[suppliers.o.extra_headers]\na = "c\\n"', "2: suppliers.o.extra_headers.a: holds a line"),
        ('[models."o"]\nseed = 1', "1: models.o: expected supplier:model in quotes"),
        ('[models."o:m"]\nthinking = "hard"', '2: models."o:m".thinking: expected on, off, auto, '),
        (
            '[models."o:m".thinking]\nefort = "low"',
            '2: models."o:m".thinking.efort: unknown key; di',
        ),
        ('[models."o:m"]\nseed = "a"', '2: models."o:m".seed: expected `int`, got `str`'),
        ('[defaults]\nchat = "a b"', "2: defaults.chat: expected supplier:model"),
        ('[aliases]\n"a:b" = "o:m"', '2: aliases."a:b": an alias is one word without a colon'),
        ('[aliases]\na = ":m"', "2: aliases.a: expected supplier:model or another alias"),
        ('[aliases]\no = "x:m"\n[suppliers.o]', "2: aliases.o: shadows the supplier o"),
        ('[plugins]\nallow = ["a"]\ndeny = ["a"]', "3: plugins.deny: a is also in allow"),
        ("[retry]\nattempts = 0", "2: retry.attempts: expected `int` >= 1"),
    ],
)
def test_a_fault_names_its_key_and_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Every rule of the file, broken once."""
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(said)


def test_two_sources_of_one_key_contradict(tmp_path: Path) -> None:
    """Which of them counts is for the user to say."""
    text = '[suppliers.orchid]\napi_key_file = "k"\napi_key_env = "K"\n'
    assert faults(tmp_path, text) == [
        "2: suppliers.orchid.api_key_file: api_key_env and api_key_file are both set; keep one of"
        " them"
    ]


def test_an_alias_cycle_names_its_members(tmp_path: Path) -> None:
    """Each member is named; one that only leads into the cycle is not blamed."""
    text = '[aliases]\nin = "a"\na = "b"\nb = "a"\nself = "self"'
    assert faults(tmp_path, text) == [
        "3: aliases.a: leads back to itself: a -> b -> a",
        "4: aliases.b: leads back to itself: b -> a -> b",
        "5: aliases.self: leads back to itself: self -> self",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = sk-1", 2), ("a = '''x", 1), ("[a]\n[a]\n", 2), ("a = 1\n\nb", 3)],
)
def test_what_is_no_toml_is_one_fault_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    """The parser's complaint, in our form."""
    path = tmp_path / "purveyor.toml"
    path.write_text(text)
    (fault,) = check(path, environ={})
    assert (fault.line, fault.key) == (line, "")


def test_bytes_that_are_no_text_are_a_fault_with_their_line(tmp_path: Path) -> None:
    """A file saved as Latin-1 is not guessed at."""
    path = tmp_path / "purveyor.toml"
    path.write_bytes(b"[aliases]\ncaf\xe9 = 'o:m'\n")
    assert check(path, environ={}) == (ConfigFault(2, "", "is not UTF-8; save the file as UTF-8"),)


def test_what_is_nested_without_end_is_a_fault(tmp_path: Path) -> None:
    """No file can bring the parser down."""
    (fault,) = faults(tmp_path, "a = " + "[" * 100_000)
    assert fault.startswith("1: ")


def test_a_file_of_a_mebibyte_is_refused(tmp_path: Path) -> None:
    """This is no configuration."""
    (fault,) = faults(tmp_path, "#" * (1 << 20) + "\n")
    assert "larger than 1 MiB" in fault


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    """`check` reports, it does not raise."""
    (fault,) = check(tmp_path / "none.toml", environ={})
    assert "none.toml cannot be read" in fault.message


def test_unknown_variables_of_ours_are_faults(tmp_path: Path) -> None:
    """A misspelt variable would otherwise say nothing; a supplier's own is known by its card."""
    environ = {"PURVEYOR_MODLE": "x", "PURVEYOR_ORCHID_KEY": "y", "HOME": str(tmp_path)}
    (tmp_path / "p.toml").touch()
    (fault,) = check(tmp_path / "p.toml", environ=environ, cards=[ORCHID])
    assert str(fault) == "PURVEYOR_MODLE: unknown variable; did you mean PURVEYOR_MODEL"


def test_names_of_suppliers_are_checked_against_those_installed(tmp_path: Path) -> None:
    """A table of a misspelt supplier would otherwise say nothing."""
    path = tmp_path / "p.toml"
    path.write_text(
        '[suppliers.orchyd]\nregion = "x"\n[aliases]\norchid = "orchid:m"\n'
        '[suppliers.mine]\nbase_url = "http://localhost:8000/v1"'
    )
    assert [str(fault) for fault in check(path, environ={}, cards=[ORCHID])] == [
        "1: suppliers.orchyd: no such supplier is installed; did you mean orchid",
        "4: aliases.orchid: shadows the supplier orchid; choose another name",
    ]


def test_lines_are_found_in_every_form_toml_knows() -> None:
    """Dotted and quoted keys, inline tables, arrays and strings over many lines."""
    text = (
        'a.b = 1\n"c d".\'e\' = [ # ]\n  "]", 2,\n]\n'
        "s = \"\"\"\n[no]\nx = 1\n\"\"\"\nt = '''\n[no]'''\n"
        '[ "q\\u0041" . r ]\nk = { z = "}", y = 2 }\n[[list]]\nm = """""a"""""\nn = 2 # end'
    )
    lines = key_lines(text)
    assert lines[("a", "b")] == 1
    assert lines[("c d", "e")] == 2
    assert lines[("s",)] == 5
    assert lines[("t",)] == 9
    assert lines[("qA", "r")] == 11
    assert lines[("list", "n")] == 15
    assert line_of(lines, ("qA", "r", "k", "y")) == 12
    assert line_of(lines, ("nowhere",)) is None
    assert ("no",) not in lines


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=8), st.integers(0, 3))))
def test_any_key_is_found_on_its_line(keys: list[tuple[str, int]]) -> None:
    """Whatever a key is called and whatever stands between: the line is right."""
    fillers = ["", "x1 = '''\n[a]\n'''\n", "# x = 1\n\n", 'x2 = ["""\n]""", { y = 1 },\n]\n']
    text, expected = "", {}
    for position, (key, filler) in enumerate(keys):
        name = json.dumps(f"{position}{key}", ensure_ascii=False).replace("\x7f", "\\u007f")
        text += f"[t{position}]\n{fillers[filler]}"
        expected[f"t{position}", f"{position}{key}"] = text.count("\n") + 1
        text += f"{name} = 1\n"
    assert {path: key_lines(text).get(path) for path in expected} == expected


def test_a_path_is_shown_as_toml_writes_it() -> None:
    """So that it can be searched for in the file."""
    assert dotted(("models", "orchid:m", "top_p")) == 'models."orchid:m".top_p'

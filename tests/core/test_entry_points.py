"""Finding entry points: the metadata folders, the index file, and `importlib.metadata` as truth."""

from __future__ import annotations

import importlib.metadata
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_factory import PluginFolder, installed_nowhere_else, standard_library

from purveyor._plugins import index as entry_point_index
from purveyor._plugins.entry_points import (
    GROUPS,
    SUPPLIERS,
    EntryPoint,
    ask_importlib,
    keywords,
    normalised,
    scan,
    search_path,
)
from purveyor._plugins.index import Catalogue


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


def kimi(folder: PluginFolder, value: str = "kimi:supplier", version: str = "1.0.0") -> Path:
    return folder.distribution("purveyor-kimi", {SUPPLIERS: {"kimi": value}}, version=version)


def names_of(rows: tuple[EntryPoint, ...]) -> list[str]:
    return [row.name for row in rows]


def test_an_entry_point_says_whose_it_is(plugins: PluginFolder) -> None:
    """A row names group, name, value, distribution, version and metadata folder."""
    info = kimi(plugins)
    expected = EntryPoint(SUPPLIERS, "kimi", "kimi:supplier", "purveyor-kimi", "1.0.0", str(info))
    assert scan(search_path()).entry_points == (expected,)


def test_other_groups_comments_and_blank_lines_are_passed_over(plugins: PluginFolder) -> None:
    """Only our groups count."""
    info = kimi(plugins)
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nkimi = kimi:main\n\n[purveyor.suppliers]\n# kimi = no\n\n qwen = q : s \n"
    )
    (row,) = scan(search_path()).entry_points
    assert (row.name, row.value) == ("qwen", "q : s")


def test_a_distribution_found_twice_counts_where_it_stands_first(
    plugins: PluginFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An editable install and a wheel are one distribution, however its name is written."""
    editable = PluginFolder(tmp_path / "editable")
    monkeypatch.setattr(sys, "path", [str(editable.folder), *sys.path])
    editable.distribution("Purveyor.Kimi", {SUPPLIERS: {"kimi": "new:supplier"}}, suffix="egg-info")
    kimi(plugins, "old:supplier")
    assert [row.value for row in scan(search_path()).entry_points] == ["new:supplier"]


def test_a_first_distribution_without_entry_points_hides_a_second_with_some(
    plugins: PluginFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first decides, as in importlib.metadata."""
    kimi(plugins)
    first = PluginFolder(tmp_path / "first")
    first.distribution("purveyor-kimi", {})
    monkeypatch.setattr(sys, "path", [str(first.folder), *sys.path])
    assert scan(search_path()).entry_points == ()


def test_a_development_folder_without_a_version_is_read_from_its_metadata(
    plugins: PluginFolder,
) -> None:
    """`setup.py develop` writes `name.egg-info`."""
    info = plugins.distribution(
        "purveyor-kimi", {SUPPLIERS: {"kimi": "k:s"}}, suffix="egg-info", version="2.5"
    )
    info.rename(info.parent / "purveyor_kimi.egg-info")
    (row,) = scan(search_path()).entry_points
    assert (row.distribution, row.version) == ("purveyor-kimi", "2.5")


def test_a_metadata_file_that_is_no_text_is_a_fault_and_the_others_are_read(
    plugins: PluginFolder,
) -> None:
    """The broken distribution is named."""
    broken = plugins.distribution("purveyor-broken", {})
    (broken / "entry_points.txt").write_bytes(b"[purveyor.suppliers]\nx = \xff\xfe")
    kimi(plugins)
    found = scan(search_path())
    assert names_of(found.entry_points) == ["kimi"]
    assert [fault.distribution for fault in found.faults] == ["purveyor-broken"]


def test_a_line_without_a_value_is_a_fault_and_the_other_lines_count(plugins: PluginFolder) -> None:
    """What was found is quoted."""
    (kimi(plugins) / "entry_points.txt").write_text("[purveyor.suppliers]\nnonsense\nkimi = k:s\n")
    found = scan(search_path())
    assert names_of(found.entry_points) == ["kimi"]
    assert "'nonsense'" in found.faults[0].error


def test_a_metadata_folder_that_is_a_file_is_passed_over(plugins: PluginFolder) -> None:
    """Debian's Python packages have `.egg-info` files."""
    (plugins.folder / "old-1.0.egg-info").write_text("Name: old")
    (plugins.folder / "gone-1.0.dist-info").symlink_to("nowhere")
    assert scan(search_path()).entry_points == ()


@pytest.mark.parametrize(
    "spelling", ["Purveyor-Kimi", "purveyor_kimi", "purveyor.kimi", "PURVEYOR-_.kimi"]
)
def test_names_of_distributions_compare_as_pep_503_says(spelling: str) -> None:
    """Case, and runs of hyphen, underscore and dot, do not matter."""
    assert normalised(spelling) == "purveyor-kimi"


def test_keywords_are_read_from_the_header_only(plugins: PluginFolder) -> None:
    """Commas and blanks part them; the description says nothing."""
    info = plugins.distribution("purveyor-kimi", {}, keywords="chat,Embedding rerank")
    assert keywords(str(info)) == {"chat", "embedding", "rerank"}
    assert keywords(str(info / "nowhere")) == frozenset()


def test_the_index_is_written_once_and_then_read(
    plugins: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process reads no metadata."""
    kimi(plugins)
    first = Catalogue(tmp_path / "cache").rows(SUPPLIERS, "kimi")
    monkeypatch.setattr(entry_point_index, "scan", None)
    assert Catalogue(tmp_path / "cache").rows(SUPPLIERS, "kimi") == first


def test_the_index_file_is_the_users_alone(plugins: PluginFolder, tmp_path: Path) -> None:
    """Nobody else may say what we import."""
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (file,) = (tmp_path / "cache").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_index_that_others_may_write_is_not_trusted(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """It is read anew and replaced."""
    kimi(plugins)
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes().replace(b"kimi:supplier", b"evil:supplier"))
    file.chmod(0o666)
    assert Catalogue(tmp_path / "cache").rows(SUPPLIERS, "kimi")[0].value == "kimi:supplier"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": 1}', b"\xff" * 9, b"[" * 99999])
def test_a_corrupt_index_is_ignored_and_rewritten(
    plugins: PluginFolder, tmp_path: Path, data: bytes
) -> None:
    """It costs time, never correctness."""
    kimi(plugins)
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(data)
    assert Catalogue(tmp_path / "cache").names(SUPPLIERS) == ("kimi",)
    assert b"purveyor-kimi" in file.read_bytes()


def test_a_corrupt_row_is_found_out_when_it_is_asked_for(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """Rows are decoded late; a wrong one makes the metadata be read anew."""
    kimi(plugins)
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes().replace(b'"kimi:supplier"', b"4"))
    assert Catalogue(tmp_path / "cache").rows(SUPPLIERS, "kimi")[0].value == "kimi:supplier"


def test_a_folder_that_changed_makes_the_index_stale(plugins: PluginFolder, tmp_path: Path) -> None:
    """What was installed since is found."""
    kimi(plugins)
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    plugins.distribution("purveyor-qwen", {SUPPLIERS: {"qwen": "q:s"}})
    os.utime(plugins.folder, ns=(1, 1))
    assert Catalogue(tmp_path / "cache").names(SUPPLIERS) == ("kimi", "qwen")


def test_a_folder_without_distributions_may_change(
    plugins: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that writes into its own folder does not spoil the index."""
    kimi(plugins)
    (tmp_path / "script").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "script"), *sys.path])
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (tmp_path / "script" / "output.txt").touch()
    os.utime(tmp_path / "script", ns=(1, 1))
    monkeypatch.setattr(entry_point_index, "scan", None)
    assert Catalogue(tmp_path / "cache").names(SUPPLIERS) == ("kimi",)


def test_a_name_the_index_lacks_makes_the_metadata_be_read_anew(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """An entry point added inside an existing folder leaves the folder's time as it was."""
    info = kimi(plugins)
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (info / "entry_points.txt").write_text("[purveyor.suppliers]\nmoonshot = kimi:supplier\n")
    catalogue = Catalogue(tmp_path / "cache")
    assert catalogue.rows(SUPPLIERS, "moonshot") == ()
    assert names_of(catalogue.search(SUPPLIERS, "moonshot")) == ["moonshot"]


def test_a_cache_folder_that_cannot_be_made_costs_only_the_index(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """A file stands where the folder should."""
    kimi(plugins)
    (tmp_path / "cache").touch()
    assert Catalogue(tmp_path / "cache" / "purveyor").names(SUPPLIERS) == ("kimi",)


def test_an_index_that_cannot_be_replaced_leaves_no_other_file(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """A folder stands where the file should; the temporary one is removed."""
    Catalogue(tmp_path / "cache").names(SUPPLIERS)
    (file,) = (tmp_path / "cache").iterdir()
    file.unlink()
    (file / "in the way").mkdir(parents=True)
    kimi(plugins)
    assert Catalogue(tmp_path / "cache").names(SUPPLIERS) == ("kimi",)
    assert list((tmp_path / "cache").iterdir()) == [file]


def test_only_the_latest_environments_keep_their_index(
    plugins: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every script folder is another sys.path."""
    monkeypatch.setattr(entry_point_index, "_KEPT_FILES", 3)
    for number in range(6):
        monkeypatch.setattr(sys, "path", [str(tmp_path / f"script{number}"), *sys.path])
        Catalogue(tmp_path / "cache").names(SUPPLIERS)
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_a_plugin_in_a_zip_file_is_found(
    plugins: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders are not all: importlib.metadata reads zip files."""
    with zipfile.ZipFile(tmp_path / "plugins.zip", "w") as archive:
        info = "purveyor_zipped-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Name: purveyor-zipped\nVersion: 1.0\n")
        archive.writestr(f"{info}/entry_points.txt", "[purveyor.suppliers]\nzipped = z:s\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "plugins.zip"), *sys.path])
    (row,) = Catalogue().rows(SUPPLIERS, "zipped")
    assert (row.distribution, row.version) == ("purveyor-zipped", "1.0")


def test_a_plugin_behind_a_custom_finder_is_found(
    plugins: PluginFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finder that knows distributions is asked, through importlib.metadata, every time."""
    hidden = PluginFolder(tmp_path / "hidden")
    info = kimi(hidden)

    class Finder:
        def find_spec(self, *arguments: object) -> None:
            return None

        def find_distributions(self, context: object) -> list[importlib.metadata.Distribution]:
            return [importlib.metadata.Distribution.at(info)]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    catalogue = Catalogue(tmp_path / "cache")
    assert catalogue.names(SUPPLIERS) == ("kimi",)
    assert not (tmp_path / "cache").exists()


def test_a_distribution_that_raises_is_a_fault_and_the_others_are_read(
    plugins: PluginFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's finder may give anything."""
    kimi(plugins)

    class Broken(importlib.metadata.Distribution):
        def read_text(self, filename: str) -> str | None:
            raise RuntimeError("no metadata today")

        def locate_file(self, path: object) -> Path:
            raise NotImplementedError

    class Finder:
        def find_spec(self, *arguments: object) -> None:
            return None

        def find_distributions(self, context: object) -> list[importlib.metadata.Distribution]:
            return [Broken()]

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    found = ask_importlib()
    assert names_of(found.entry_points) == ["kimi"]
    assert "no metadata today" in found.faults[0].error


def test_what_only_importlib_finds_is_found_by_name(
    plugins: PluginFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An egg on sys.path is no metadata folder; importlib.metadata is the last resort."""
    info = plugins.folder / "purveyor_egg-1.0-py3.egg" / "EGG-INFO"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Name: purveyor-egg\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[purveyor.suppliers]\negg = e:s\n")
    monkeypatch.setattr(sys, "path", [str(info.parent), *sys.path])
    catalogue = Catalogue()
    assert names_of(catalogue.search(SUPPLIERS, "egg")) == ["egg"]
    assert catalogue.names(SUPPLIERS) == ("egg",)


def test_what_was_installed_meanwhile_is_seen_after_revalidation(plugins: PluginFolder) -> None:
    """A long-lived process learns of it."""
    catalogue = Catalogue()
    assert catalogue.names(SUPPLIERS) == ()
    kimi(plugins)
    os.utime(plugins.folder, ns=(1, 1))
    catalogue.revalidate()
    assert catalogue.names(SUPPLIERS) == ("kimi",)


distributions = st.lists(
    st.tuples(
        st.sampled_from(["purveyor-a", "Purveyor_A", "purveyor.b", "purveyor-c", "other"]),
        st.sampled_from(["1.0", "2.0.dev1", "0.1+local"]),
        st.sampled_from(["dist-info", "egg-info"]),
        st.integers(0, 2),
        st.dictionaries(
            st.sampled_from([*GROUPS, "console_scripts", "purveyor.other"]),
            st.dictionaries(
                st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True),
                st.sampled_from(["m", "m:a", "m.n:a.b", "m:a [extra]"]),
                max_size=3,
            ),
        ),
    ),
    max_size=8,
)


@given(distributions)
def test_the_scan_finds_what_importlib_finds(
    drawn: list[tuple[str, str, str, int, dict[str, dict[str, str]]]],
) -> None:
    """For any distributions in any of three folders, and so does the last resort."""
    path = sys.path
    with TemporaryDirectory() as root:
        folders = [PluginFolder(Path(root) / str(number)) for number in range(3)]
        for name, version, suffix, place, entries in drawn:
            folders[place].distribution(name, entries, version=version, suffix=suffix)
        sys.path = [*(str(folder.folder) for folder in folders), *standard_library()]
        try:
            expected = {
                (group, entry.name, entry.value, normalised(entry.dist.name), entry.dist.version)
                for group in GROUPS
                for entry in importlib.metadata.entry_points(group=group)
                if entry.dist is not None
            }
            found = scan(search_path()), ask_importlib()
        finally:
            sys.path = path
    for rows in (each.entry_points for each in found):
        told = {(r.group, r.name, r.value, r.distribution, r.version) for r in rows}
        assert told == expected
        assert len(rows) == len(told)

"""Which packs there are: added by folder, brought by a package. Looking runs nothing of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tests.support.packs import LESSON, copy_pack, entry_point, import_from
from wslab.lab.pack_files import PackError
from wslab.lab.pack_shelf import ADDED, PackShelf, installed_packs
from wslab.lab.state_file import StateError


def shelf(tmp_path: Path, *installed: EntryPoint) -> PackShelf:
    def entries() -> Iterable[EntryPoint]:
        return installed

    return PackShelf(tmp_path / "state", entries)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which modules can be imported; each module that is imported leaves a file."""
    folder = tmp_path / "site"
    folder.mkdir()
    import_from(monkeypatch, folder)
    return folder


def trap(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"open({str(file)!r} + '.ran', 'w')\n")


def test_at_first_there_is_none(tmp_path: Path) -> None:
    empty = shelf(tmp_path)
    assert empty.packs() == ()
    with pytest.raises(
        PackError, match="there is no pack 'small'; add one with `wslab lesson pack add FOLDER`"
    ):
        empty.pack("small")
    with pytest.raises(PackError, match="there is no pack 'small'"):
        empty.remove("small")
    assert not (tmp_path / "state").exists()


def test_a_pack_is_added_once_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = copy_pack(tmp_path / "one", "one"), copy_pack(tmp_path / "other", "other")
    monkeypatch.chdir(tmp_path)
    packs = shelf(tmp_path)
    assert packs.add(Path("other")).folder == other
    packs.add(one)
    packs.add(one)
    assert [(found.name, found.source, found.folder) for found in shelf(tmp_path).packs()] == [
        ("other", ADDED, other),
        ("one", ADDED, one),
    ]
    assert packs.pack("one").folder == one
    assert packs.pack("./other").name == packs.pack(str(other)).name == "other"
    monkeypatch.chdir(one)
    assert packs.pack(".").name == "one"
    with pytest.raises(PackError, match="there is no pack 'three'; there are: other, one"):
        packs.pack("three")
    packs.remove("other")
    assert [found.name for found in shelf(tmp_path).packs()] == ["one"]
    assert other.is_dir()


def test_two_packs_of_one_name_are_refused(tmp_path: Path) -> None:
    packs = shelf(tmp_path)
    packs.add(copy_pack(tmp_path / "one"))
    with pytest.raises(PackError, match=f"there is a pack small already, in {tmp_path / 'one'}"):
        packs.add(copy_pack(tmp_path / "two"))


def test_what_is_wrong_with_a_pack_is_told_and_it_can_be_removed(tmp_path: Path) -> None:
    packs = shelf(tmp_path)
    for name in ("gone", "wrong", "renamed", "fine"):
        packs.add(copy_pack(tmp_path / name, name))
    shutil.rmtree(tmp_path / "gone")
    (tmp_path / "wrong" / LESSON / "lesson.toml").write_text("format = 1\n")
    top = tmp_path / "renamed" / "course.toml"
    top.write_text(top.read_text().replace('"renamed"', '"new-name"'))
    found = {one.name: one for one in packs.packs()}
    assert [one.pack is not None for one in found.values()] == [False, False, False, True]
    assert "No such file" in str(found["gone"].problem)
    assert "lesson.toml: id is missing" in str(found["wrong"].problem)
    assert "the pack renamed is called new-name now" in str(found["renamed"].problem)
    with pytest.raises(PackError, match="No such file"):
        packs.pack("gone")
    for name in ("gone", "wrong", "renamed"):
        packs.remove(name)
    assert [one.name for one in packs.packs()] == ["fine"]


@pytest.mark.parametrize(
    "data",
    [
        '{"format": 1, "folders": 7}',
        '{"format": 1, "folders": {"a": "here"}}',
        '{"format": 1, "folders": {"\\u001b": 1}}',
        '{"format": 2}',
    ],
)
def test_a_file_that_was_changed_by_hand_is_told(tmp_path: Path, data: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "packs.json").write_text(data)
    with pytest.raises(StateError, match=r"packs\.json") as caught:
        shelf(tmp_path).packs()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("acme_lessons", "acme_lessons"),
        ("acme_more.inner.pack", "acme_more/inner/pack"),
        ("acme_third.module", "acme_third"),
    ],
)
def test_a_package_brings_a_pack_and_is_not_imported(
    tmp_path: Path, site: Path, value: str, place: str
) -> None:
    copy_pack(site / place)
    for folder in (site / place, *(site / place).parents):
        if folder == site:
            break
        trap(folder / "__init__.py")
    trap(site / "acme_third" / "module.py")
    packs = shelf(tmp_path, entry_point(value))
    (found,) = packs.packs()
    assert (found.name, found.folder, found.problem) == ("small", site / place, None)
    assert packs.pack("small").folder == site / place
    assert not list(site.rglob("*.ran"))
    with pytest.raises(PackError, match=f"small was installed with {value}: uninstall that"):
        packs.remove("small")


def test_a_module_brings_the_pack_beside_it(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_pack(site / "beside")
    trap(folder / "acme_single.py")
    import_from(monkeypatch, folder)
    (found,) = shelf(tmp_path, entry_point("acme_single")).packs()
    assert found.folder == folder
    assert not list(site.rglob("*.ran"))


@pytest.mark.parametrize(
    "value", ["no_such_package", "json.tool:main", "sys", "a b", "", "os..path", "json.\x1b"]
)
def test_an_entry_point_that_leads_nowhere_is_told(tmp_path: Path, value: str) -> None:
    (found,) = shelf(tmp_path, entry_point(value, "broken")).packs()
    assert (found.name, found.pack) == ("broken", None)
    assert found.problem is not None
    assert "leads to no folder" in found.problem or "has no course.toml" in found.problem


def test_what_was_added_comes_before_what_was_installed(tmp_path: Path, site: Path) -> None:
    copy_pack(site / "acme_lessons")
    mine = copy_pack(tmp_path / "mine")
    shelf(tmp_path).add(mine)
    packs = shelf(tmp_path, entry_point("acme_lessons"))
    first, second = packs.packs()
    assert (first.folder, first.problem) == (mine, None)
    assert second.pack is None
    assert second.problem == f"{site / 'acme_lessons'}: there is a pack small already, in {mine}"
    assert packs.pack("small").folder == mine


def test_the_same_folder_twice_is_one_pack(tmp_path: Path, site: Path) -> None:
    folder = copy_pack(site / "acme_lessons")
    shelf(tmp_path).add(folder)
    (found,) = shelf(tmp_path, entry_point("acme_lessons")).packs()
    assert found.source == ADDED


def test_a_pack_that_is_really_installed_is_found(tmp_path: Path) -> None:
    """As pip leaves it: a package and the metadata that names it."""
    site = tmp_path / "site"
    copy_pack(site / "acme_lessons")
    info = site / "acme_lessons-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-lessons\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[wslab.packs]\nacme = acme_lessons\n")
    trap(site / "acme_lessons" / "__init__.py")
    code = (
        "import sys\nfrom pathlib import Path\nfrom wslab.lab.pack_shelf import PackShelf\n"
        "for one in PackShelf(Path(sys.argv[1])).packs(): print(one.name, '|', one.source, '|', one.problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "state"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "small | acme-lessons 1.2 | None\n"
    assert not list(site.rglob("*.ran"))
    assert list(installed_packs()) == []

"""What is in a pack, what of it can run, and when its hash changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.packs import LESSON, SERVER, SMALL, copy_pack
from wslab.lab import pack_files as module
from wslab.lab.pack_files import PackError, content_hash, pack_files


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return copy_pack(tmp_path / "pack")


def code(folder: Path) -> set[str]:
    return {file.path for file in pack_files(folder) if file.runs}


def test_code_is_told_from_data_and_prose(pack: Path) -> None:
    (pack / LESSON / "drive.toml").write_text("")
    (pack / "tool").write_text("#!/bin/sh\n")
    (pack / "tool").chmod(0o755)
    (pack / "helper.py").touch()
    (pack / "servers" / "words.txt").touch()
    (pack / "servers" / "README.md").touch()
    assert code(pack) == {
        f"{LESSON}/drive.toml",
        f"{LESSON}/mutants/binary.py",
        f"{LESSON}/solution/client.py",
        f"{LESSON}/start/client.py",
        SERVER,
        "servers/README.md",
        "servers/words.txt",
        "helper.py",
        "tool",
    }
    files = pack_files(pack)
    assert [file.path for file in files] == sorted(file.path for file in files)
    assert {file.path for file in files if file.prose} == {f"{LESSON}/en.md", "1-first/en.md"}
    assert next(file.size for file in files if file.path == SERVER) == (pack / SERVER).stat().st_size


CHANGES: dict[str, Callable[[Path], object]] = {
    "another byte": lambda pack: (pack / SERVER).write_bytes((pack / SERVER).read_bytes() + b"#"),
    "a new file": lambda pack: (pack / "servers" / "more.py").touch(),
    "a new hidden file": lambda pack: (pack / "servers" / ".more").touch(),
    "one file less": lambda pack: (pack / SERVER).unlink(),
    "another name": lambda pack: (pack / SERVER).rename(pack / "servers" / "whisper.py"),
    "two files for each other": lambda pack: shutil.move(
        shutil.move(pack / LESSON / "start", pack / "x") and pack / LESSON / "solution",
        pack / LESSON / "start",
    ),
    "options of a server": lambda pack: (pack / LESSON / "lesson.toml").write_text("format = 1\n"),
    "prose that can be run": lambda pack: (pack / "1-first" / "en.md").chmod(0o755),
    "prose among code": lambda pack: (pack / "servers" / "en.md").touch(),
    "a link": lambda pack: (pack / "servers" / "other.py").symlink_to("shout.py"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_changes_the_hash(pack: Path, name: str) -> None:
    before = content_hash(pack)
    assert content_hash(pack) == before
    CHANGES[name](pack)
    assert content_hash(pack) != before


def test_a_link_that_leads_elsewhere_changes_the_hash(pack: Path) -> None:
    link = pack / "servers" / "other.py"
    link.symlink_to("shout.py")
    before = content_hash(pack)
    link.unlink()
    link.symlink_to(f"../{LESSON}/start/client.py")
    assert content_hash(pack) != before


def test_what_only_reads_does_not_change_the_hash(pack: Path) -> None:
    before = content_hash(pack)
    (pack / "1-first" / "en.md").write_text("better words")
    (pack / "README.md").touch()
    for name in ("__pycache__", "servers/__pycache__", ".git"):
        (pack / name).mkdir()
        (pack / name / "x").touch()
    os.utime(pack / SERVER, (0, 0))
    assert content_hash(pack) == before


def test_the_hash_is_that_of_the_content_wherever_it_lies(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pack)
    shutil.copytree(pack, tmp_path / "copy")
    assert content_hash(tmp_path / "link") == content_hash(tmp_path / "copy") == content_hash(pack)


CONTENTS = st.dictionaries(
    st.sampled_from(["a", "b", "ab", "servers/a", "servers/b"]), st.binary(max_size=4), max_size=4
)


@given(one=CONTENTS, other=CONTENTS)
def test_only_the_same_content_has_the_same_hash(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    hashes = []
    for files in (one, other):
        folder = tmp_path_factory.mktemp("pack")
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        hashes.append(content_hash(folder))
        shutil.rmtree(folder)
    assert (hashes[0] == hashes[1]) == (one == other)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("/etc/passwd", "must lead to what is in it"),
        ("..", "must lead to what is in it"),
        ("../../outside", "must lead to what is in it"),
        ("../inside/../../outside", "must lead to what is in it"),
        ("__pycache__/x", "must lead to what is in it"),
        ("../.git", "must lead to what is in it"),
        ("nowhere", "which is not there"),
        ("link", "which is not there"),
    ],
)
def test_links_that_lead_out_are_refused(pack: Path, target: str, says: str) -> None:
    (pack.parent / "outside").touch()
    (pack / "inside").mkdir()
    (pack / ".git").mkdir()
    (pack / "servers" / "__pycache__").mkdir()
    (pack / "servers" / "__pycache__" / "x").touch()
    (pack / "servers" / "link").symlink_to(target)
    if target == "..":
        (pack / "servers" / "link").unlink()
        (pack / "servers" / "link").symlink_to("../..")
    with pytest.raises(PackError, match=f"servers/link is a link to .*{says}"):
        content_hash(pack)


def test_a_link_to_a_folder_within_is_not_followed(pack: Path) -> None:
    (pack / "again").symlink_to(".")
    found = next(file for file in pack_files(pack) if file.path == "again")
    assert (found.link, found.runs) == (".", True)


def test_what_is_no_file_is_refused(pack: Path) -> None:
    os.mkfifo(pack / "servers" / "pipe")
    with pytest.raises(PackError, match="servers/pipe is neither a file nor a folder"):
        content_hash(pack)


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nb", "\u202eyp.x", os.fsdecode(b"a\xffb")])
def test_a_name_that_cannot_be_shown_is_refused(pack: Path, name: str) -> None:
    (pack / name).touch()
    with pytest.raises(PackError, match="can't be shown") as caught:
        pack_files(pack)
    assert str(caught.value).isascii()
    assert str(caught.value).isprintable()


def test_a_pack_is_bounded(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "MOST_FILES", 3)
        with pytest.raises(PackError, match="at most 3 files and 256 MiB"):
            pack_files(pack)
    with (pack / "large").open("wb") as file:
        file.truncate(module.MOST_BYTES)
    with pytest.raises(PackError, match="at most"):
        content_hash(pack)


def test_a_file_that_changes_while_it_is_read_is_told(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = pack_files(pack)
    monkeypatch.setattr(module, "pack_files", lambda _folder: listed)
    content_hash(pack)
    with (pack / SERVER).open("a") as file:
        file.write("# more")
    with pytest.raises(PackError, match=f"{SERVER} changed while it was read"):
        content_hash(pack)
    (pack / SERVER).unlink()
    (pack / SERVER).symlink_to("/etc/passwd")
    with pytest.raises(OSError, match=SERVER):
        content_hash(pack)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        pack_files(tmp_path / "nowhere")
    assert pack_files(SMALL)

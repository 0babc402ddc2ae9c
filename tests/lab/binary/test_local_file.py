from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import pytest

from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.local_file import announced_name, look_at, parse_file
from wslab.wire.labproto.layout import LONGEST_NAME

DATA = bytes(range(256)) * 5000


def test_what_is_announced(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(DATA)
    file = look_at(path)
    assert (file.name, file.size, file.crc) == ("data.bin", len(DATA), crc32(DATA))
    assert file.read(1000, 500) == DATA[1000:1500]
    assert file.read(len(DATA) - 3, 500) == DATA[-3:]
    file.check()


def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(b"1234")
    file = look_at(path)
    path.write_bytes(b"12")
    with pytest.raises(ValueError, match="has changed"):
        file.check()
    with pytest.raises(ValueError, match="has changed"):
        file.read(0, 4)
    path.write_bytes(b"5678")
    os.utime(path, ns=(0, file.changed + 1))
    with pytest.raises(ValueError, match="has changed"):
        file.check()


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "a b.bin"
    path.write_bytes(b"x")
    assert parse_file(" ~/a b.bin ") == path
    for text in ("", "  ", str(tmp_path), str(tmp_path / "none"), "~nobody-here/x", "a\0b"):
        with pytest.raises(BadField, match="file is "):
            parse_file(text)


@pytest.mark.parametrize(
    ("name", "announced"),
    [
        ("photo.png", "photo.png"),
        ("räksmörgås", "räksmörgås"),
        ("two\nlines\x7f", "two_lines_"),
        (os.fsdecode(b"\xff.bin"), "\ufffd.bin"),
        ("", "_"),
    ],
)
def test_names(name: str, announced: str) -> None:
    assert announced_name(name) == announced


def test_a_long_name_is_cut_between_characters() -> None:
    name = announced_name("あ" * 100)
    assert name == "あ" * (LONGEST_NAME // 3)

"""Files that are replaced as a whole, locked, and set aside."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from wslab.lab.safe_file import LockedError, free_backup, locked, replace_file, set_aside


def test_a_lock_is_one_persons_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock, 1), pytest.raises(LockedError, match=r"locked for 0\.02 s"), locked(lock, 0.02):
        raise AssertionError
    with locked(lock, 0):
        pass


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    other = os.open(lock, os.O_CREAT | os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    times = iter((0.0, 1.0, 2.0))

    def let_go_at_two() -> float:
        now = next(times)
        if now == 2:
            fcntl.flock(other, fcntl.LOCK_UN)
        return now

    with locked(lock, 3, let_go_at_two):
        pass
    os.close(other)


def test_a_lock_ends_with_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path / "lock", 0):
        raise KeyError
    with locked(tmp_path / "lock", 0):
        pass


def test_a_link_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"), locked(tmp_path / "lock", 0):
        raise AssertionError
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_is_replaced_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    replace_file(file, b"one")
    replace_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    replace_file(file, b"one")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, b"two")
    assert file.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file, target = tmp_path / "file", tmp_path / "elsewhere" / "target"
    file.symlink_to(target)
    replace_file(file, b"one")
    assert file.is_symlink()
    assert target.read_bytes() == b"one"


def test_a_backup_never_takes_the_place_of_another(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for number, name in enumerate(("file.bak", "file.bak-2", "file.bak-3")):
        file.write_text(str(number))
        assert free_backup(file).name == name
        assert set_aside(file).name == name
    assert [(tmp_path / f"file.bak{end}").read_text() for end in ("", "-2", "-3")] == ["0", "1", "2"]
    assert not file.exists()

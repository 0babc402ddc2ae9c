"""Watching a file: every way to save it is seen, and no time passes in these tests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wslab.lab.watch import DEBOUNCE, INTERVAL, Watch, look
from wslab.tasks import spawn


class Time:
    """Time that passes only while somebody sleeps, and what happens at which moment of it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.plans: list[tuple[float, Callable[[], object]]] = []

    def at(self, moment: float, action: Callable[[], object]) -> None:
        self.plans.append((100.0 + moment, action))

    async def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        for plan in [plan for plan in self.plans if plan[0] <= end]:
            self.plans.remove(plan)
            plan[1]()
        self.now = end
        await asyncio.sleep(0)

    def watch(self, file: Path) -> Watch:
        return Watch(file, monotonic=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "client.py"
    path.write_text("one\n")
    return path


def rename_over(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def through_a_backup(file: Path, text: str) -> None:
    file.rename(file.with_suffix(".bak"))
    file.write_text(text)


def in_place_with_the_old_time(file: Path, text: str) -> None:
    before = file.stat()
    file.write_text(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("save", [Path.write_text, rename_over, through_a_backup, in_place_with_the_old_time])
async def test_every_way_to_save_is_seen_within_one_look(
    file: Path, save: Callable[[Path, str], object]
) -> None:
    time = Time()
    watch = time.watch(file)
    time.at(1.05, lambda: save(file, "two\n"))
    await watch.changed()
    assert 1.05 <= time.now - 100 <= 1.05 + INTERVAL
    assert watch.unsettled == pytest.approx(DEBOUNCE)
    time.now += DEBOUNCE
    assert watch.unsettled == pytest.approx(0)


async def test_saving_the_same_again_is_no_change(file: Path) -> None:
    time = Time()
    watch = time.watch(file)
    time.at(0.5, lambda: file.write_text("one\n"))
    time.at(0.7, lambda: os.utime(file))
    time.at(2.0, lambda: file.write_text("two\n"))
    await watch.changed()
    assert time.now - 100 >= 2


async def test_a_file_that_is_gone_for_a_while_is_no_change(file: Path) -> None:
    time = Time()
    watch = time.watch(file)
    time.at(0.5, file.unlink)
    time.at(3.0, lambda: file.write_text("three\n"))
    await watch.changed()
    assert time.now - 100 >= 3


async def test_a_save_in_several_writes_settles_after_the_last(file: Path) -> None:
    time = Time()
    watch = time.watch(file)
    time.at(0.5, lambda: file.write_text(""))
    time.at(0.65, lambda: file.write_text("half"))
    time.at(0.75, lambda: file.write_text("half and half\n"))
    changes = []
    while time.plans:
        await watch.changed()
        changes.append(time.now - 100)
        assert watch.unsettled == pytest.approx(DEBOUNCE)
    assert len(changes) == 3
    assert changes[-1] >= 0.75
    assert not time.plans


async def test_a_new_file_where_there_was_none(tmp_path: Path) -> None:
    time = Time()
    watch = time.watch(tmp_path / "client.py")
    time.at(1, lambda: (tmp_path / "client.py").write_text("new\n"))
    await watch.changed()


def test_nothing_is_unsettled_when_nothing_changed(file: Path) -> None:
    time = Time()
    assert time.watch(file).unsettled == 0


async def test_waiting_can_be_given_up(file: Path) -> None:
    watch = Watch(file)
    task = spawn(watch.changed(), "watch")
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert look(tmp_path) is None
    assert look(tmp_path / "none") is None


async def test_what_is_known_is_nothing_new(file: Path) -> None:
    time = Time()
    watch = time.watch(file)
    rename_over(file, "written by the lab\n")
    watch.know()
    time.at(3, lambda: rename_over(file, "written by the learner\n"))
    await watch.changed()
    assert time.now >= 103

"""A learner at work: each save is judged, a new one breaks off the old, and letters work as lines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.exercises import tiny_course
from tests.support.waiting import until
from wslab.lab.exercise import ExerciseRunner
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.lesson_run import Seed
from wslab.lab.lesson_watch import WatchSession
from wslab.lab.workspace import Workspace
from wslab.tasks import spawn

COURSE = tiny_course()
LESSON = COURSE.lesson("tiny-client")
SOLUTION = (LESSON.folder / "solution" / "client.py").read_text()


class Work:
    """A session with somebody who types into a pipe."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.space = Workspace(LESSON.folder / "start", tmp_path / "work", "client.py")
        self.space.copy()
        self.record = LessonRecord(COURSE, LESSON, tmp_path / "state")
        self.told: list[str] = []
        reader, self.writer = os.pipe()
        # The thread that reads it may outlive the test: nobody closes it.
        monkeypatch.setattr("sys.stdin", SimpleNamespace(fileno=lambda: reader))
        self.session = WatchSession(
            ExerciseRunner(LESSON),
            self.space,
            self.record,
            [Seed(1), Seed(2)],
            say=lambda lines: self.told.append("\n".join(lines)),
        )
        self.running = spawn(self.session.run(), "session")

    def type(self, line: str) -> None:
        os.write(self.writer, f"{line}\n".encode())

    async def told_of(self, what: str, times: int = 1) -> None:
        def enough() -> bool:
            if self.running.done():
                self.running.result()
            return sum(what in text for text in self.told) >= times

        await until(enough, f"{what!r} {times} times, in {self.told}", timeout=40)


@pytest.fixture
async def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Work]:
    work = Work(tmp_path, monkeypatch)
    yield work
    if not work.running.done():
        work.running.cancel()
        await asyncio.wait([work.running])
    os.close(work.writer)


async def test_saving_runs_it_and_a_pass_is_kept(work: Work) -> None:
    await work.told_of("✗ Step 1 of 2")
    new = work.space.file.with_suffix(".new")
    new.write_text(SOLUTION)
    new.replace(work.space.file)
    await work.told_of("✓ passed: A client")
    assert work.record.known.finished is not None
    assert work.record.known.attempts == 2
    work.type("q")
    assert await work.running == 0


async def test_letters_and_their_lines(work: Work, capsys: pytest.CaptureFixture[str]) -> None:
    await work.told_of("✗ Step 1 of 2")
    work.type("h")
    await work.told_of("hint 1 of 3 for step 1")
    work.type("s")
    err = ""

    def refused() -> bool:
        nonlocal err
        err += capsys.readouterr().err
        return "the solution opens when" in err

    await until(refused, "the refusal")
    work.type("r")
    await work.told_of("✗ Step 1 of 2", times=2)
    for _ in range(2):
        work.type("h")
    await work.told_of("hint 3 of 3")
    work.type("s")
    await work.told_of("WSLAB_WORD")
    assert work.record.known.helped
    work.type("what")
    work.type("q")
    assert await work.running == 1
    assert "a letter and enter" in capsys.readouterr().err


async def test_a_new_save_breaks_off_the_run_before(work: Work, tmp_path: Path) -> None:
    await work.told_of("✗ Step 1 of 2")
    mark = tmp_path / "begun"
    work.space.file.write_text(f"open({str(mark)!r}, 'w').close()\nimport time\ntime.sleep(600)\n")
    await until(mark.exists, "the endless run", timeout=30)
    work.space.file.write_text(SOLUTION)
    await work.told_of("✓ passed: A client")
    # What was broken off is neither told nor counted.
    assert len(work.told) == 2
    assert work.record.known.attempts == 2


async def test_a_half_written_file_is_not_told_of(work: Work) -> None:
    await work.told_of("✗ Step 1 of 2")
    work.space.file.write_text("import sys\nprint('half")
    await asyncio.sleep(0)
    work.space.file.write_text(SOLUTION)
    await work.told_of("✓ passed: A client")
    assert not any("SyntaxError" in text for text in work.told)


async def test_without_anybody_who_types_saving_still_counts(work: Work) -> None:
    await work.told_of("✗ Step 1 of 2")
    os.close(work.writer)
    work.writer = os.open(os.devnull, os.O_WRONLY)
    await until(lambda: not work.running.done(), "the session")
    work.space.file.write_text(SOLUTION)
    await work.told_of("✓ passed: A client")
    assert not work.running.done()

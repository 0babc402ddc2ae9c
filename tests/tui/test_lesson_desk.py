"""Lessons and exercises through the real app, by its keys."""

from __future__ import annotations

import stat
import textwrap
from pathlib import Path

import pytest

from tests.support.demo import Demo
from tests.support.lab_app import NARROW, WIDE, Lab, a_lab
from tests.support.waiting import until
from wslab.wire.events import Event, Frame, Phase, Ui

WRONG_WORD = """
    import asyncio, os
    from websockets.asyncio.client import connect

    async def main():
        async with connect(os.environ["WSLAB_URL"]) as connection:
            await connection.send("wrong")

    asyncio.run(main())
"""


async def test_a_step_ticks_the_view_stays_and_n_goes_on() -> None:
    async with a_lab(NARROW) as lab:
        await lab.sees("▸ 1/4 Press c")
        await lab.connected()
        await lab.sees("✓ 1/4 Press c: passed")
        await lab.leave_line()
        await lab.press("n")
        await lab.sees("▸ 2/4", "waiting for")
        await lab.press("d")
        await lab.sees("✓ 2/4")
        progress = lab.app.lab_screen.learner.progress.lesson("p1-connect")
        assert progress.step("opened").passed is not None


async def test_free_play_ticks_nothing() -> None:
    async with a_lab(NARROW) as lab:
        await lab.press("f")
        await lab.sees("free play")
        await lab.connected()
        assert lab.app.lab_screen.learner.session is not None
        assert lab.app.lab_screen.learner.session.active == 0


async def test_a_lesson_is_gone_on_with_after_a_restart() -> None:
    async with a_lab(NARROW) as lab:
        await lab.sees("▸ 1/4 Press c")
        await lab.connected()
        await lab.sees("passed")
    async with a_lab(NARROW, bench=Demo().bench) as lab:
        await lab.sees("▸ 2/4")
        assert "✓ 1." in lab.app.lab_screen.pages.lesson._page


async def test_an_exercise_runs_at_each_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.sees("x begins this exercise")
        await lab.press("x")
        exercise = lab.app.lab_screen.learner.exercise
        assert exercise is not None
        await until(lambda: exercise.outcome is not None, "the first run", timeout=60)
        await lab.sees("✗ 1/")
        await until(lambda: "The last run" in lab.app.lab_screen.pages.lesson._page, "the report")
        await lab.press("h")
        await until(lambda: "Hint 1" in lab.app.lab_screen.pages.lesson._page, "the hint")
        exercise.file.write_bytes((exercise.lesson.folder / "solution" / "client.py").read_bytes())
        await until(lambda: exercise.passed, "the solution to pass", timeout=60)
        await lab.sees("✓ exercise passed")
        learner = lab.app.lab_screen.learner
        await until(
            lambda: learner.store.load() and "p1-echo-client" in learner.finished, "the pass to be kept"
        )


async def test_without_an_editor_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.press("e")
        await until(lambda: any("set EDITOR" in toast for toast in lab.toasts), "what to do")


async def test_where_the_folder_cannot_be_made_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wslab-work").write_text("in the way")
    (tmp_path / "wslab-work").chmod(stat.S_IRUSR)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.press("x")
        await lab.told("wslab-work")


def rows(lab: Lab) -> list[Event]:
    """Return everything that the log holds."""
    journal = lab.bench.journal
    return journal.slice(journal.first, journal.total)


def begin(folder: Path, lab: Lab, code: str) -> Path:
    """Write the learner's file before they begin, and return it."""
    exercise = lab.app.lab_screen.learner.exercise
    assert exercise is not None
    exercise.file.parent.mkdir(parents=True, exist_ok=True)
    exercise.file.write_text(textwrap.dedent(code))
    return folder / exercise.file


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_what_was_on_the_wire_of_a_run_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(size, lesson="p1-echo-client") as lab:
        begin(tmp_path, lab, WRONG_WORD)
        await lab.connected()
        await lab.leave_line()
        before, counted, view = rows(lab), lab.bench.statistics.snapshot().sent.frames, lab.bench.view
        await lab.press("x")
        exercise = lab.app.lab_screen.learner.exercise
        assert exercise is not None
        await until(lambda: exercise.outcome is not None, "the run", timeout=60)
        await lab.sees("✗ 2/4")

        assert exercise.outcome is not None
        attempt = exercise.outcome.decisive
        head, *wire, end = rows(lab)[len(before) :]
        assert isinstance(head, Ui)
        assert head.detail == f"client.py, attempt with seed {attempt.seed.number}: failed at step 2 of 4"
        assert isinstance(end, Ui)
        assert [event._replace(seq=0, conn=0) for event in wire] == [
            event._replace(seq=0, conn=0) for event in attempt.events
        ]
        seqs = [event.seq for event in rows(lab)]
        assert seqs == sorted(set(seqs)), "one order for everything"
        assert {event.conn for event in wire} == {2}
        assert (lab.bench.view, lab.bench.statistics.snapshot().sent.frames) == (view, counted)
        page = lab.app.lab_screen.pages.lesson
        await until(lambda: f"rows {head.seq} to {end.seq}" in page._page, "where they are")

        # Row by row, with everything that the lab has.
        await lab.press("f7")
        await lab.sees("exercise end of the attempt")
        frame = next(event for event in wire if isinstance(event, Frame) and event.masked)
        await lab.line(f"/goto {frame.seq}")
        await lab.until(lambda: "frame-log" in lab.focus, "the log")
        await lab.press("enter")
        await lab.sees(f"frame {frame.seq}, ", "Payload len", "masked")
        await lab.press("f4")
        await lab.sees("the row under the cursor", "101 Switching Protocols", "/slow?delay=100ms")
        assert lab.bench.view.phase is Phase.OPEN

"""Lessons and exercises through the real app, by its keys."""

from __future__ import annotations

import stat
import textwrap
from pathlib import Path

import psutil
import pytest

from tests.support.demo import Demo
from tests.support.exercises import programs
from tests.support.lab_app import NARROW, WIDE, Lab, a_lab
from tests.support.waiting import until
from wslab.lab.attempt_events import ACTION
from wslab.lab.exercise import Attempt, Outcome
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_run import Seed
from wslab.tui.screens.confirm_screen import ConfirmScreen
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
        await lab.sees("▸ 2/4", "a Close frame from you")
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


HANGS = "import time\nprint('begun', flush=True)\ntime.sleep(60)\n"


def exercise_of(lab: Lab) -> ExerciseSession:
    """Return the sitting at an exercise."""
    exercise = lab.app.lab_screen.learner.exercise
    assert exercise is not None
    return exercise


def page(lab: Lab) -> str:
    """Return what is to be read."""
    return lab.app.lab_screen.pages.lesson._page


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_a_reset_asks_first_and_tells_where_the_old_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(size, lesson="p1-echo-client") as lab:
        file = begin(tmp_path, lab, "mine = 1\n")
        for answer in ("n", "escape", "enter"):
            await lab.press("b")
            await lab.sees("Begin wslab-work/p1-echo-client anew?")
            await lab.press(answer)
            await lab.until(lambda: not isinstance(lab.app.screen, ConfirmScreen), "the question to be gone")
        assert file.read_text() == "mine = 1\n"
        await lab.press("b")
        await lab.sees("Begin wslab-work/p1-echo-client anew?")
        await lab.press("y")
        await until(lambda: file.exists() and "still to do" in file.read_text(), "the new file")
        await until(lambda: any("the old files are in" in toast for toast in lab.toasts), "where the old is")
        exercise = exercise_of(lab)
        assert exercise.kept is not None
        assert (exercise.kept / "client.py").read_text() == "mine = 1\n"
        await until(lambda: f"the old files are in {exercise.kept}" in page(lab), "the page to say so too")


async def test_a_lesson_of_the_lab_has_neither_solution_nor_file() -> None:
    async with a_lab(NARROW) as lab:
        for key in ("v", "b"):
            await lab.press(key)
            await until(lambda: any("done in the lab" in toast for toast in lab.toasts), "why not")
            lab.app.clear_notifications()
        assert not isinstance(lab.app.screen, ConfirmScreen)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_the_solution_says_what_it_takes_and_then_stands_under_the_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(size, lesson="p1-echo-client") as lab:
        begin(tmp_path, lab, WRONG_WORD)
        exercise = exercise_of(lab)
        await lab.press("v")
        await until(lambda: any("2 more failed runs" in toast for toast in lab.toasts), "what it takes")
        assert "A solution" not in page(lab)
        await lab.press("h", "h", "h")
        for _ in range(2):
            exercise.outcome = None
            await lab.press("x")
            await until(lambda: exercise.outcome is not None, "a failed run", timeout=60)
        await lab.press("v")
        await lab.until(lambda: "## A solution" in page(lab), "the solution")
        own, solution = page(lab).split("## Your file")[1].split("## A solution")
        assert 'send("wrong")' in own
        assert "websocket.send(WORD)" in solution
        await lab.sees("A solution", "Says one word")
        learner = lab.app.lab_screen.learner
        assert learner.store.load().lesson("p1-echo-client").helped


async def test_the_list_of_lessons_knows_of_a_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(WIDE, lesson="p1-echo-client") as lab:
        solution = exercise_of(lab).lesson.folder / "solution" / "client.py"
        begin(tmp_path, lab, solution.read_text())
        await lab.press("x")
        await lab.sees("✓ exercise passed", "✓ An echo client")


# --- a run that is going on


async def hanging(lab: Lab, folder: Path) -> ExerciseSession:
    """Begin a run that does not end by itself."""
    begin(folder, lab, HANGS)
    exercise = exercise_of(lab)
    await lab.press("x")
    # The file is new to the watch as well, which begins the run once more.
    await lab.until(lambda: exercise.running and not exercise._watch.unsettled, "the file to be known")
    await lab.until(lambda: programs(folder), "the program", timeout=60)
    return exercise


async def test_nothing_is_left_of_a_run_that_goes_on_when_the_lab_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Servers that tests of a whole file share may run here as well.
    before = psutil.Process().children(recursive=True)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        exercise = await hanging(lab, tmp_path)
        await lab.press("ctrl+q")
    assert not exercise.running
    assert not programs(tmp_path)
    left = [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert not [child for child in left if child.is_running()]


async def test_what_comes_of_a_run_is_never_shown_at_another_lesson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        exercise = await hanging(lab, tmp_path)
        before = rows(lab)
        await lab.press("right_square_bracket")
        await lab.sees("x begins this exercise: you edit wslab-work/p1-come-back")
        other = exercise_of(lab)
        assert other is not exercise
        # Even where it was over at the very moment at which the learner went on.
        exercise.outcome = Outcome((Attempt(Seed(1), (), True),))
        exercise._tell()
        await until(lambda: not programs(tmp_path), "the end of the program")
        await lab.settle()
        assert "The last run" not in page(lab)
        assert rows(lab) == before
        assert not other.watching
        await lab.press("left_square_bracket")
        await lab.sees("x goes on with this exercise: you edit wslab-work/p1-echo-client")
        assert "The last run" not in page(lab)


async def test_a_run_goes_on_in_another_language_and_at_another_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        exercise = await hanging(lab, tmp_path)
        await until(lambda: len(programs(tmp_path)) == 3, "every attempt")
        attempts = programs(tmp_path)
        await lab.press("L")
        await lab.sees("を実行しています")
        await lab.pilot.resize_terminal(*WIDE)
        await lab.sees("を実行しています")
        assert exercise_of(lab) is exercise
        assert exercise.running
        assert programs(tmp_path) == attempts, "the very same run"
        await lab.pilot.resize_terminal(*NARROW)
        exercise.file.write_text(textwrap.dedent(WRONG_WORD))
        await until(lambda: exercise.outcome is not None, "the run", timeout=60)
        await until(lambda: "## 最後の実行" in page(lab), "the report in Japanese")
        await lab.press("f7")
        await lab.sees("演習")
        await lab.press("L")
        await until(lambda: "## The last run" in page(lab), "the same in English")
        assert sum(isinstance(event, Ui) and event.action == ACTION for event in rows(lab)) == 2
        await lab.sees("exercise end of the attempt")


async def test_a_change_of_language_stays_at_the_page_of_a_phase() -> None:
    async with a_lab(NARROW) as lab:
        await lab.press("3")
        await until(lambda: page(lab).startswith("# 3 "), "the phase")
        await lab.press("L")
        await until(lambda: page(lab).startswith("# 3 テスト"), "the same in Japanese")


async def test_the_top_line_has_the_server_of_the_lesson() -> None:
    async with a_lab(NARROW, lesson="p2-mqtt") as lab:
        await lab.until(lambda: "mqtt ○ stopped" in lab.screen.splitlines()[0], "the server of the lesson")
        await lab.leave_line()
        await lab.press("c")
        await lab.until(lambda: "mqtt ● " in lab.screen.splitlines()[0], "the server that runs")

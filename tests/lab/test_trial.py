"""What belongs to every attempt: the program runs for the length of a block, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.support.exercises import program, tiny
from tests.support.waiting import until
from wslab.lab.lesson_run import Seed
from wslab.lab.referee import Ending, Referee
from wslab.lab.trial import Trial, TrialFault
from wslab.wire.clock import Clock


def a_trial(folder: Path, python: str | None = None) -> Trial:
    import sys

    lesson, clock, seed = tiny("client"), Clock(), Seed(3)
    assert lesson.exercise is not None
    referee = Referee(lesson.steps, seed, clock, 20)
    return Trial(lesson, lesson.exercise, folder, seed, clock, referee, python or sys.executable)


async def test_a_program_runs_for_the_length_of_a_block(tmp_path: Path) -> None:
    trial = a_trial(program(tmp_path / "work", "import os, time; print(os.getpid()); time.sleep(600)"))
    assert not trial.exited
    async with trial.running(WSLAB_URL="ws://nowhere") as running:
        await until(lambda: running.output.lines(), "its number")
        assert not trial.exited
    assert trial.exit_code is None
    assert not psutil.pid_exists(int(running.output.lines()[0]))


async def test_it_wakes_the_referee_when_it_ends(tmp_path: Path) -> None:
    trial = a_trial(program(tmp_path / "work", "import os; print(os.environ['WSLAB_URL'])"))
    async with trial.running(WSLAB_URL="ws://nowhere"):
        await trial.until_over(lambda: trial.exited)
    assert trial.ending is Ending.EXITED
    assert trial.exit_code == 0
    assert trial.program is not None
    assert trial.program.output.lines() == ("ws://nowhere",)


async def test_what_cannot_be_started(tmp_path: Path) -> None:
    trial = a_trial(program(tmp_path / "work", ""), "/nowhere/python")
    with pytest.raises(TrialFault, match="could not be started"):
        async with trial.running():
            pass

"""Lines of a lesson in the app, played over real connections to a real server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.lint_pack import write_pack
from wslab.bundled import SERVERS, ServerInfo
from wslab.lab.course import Lesson, Mutant
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.app_runs import AppRuns, Played
from wslab.lab.lint.replay import replay
from wslab.lab.steps import Status, parse_steps
from wslab.wire.events import Direction, Message, Phase, Proc, State

SEED = Seed(9)
WORD = str(SEED.values["word"])


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load_course(write_pack(tmp_path)).lesson("lint-app")


def with_steps(lesson: Lesson, *tables: dict[str, Any], mutants: tuple[Mutant, ...] = ()) -> Lesson:
    return replace(lesson, steps=parse_steps(list(tables)), mutants=mutants)


async def only(lesson: Lesson, solved_within: float = 20) -> Played:
    """Play the lines that solve a lesson without mutants."""
    before = asyncio.all_tasks()
    [played] = await AppRuns(lesson, SEED, solved_within=solved_within).run()
    left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
    assert not left
    return played


def messages(played: Played, direction: Direction) -> list[str]:
    return [
        each.preview.decode()
        for each in played.trace.events
        if isinstance(each, Message) and each.direction is direction
    ]


async def test_the_lines_of_every_step_pass_and_each_mutant_goes_wrong_at_its_own(lesson: Lesson) -> None:
    solved, *mutants = await AppRuns(lesson, SEED).run()
    assert solved.passed
    assert (solved.mutant, solved.fault, solved.refused) == (None, "", "")
    assert messages(solved, Direction.S2C) == [WORD]
    assert [each.mutant for each in mutants] == list(lesson.mutants)
    assert [(each.step, each.verdicts[each.step].say) for each in mutants] == [
        (0, None),
        (1, "other"),
        (1, None),
    ]
    assert messages(mutants[1], Direction.C2S) == ["hello"]
    for each in (solved, *mutants):
        assert replay(lesson.steps, each.trace).statuses == tuple(verdict.status for verdict in each.verdicts)
        assert [event.seq for event in each.trace.events] == sorted(
            {event.seq for event in each.trace.events}
        )
        assert each.seconds > 0


async def test_each_list_of_lines_has_a_seed_of_its_own(lesson: Lesson) -> None:
    step = {
        "id": "said",
        "solve": ["/connect", "{seed.word}"],
        "expect": [{"on": "message", "dir": "s>c", "text": "$seed.word"}],
    }
    mutants = tuple(Mutant(name, "said", None, ("/connect", "{seed.word}!")) for name in ("one", "two"))
    played = await AppRuns(with_steps(lesson, step, mutants=mutants), SEED).run()
    assert [each.trace.seed for each in played] == [SEED, Seed(10), Seed(11)]
    assert [messages(each, Direction.S2C) for each in played] == [
        [WORD],
        [f"{Seed(10).values['word']}!"],
        [f"{Seed(11).values['word']}!"],
    ]
    assert [each.passed for each in played] == [True, False, False]


async def test_it_is_kept_what_was_said_of_a_mistake_on_the_way(lesson: Lesson) -> None:
    tables = [
        {
            "id": name,
            "solve": ["/connect", name],
            "expect": [{"on": "message", "dir": "s>c"}],
            "diagnose": [{"seen": {"on": "message", "dir": "c>s", "text": "first"}, "say": "too-plain"}],
        }
        for name in ("first", "second")
    ]
    played = await only(with_steps(lesson, *tables))
    assert played.passed
    assert played.told == {0: "too-plain"}


async def test_what_the_lab_refuses_is_kept(lesson: Lesson) -> None:
    step = {"id": "sent", "solve": ["hello"], "expect": [{"on": "message"}]}
    mutant = Mutant("it", "sent", None, ("/close 1006",))
    _solved, played = await AppRuns(with_steps(lesson, step, mutants=(mutant,)), SEED).run()
    assert played.refused.startswith("/close 1006: ")
    assert not played.passed


async def test_a_wait_begins_while_the_line_before_it_goes_on(lesson: Lesson) -> None:
    step = {
        "id": "given-up",
        "solve": ["/connect /slow?handshake=60s", "/wait 300ms", "/disconnect"],
        "expect": [{"on": "state", "phase": ["closed", "error"]}],
    }
    played = await only(with_steps(lesson, step))
    assert played.passed
    assert not any(isinstance(each, State) and each.phase is Phase.OPEN for each in played.trace.events)


async def test_time_that_a_step_waits_for_passes(lesson: Lesson) -> None:
    step = {
        "id": "held",
        "solve": ["/connect"],
        "expect": [{"on": "state", "phase": "open"}],
        "hold": "700ms",
    }
    played = await only(with_steps(lesson, step))
    assert played.verdicts[0].status is Status.PASSED


async def test_lines_that_do_not_pass_a_step_go_no_further(lesson: Lesson) -> None:
    tables = [
        {"id": name, "solve": ["/connect", name], "expect": [{"on": "close", "code": 4000}]}
        for name in ("first", "second")
    ]
    played = await only(with_steps(lesson, *tables), solved_within=0.2)
    assert (played.step, played.passed) == (0, False)
    assert messages(played, Direction.C2S) == ["first"]


async def test_who_has_to_do_with_the_server_itself_gets_one_of_its_own(lesson: Lesson) -> None:
    step = {
        "id": "again",
        "solve": ["/connect", "/server restart"],
        "expect": [{"on": "state", "phase": "open"}, {"on": "proc", "what": "ready"}],
    }
    played = await only(with_steps(lesson, step))
    assert played.passed
    assert sum(isinstance(each, Proc) and each.what == "ready" for each in played.trace.events) == 2


@pytest.mark.parametrize("own", [False, True])
async def test_a_server_that_does_not_start_is_the_lab_s_fault(
    lesson: Lesson, tmp_path: Path, own: bool
) -> None:
    if own:
        step = {"id": "it", "solve": ["/connect", "/server start"], "expect": [{"on": "http"}]}
        lesson = with_steps(lesson, step)

    class Broken(ServerInfo):
        @property
        def path(self) -> Path:
            return broken

    broken = tmp_path / "basic.py"
    broken.write_text("raise SystemExit('no')\n")
    old = SERVERS["basic"]
    servers = {"basic": Broken(old.name, old.port, old.phase, old.title)}
    [played] = await AppRuns(lesson, SEED, servers, solved_within=0.2).run()
    assert "basic exited with code 1" in played.fault
    assert not played.passed

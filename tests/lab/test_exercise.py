"""Client exercises with real programs, real servers and the tap: only the wire decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.support.exercises import program, tiny
from tests.support.servers import write_server
from tests.support.waiting import until
from wslab.lab.exercise import Attempt, ExerciseRunner, Outcome, new_seeds, run_exercise
from wslab.lab.lesson_run import Seed
from wslab.lab.referee import Ending
from wslab.lab.server_run import Patience
from wslab.lab.steps import Status, Verdict
from wslab.tasks import spawn
from wslab.wire.events import Http, Message

SEED = Seed(7)
WORD = SEED.values["word"]

AIOHTTP = """
    import asyncio, os
    import aiohttp

    async def main():
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(os.environ["WSLAB_URL"]) as connection:
                await connection.send_str(os.environ["WSLAB_WORD"])
                print((await connection.receive()).data)

    asyncio.run(main())
"""
WEBSOCKET_CLIENT = """
    import os
    import websocket

    connection = websocket.create_connection(os.environ["WSLAB_URL"])
    connection.send(os.environ["WSLAB_WORD"])
    print(connection.recv())
    connection.close()
"""
LOOP_WITH_A_CHILD = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
    print(child.pid)
    while True:
        pass
"""
ELSEWHERE = """
    import os, socket
    listener = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(listener.getsockname())
    print("connected")
"""
NOT_HTTP = """
    import os, socket
    from urllib.parse import urlsplit
    url = urlsplit(os.environ["WSLAB_URL"])
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(os.environ["WSLAB_WORD"].encode())
"""


@pytest.fixture
async def runner() -> AsyncIterator[ExerciseRunner]:
    runner = ExerciseRunner(tiny("client"))
    yield runner
    await runner.close()


async def one(runner: ExerciseRunner, tmp_path: Path, code: str) -> Attempt:
    return await runner.attempt(program(tmp_path / "work", code), SEED)


async def test_the_solution_passes_with_every_seed() -> None:
    lesson = tiny("client")
    heard: list[Attempt] = []
    outcome = await run_exercise(lesson, lesson.folder / "solution", on_attempt=heard.append)
    assert outcome.passed
    assert len({attempt.seed for attempt in outcome.attempts}) == 3
    assert sorted(id(attempt) for attempt in heard) == sorted(map(id, outcome.attempts))
    for attempt in outcome.attempts:
        assert [verdict.status for verdict in attempt.verdicts] == [Status.PASSED] * 2
        assert attempt.output == (attempt.seed.values["word"],)
        assert any(isinstance(event, Message) for event in attempt.events)
        assert attempt.ending is Ending.DECIDED


@pytest.mark.parametrize("code", [AIOHTTP, WEBSOCKET_CLIENT], ids=["aiohttp", "websocket-client"])
async def test_other_libraries_pass_the_same_lesson(
    runner: ExerciseRunner, tmp_path: Path, code: str
) -> None:
    attempt = await one(runner, tmp_path, code)
    assert attempt.passed, (attempt.output, attempt.verdicts)
    assert attempt.output == (WORD,)


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("", Ending.EXITED),
        ("import sys; sys.exit(0)", Ending.EXITED),
        ("import os; print(os.environ['WSLAB_WORD'])", Ending.EXITED),
        ("import os; os.kill(os.getpid(), 9)", Ending.EXITED),
        (ELSEWHERE, Ending.EXITED),
        (NOT_HTTP, Ending.EXITED),
    ],
)
async def test_what_shows_nothing_on_the_wire_never_passes(
    runner: ExerciseRunner, tmp_path: Path, code: str, ending: Ending
) -> None:
    attempt = await one(runner, tmp_path, code)
    assert attempt.failed
    assert attempt.step == 0
    assert attempt.ending is ending
    assert "TEXT message" in attempt.verdicts[0].waiting_for


async def test_an_idle_program_and_an_endless_one_are_ended_with_their_children(tmp_path: Path) -> None:
    lesson = tiny("client")
    assert lesson.exercise is not None
    lesson = replace(lesson, exercise=replace(lesson.exercise, timeout=1.5))
    runner = ExerciseRunner(lesson)
    try:
        attempt = await one(runner, tmp_path, "import time; time.sleep(600)")
        assert attempt.failed
        assert attempt.ending is Ending.TIMEOUT
        assert attempt.exit_code is None
        attempt = await one(runner, tmp_path, LOOP_WITH_A_CHILD)
        assert attempt.ending is Ending.TIMEOUT
        pid = int(attempt.output[0])
        await until(lambda: not psutil.pid_exists(pid), "the child's end")
    finally:
        await runner.close()


async def test_a_flood_of_output_is_bounded_and_does_not_keep_it_from_passing(
    runner: ExerciseRunner, tmp_path: Path
) -> None:
    solution = (runner.lesson.folder / "solution" / "client.py").read_text()
    attempt = await one(runner, tmp_path, solution + "\nwhile True: print('x' * 10_000)\n")
    assert attempt.passed
    assert len(attempt.output) <= 301
    assert max(map(len, attempt.output)) <= 2000


async def test_a_traceback_is_shown_from_where_the_learner_can_act(
    runner: ExerciseRunner, tmp_path: Path
) -> None:
    attempt = await one(runner, tmp_path, "import os\nprint('on')\nos.environ['WSLAB_NAME']\n")
    assert attempt.failed
    assert attempt.exit_code == 1
    assert "client.py" in attempt.traceback[0]
    assert "line 3" in attempt.traceback[0]
    assert attempt.traceback[-1] == "KeyError: 'WSLAB_NAME'"


async def test_a_mistake_has_its_diagnosis(tmp_path: Path) -> None:
    lesson = tiny("client")
    (mutant,) = lesson.mutants
    folder = program(tmp_path / "work", (lesson.folder / "mutants" / mutant.name).read_text())
    outcome = await run_exercise(lesson, folder)
    attempt = outcome.decisive
    assert not outcome.passed
    assert lesson.steps[attempt.step].id == mutant.dies
    assert attempt.verdicts[attempt.step].say == mutant.says


async def test_a_connection_is_cut_and_the_program_comes_back() -> None:
    lesson = tiny("back")
    outcome = await run_exercise(lesson, lesson.folder / "solution", [SEED])
    (attempt,) = outcome.attempts
    assert attempt.passed
    # The echo came through before the cut, and what was seen of the cut is not a Close frame.
    assert attempt.output[0] == WORD
    assert "no close frame" in attempt.output[1]
    requests = [event for event in attempt.events if isinstance(event, Http) and event.direction == "c>s"]
    assert [event.conn for event in requests] == [1, 2]


async def test_who_does_not_come_back_fails() -> None:
    lesson = tiny("back")
    outcome = await run_exercise(lesson, lesson.folder.parent / "010-client" / "solution", [SEED])
    assert outcome.decisive.step == 1
    assert outcome.decisive.failed


async def test_the_first_failure_ends_a_run(tmp_path: Path) -> None:
    # Passes for one seed alone, at once; all others never end.
    code = f"""
        import os, sys, time
        if os.environ["WSLAB_WORD"] == {WORD!r}:
            sys.exit()
        time.sleep(600)
    """
    seeds = [Seed(1), Seed(2), SEED, Seed(3)]
    began = time.monotonic()
    outcome = await run_exercise(tiny("client"), program(tmp_path / "work", code), seeds)
    assert time.monotonic() - began < tiny("client").exercise.timeout  # type: ignore[union-attr]
    assert [attempt.seed for attempt in outcome.attempts] == [SEED]
    assert not outcome.passed
    assert not outcome.unknown


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("print('no luck', file=sys.stderr); sys.exit(1)", "no luck"),
        ("ready(); listener.close(); time.sleep(0.3); os._exit(5)", "exited with code 5"),
    ],
)
async def test_a_fault_of_the_lab_gives_no_verdict(tmp_path: Path, body: str, reason: str) -> None:
    server = write_server(tmp_path, body)
    waits = "import time; time.sleep(1)"
    lesson = replace(tiny("client"), options=())
    runner = ExerciseRunner(lesson, servers={"basic": server}, patience=Patience(10, 1, 1))
    outcome = await runner.run(program(tmp_path / "work", waits), [SEED])
    await runner.close()
    (attempt,) = outcome.attempts
    assert attempt.unknown
    assert not attempt.failed
    assert not attempt.passed
    assert outcome.unknown
    assert reason in attempt.unknown_reason


async def test_a_python_that_is_not_there_is_the_lab_s_fault(tmp_path: Path) -> None:
    lesson = tiny("server")
    runner = ExerciseRunner(lesson, python="/nowhere/python")
    attempt = await runner.attempt(program(tmp_path / "work", "", "server.py"), SEED)
    assert "/nowhere/python" in attempt.unknown_reason


async def test_a_run_that_is_given_up_leaves_nothing_behind(tmp_path: Path) -> None:
    code = f"""
        import os, pathlib, time
        pathlib.Path({str(tmp_path)!r}, f"pid-{{os.getpid()}}").touch()
        time.sleep(600)
    """

    def pids() -> list[int]:
        return [int(path.name.removeprefix("pid-")) for path in tmp_path.glob("pid-*")]

    runner = ExerciseRunner(tiny("client"))
    running = spawn(runner.run(program(tmp_path / "work", code)), "run")
    await until(lambda: len(pids()) == 3, "three programs", timeout=30)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await runner.close()
    assert not any(map(psutil.pid_exists, pids()))


def test_seeds_are_new_and_different() -> None:
    seeds = new_seeds(20)
    assert len(set(seeds)) == 20
    assert set(seeds) != set(new_seeds(20))


def test_which_attempt_is_shown() -> None:
    passed = Attempt(Seed(1), (Verdict(Status.PASSED),), True)
    failed = Attempt(Seed(2), (Verdict(Status.FAILED),), False)
    unknown = Attempt(Seed(3), (), False, unknown_reason="no server")
    assert Outcome((passed, unknown, failed)).decisive is failed
    assert not Outcome((passed, unknown, failed)).unknown
    assert Outcome((passed, unknown)).decisive is unknown
    assert Outcome((passed, unknown)).unknown
    assert Outcome((passed,)).decisive is passed
    assert not Outcome(()).passed


def test_a_lesson_of_the_lab_is_no_exercise() -> None:
    with pytest.raises(ValueError, match="tiny-app is no exercise"):
        ExerciseRunner(tiny("app"))

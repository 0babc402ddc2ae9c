"""Server exercises: the lab is the client, malformed input included, and judges what comes back."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.exercises import program, tiny
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt, run_exercise
from wslab.lab.exercise_server import free_port
from wslab.lab.lesson_run import Seed
from wslab.lab.referee import Ending
from wslab.lab.steps import Status, parse_steps
from wslab.wire.events import Direction, Frame, Http, State

SEED = Seed(5)
SOLUTION = (tiny("server").folder / "solution" / "server.py").read_text()


async def one(lesson: Lesson, tmp_path: Path, code: str = SOLUTION) -> Attempt:
    outcome = await run_exercise(lesson, program(tmp_path / "work", code, "server.py"), [SEED])
    return outcome.attempts[0]


async def test_the_solution_passes_with_every_seed() -> None:
    lesson = tiny("server")
    outcome = await run_exercise(lesson, lesson.folder / "solution")
    assert outcome.passed
    assert len(outcome.attempts) == 2
    for attempt in outcome.attempts:
        sent = [
            event for event in attempt.events
            if isinstance(event, Frame) and event.direction is Direction.C2S
        ]  # fmt: skip
        assert [frame.name for frame in sent] == ["TEXT", "PING", "TEXT"]
        assert sent[0].preview.decode() == attempt.seed.values["word"]
        assert [frame.masked for frame in sent] == [True, True, False]
        # The tries while nobody listened yet never happened to the program.
        assert not [event for event in attempt.events if isinstance(event, State) and event.phase == "error"]
        assert [event.conn for event in attempt.events if isinstance(event, Http)] == [1, 1, 2, 2]


async def test_the_mutant_dies_where_it_must(tmp_path: Path) -> None:
    lesson = tiny("server")
    attempt = await one(lesson, tmp_path, (lesson.folder / "mutants" / "shouts.py").read_text())
    assert attempt.failed
    assert lesson.steps[attempt.step].id == "echoed"
    nearest = attempt.verdicts[0].nearest
    assert nearest is not None
    assert [miss.field for miss in nearest.misses] == ["text"]


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("", Ending.EXITED),
        ("import sys; sys.exit(0)", Ending.EXITED),
        ("import time; time.sleep(600)", Ending.TIMEOUT),
        (
            """
            import os, socket
            listener = socket.create_server(("127.0.0.1", int(os.environ["WSLAB_PORT"])))
            while True:
                listener.accept()[0].close()
            """,
            Ending.EXITED,
        ),
        ("raise RuntimeError('no')", Ending.EXITED),
    ],
)
async def test_what_is_no_server_never_passes(tmp_path: Path, code: str, ending: Ending) -> None:
    lesson = tiny("server")
    assert lesson.exercise is not None
    lesson = replace(lesson, exercise=replace(lesson.exercise, timeout=2.5))
    attempt = await one(lesson, tmp_path, code)
    assert attempt.failed
    assert attempt.step == 0
    assert attempt.ending is ending


async def test_a_slow_starter_is_waited_for(tmp_path: Path) -> None:
    attempt = await one(tiny("server"), tmp_path, "import time; time.sleep(0.6)\n" + SOLUTION)
    assert attempt.passed


async def test_a_port_that_somebody_took_is_the_lab_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        # Bound and not listening: connections are refused, and nobody else can have it.
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr("wslab.lab.exercise_server.free_port", lambda: port)
        attempt = await one(tiny("server"), tmp_path)
    assert attempt.unknown
    assert str(port) in attempt.unknown_reason


def lesson_of(*steps: dict[str, object]) -> Lesson:
    return replace(
        tiny("server"), steps=parse_steps([{"id": f"s{n}", **step} for n, step in enumerate(steps)])
    )


async def test_a_reset_and_an_end_are_what_they_say(tmp_path: Path) -> None:
    code = SOLUTION.replace("    async for", "    print('in', flush=True)\n    async for")
    lesson = lesson_of(
        {"play": ["connect /a", "reset"], "expect": [{"on": "tcp", "what": "reset"}]},
        {"play": ["connect /b", "end"], "expect": [{"on": "tcp", "what": "fin", "conn": 2}]},
        {
            "play": ["connect /c", "wait 50ms", "frame close 1000", "expect"],
            "expect": [{"on": "close", "dir": "s>c", "code": 1000, "conn": 3}],
        },
    )
    attempt = await one(lesson, tmp_path, code)
    assert attempt.passed, attempt.verdicts


async def test_a_connect_leaves_the_one_before_open(tmp_path: Path) -> None:
    lesson = lesson_of(
        {
            "play": ["connect /", "connect /", "expect"],
            "count": [{"match": {"on": "http", "status": 101}, "n": 2}],
        },
        {
            "play": ['frame text "{seed.word}"', "expect"],
            "expect": [{"on": "message", "dir": "s>c", "conn": 2, "text": "$seed.word"}],
            "never": [{"on": "tcp"}],
        },
    )
    attempt = await one(lesson, tmp_path)
    assert attempt.passed, attempt.verdicts


async def test_a_connect_offers_subprotocols(tmp_path: Path) -> None:
    lesson = lesson_of(
        {
            "play": ["connect /chat chat.v2 {seed.word}", "expect"],
            "expect": [{"on": "http", "status": 101, "header": {"sec-websocket-protocol": "$seed.word"}}],
        }
    )
    code = """
    import asyncio, os
    from websockets.asyncio.server import serve


    async def main():
        names = [os.environ["WSLAB_WORD"]]
        async with serve(lambda each: each.wait_closed(), "127.0.0.1", int(os.environ["WSLAB_PORT"]), subprotocols=names):
            await asyncio.Future()


    asyncio.run(main())
    """
    attempt = await one(lesson, tmp_path, code)
    assert attempt.passed, attempt.verdicts


async def test_expect_waits_for_each_of_several_answers(tmp_path: Path) -> None:
    lesson = lesson_of(
        {
            "play": ["connect /", 'frame text "one"', "expect", 'frame text "two"', "expect"],
            "expect": [
                {"on": "message", "dir": "s>c", "text": "one"},
                {"on": "frame", "dir": "c>s", "text": "two"},
                {"on": "message", "dir": "s>c", "text": "two"},
            ],
        }
    )
    attempt = await one(lesson, tmp_path)
    assert attempt.passed, attempt.verdicts
    # Not by waiting until its time was up.
    assert attempt.seconds < 2


async def test_a_hold_is_kept_though_the_play_is_over(tmp_path: Path) -> None:
    lesson = lesson_of(
        {
            "play": ["connect /", "expect"],
            "expect": [{"on": "http", "status": 101}],
            "never": [{"on": "close"}],
            "hold": "400ms",
        }
    )
    attempt = await one(lesson, tmp_path)
    assert attempt.verdicts[0].status is Status.PASSED


async def test_a_line_that_cannot_be_played_is_the_lab_s_fault(tmp_path: Path) -> None:
    lesson = lesson_of({"play": ["connect /", "dance"], "expect": [{"on": "message"}]})
    attempt = await one(lesson, tmp_path)
    assert "dance" in attempt.unknown_reason


def test_a_free_port() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        pass

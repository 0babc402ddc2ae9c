"""What a client exercise tells the program, and what it shows of the wire. More is in test_exercise.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.exercises import program, tiny
from wslab.lab.exercise import run_exercise
from wslab.lab.lesson_run import Seed
from wslab.wire.events import Http

SEED = Seed(11)


async def test_the_program_is_told_where_to_connect_and_its_seed(tmp_path: Path) -> None:
    code = """
        import os
        print(os.environ["WSLAB_URL"])
        print(os.environ["WSLAB_WORD"], os.environ["WSLAB_NUMBER"])
        print("WSLAB_PORT" in os.environ)
    """
    outcome = await run_exercise(tiny("client"), program(tmp_path / "work", code), [SEED])
    url, seed, port = outcome.attempts[0].output
    assert url.startswith("ws://127.0.0.1:")
    assert url.endswith("/echo")
    assert seed == f"{SEED.values['word']} {SEED.values['number']}"
    assert port == "False"


@pytest.mark.parametrize(("path", "joined"), [("/echo", "?"), ("/echo?a=1", "&")])
async def test_the_seed_is_in_the_query_that_the_lesson_names(tmp_path: Path, path: str, joined: str) -> None:
    lesson = tiny("client")
    assert lesson.exercise is not None
    exercise = replace(lesson.exercise, query="run={seed.number}&word={seed.word}")
    code = "import os\nprint(os.environ['WSLAB_URL'])"
    work = program(tmp_path / "work", code)
    outcome = await run_exercise(replace(lesson, path=path, exercise=exercise), work, [SEED])
    (url,) = outcome.attempts[0].output
    number, word = SEED.values["number"], SEED.values["word"]
    assert url.endswith(f"{path}{joined}run={number}&word={word}")


async def test_the_path_is_what_the_program_asked_for(tmp_path: Path) -> None:
    code = """
        import os
        import websocket
        url = os.environ["WSLAB_URL"].replace("/echo", "/nowhere")
        try:
            websocket.create_connection(url)
        except websocket.WebSocketBadStatusException as error:
            print(error.status_code)
    """
    outcome = await run_exercise(tiny("client"), program(tmp_path / "work", code), [SEED])
    attempt = outcome.attempts[0]
    assert attempt.output == ("404",)
    lines = [event.start_line for event in attempt.events if isinstance(event, Http)]
    assert lines == ["GET /nowhere HTTP/1.1", "HTTP/1.1 404 Not Found"]

"""A process that does lessons, asked by lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.lint_pack import APP_ID, write_pack
from tests.support.waiting import until_blocking
from wslab.i18n import language
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Driven, Place
from wslab.tui.drive_worker import answer, ask_for
from wslab.tui.lesson_drive import from_json
from wslab.wire.events import Direction, Message

SEED = Seed(5)
WORD = str(SEED.values["word"])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    root = write_pack(tmp_path)
    return Place(root, load_course(root).lesson(APP_ID))


def asked(place: Place, folder: Path, lang: str = "en") -> str:
    folder.mkdir()
    return ask_for(place, lang, SEED, str(folder))


def said(driven: Driven) -> list[bytes]:
    return [
        each.preview
        for each in driven.events
        if isinstance(each, Message) and each.direction is Direction.C2S
    ]


def test_a_lesson_is_done_in_a_state_of_its_own_and_in_the_language_asked_for(
    place: Place, tmp_path: Path
) -> None:
    here = Path.cwd()
    before = os.environ["XDG_STATE_HOME"]
    driven = from_json(answer(asked(place, tmp_path / "new", "ja")), "ja", SEED)
    assert (driven.failure, driven.where, driven.fault) == ("", "", "")
    assert said(driven) == [WORD.encode()]
    assert language() == "ja"
    assert Path.cwd() == here
    assert "progress-lint-pack.json" in {entry.name for entry in (tmp_path / "new" / "wslab").iterdir()}
    assert {entry.name for entry in Path(before, "wslab").iterdir()} == {"visited"}


def test_what_is_asked_for_is_one_line_with_the_whole_path(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.course is not None
    monkeypatch.chdir(place.course.parent)
    line = ask_for(Place(Path(place.course.name), place.lesson), "en", SEED, "/x")
    assert "\n" not in line
    assert json.loads(line) == {
        "lesson": APP_ID,
        "course": str(place.course.resolve()),
        "lang": "en",
        "seed": 5,
        "folder": "/x",
        "within": 10,
    }
    assert json.loads(ask_for(Place(None, place.lesson), "en", SEED, "/x"))["course"] is None


def test_it_ends_with_its_input_also_in_the_middle_of_a_lesson(place: Place, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "wslab.tui.drive_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(asked(place, tmp_path / "new") + "\n")
            process.stdin.flush()
            # Its server is there, so the app runs.
            until_blocking(lambda: psutil.Process(process.pid).children(), "the server of the lesson", 30)
            servers = psutil.Process(process.pid).children()
            process.stdin.close()
            until_blocking(lambda: process.poll() is not None, "the end of the process")
            assert process.returncode == 0
            assert process.stdout.read() == ""
            until_blocking(lambda: not any(each.is_running() for each in servers), "the end of its server")
        finally:
            process.kill()

"""A process that does lessons in the app, one after the other, as it is asked to on its standard input.

A line of JSON asks for a lesson, and one on standard output says what came of it. The process ends with its
standard input, also in the middle of a lesson: who wanted to know is gone then.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
from contextlib import chdir
from functools import cache
from pathlib import Path

from wslab.i18n import set_language
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Place
from wslab.lab.packs import OwnTrust, Pack, server_names
from wslab.lab.source import Source
from wslab.lab.state import state_folder
from wslab.memory import settle_memory
from wslab.tui.lesson_drive import PASSED_WITHIN, do_lesson, to_json


def ask_for(place: Place, lang: str, seed: Seed, folder: str, passed_within: float = PASSED_WITHIN) -> str:
    """Return the line that asks for a lesson.

    Args:
        place: where it is.
        lang: in which language.
        seed: of its values.
        folder: an empty one for the learner's state and files.
        passed_within: seconds after the last key within which it has to be passed.
    """
    course = None if place.course is None else str(place.course.resolve())
    asked = {
        "lesson": place.lesson.id,
        "course": course,
        "lang": lang,
        "seed": seed.number,
        "folder": folder,
        "within": passed_within,
    }
    return json.dumps(asked)


def answer(line: str) -> str:
    """Do the lesson that a line of `ask_for` asks for, and return what came of it as a line."""
    asked = json.loads(line)
    # A learner's own state stays what it is, and a lesson may have changed the language.
    os.environ["XDG_STATE_HOME"] = asked["folder"]
    set_language(asked["lang"])
    source = Source(load_course()) if asked["course"] is None else _of_folder(asked["course"])
    with chdir(asked["folder"]):
        lesson = source.course.lesson(asked["lesson"])
        doing = do_lesson(source, lesson, Seed(asked["seed"]), passed_within=asked["within"])
        return to_json(asyncio.run(doing))


@cache
def _pack(folder: Path) -> Pack:
    # Who asks has read the course once as well.
    return Pack(folder, load_course(folder, server_names(folder)))


def _of_folder(folder: str) -> Source:
    """Return the course of a folder, whose code may run: who started this process has seen to that."""
    return Source.of(_pack(Path(folder)), OwnTrust(state_folder()))


def main() -> None:
    """Do lessons until nobody asks for more."""
    settle_memory()
    asked: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        print(answer(asked.get()), flush=True)


def _listen(asked: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        asked.put(line)
    os._exit(0)  # the servers of a lesson end with this process


if __name__ == "__main__":
    main()

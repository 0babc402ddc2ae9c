"""A learner at a lesson that was made for a test, without a screen, a network or time that passes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.check_events import at
from wslab.lab.attempts import AttemptLog
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lesson_session import LessonSession
from wslab.lab.progress import ProgressStore
from wslab.wire.clock import Clock
from wslab.wire.events import Event

SENT_HELLO = """
[[step]]
id = "sent"
expect = [{ on = "message", dir = "c>s", text = "$seed.word", save = "sent" }]
[[step.diagnose]]
seen = { on = "message", dir = "c>s", op = "BINARY" }
say = "bytes"

[[step]]
id = "back"
expect = [{ on = "message", dir = "s>c", hex = "$sent.hex" }]
never = [{ on = "close", code = "!1000", say = "closed" }]

[[step]]
id = "closed"
expect = [{ on = "close", dir = "c>s", code = 1000 }]
"""
PROSE = """+++
title = "Echo"
summary = "Send a word and see it come back."
+++
A server that echoes.

## step sent: Send your word
Type `{seed.word}`.
### hint 1
Look at the **bottom**.
### hint 2
It is `{seed.word}`.

## step back: See it come back
Watch.
### hint 1
Wait.

## step closed: Leave
Press `d`.
### hint 1
The key is d.

## say bytes
You sent *{op}*, not text.

## say closed
Closed with {code}.

## after: What you saw
A message and its echo.
"""
HEAD = """format = 1
id = "t-echo"
phase = 1
minutes = 5
rfc = ["6455#5.2"]
mode = "app"
server = { name = "basic", path = "/echo" }
"""


def write_course(folder: Path, checks: str = SENT_HELLO, prose: str = PROSE) -> Path:
    """Write a course of one lesson and return its folder."""
    place = folder / "course" / "1-basics" / "010-echo"
    place.mkdir(parents=True)
    phase = 'format = 1\nid = "tiny"\n[[phase]]\nid = "basics"\nfolder = "1-basics"\n'
    (folder / "course" / "course.toml").write_text(phase)
    (place.parent / "en.md").write_text('+++\ntitle = "Basics"\nsummary = "First things."\n+++\n')
    (place / "lesson.toml").write_text(HEAD + checks)
    (place / "en.md").write_text(prose)
    (place / "drive.toml").write_text('format = 1\nname = "solve it"\n[[step]]\nname = "x"\npress = ["c"]\n')
    return folder / "course"


class Sitting:
    """A sitting at the lesson of `write_course`."""

    def __init__(self, folder: Path, course: Path | None = None, **options: Any) -> None:
        self.now = 0.0
        self.clock = Clock(lambda: self.now, lambda: 1_700_000_000.0 + self.now, itertools.count(1))
        self.lesson: Lesson = load_course(course or write_course(folder)).lessons[0]
        self.store = ProgressStore(folder / "state", "tiny", clock=self.clock)
        self.store.load()
        self.log = AttemptLog(folder / "state", self.clock)
        self.told = 0
        self._numbers = itertools.count(1)
        self.sit(**options)

    def sit(self, **options: Any) -> LessonSession:
        """Sit down, once more where that was done before."""
        self.session = LessonSession(self.lesson, self.store, self.log, self.clock, seed=Seed(7), **options)
        self.session.listen(self._tell)
        return self.session

    @property
    def word(self) -> str:
        """The word of the sitting's seed."""
        return str(self.session.seed.values["word"])

    def see(self, *events: Event) -> None:
        """Have the lesson see events, one after the other."""
        for event in events:
            self.session.run.observe(self._numbered([event]))

    def _numbered(self, events: Sequence[Event]) -> list[Event]:
        return [at(event, next(self._numbers)) for event in events]

    def _tell(self) -> None:
        self.told += 1

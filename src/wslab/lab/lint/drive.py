"""What the check of a lesson done in the app needs of the app, which it must not import."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from wslab.lab.course import Lesson
from wslab.lab.lesson_run import Seed
from wslab.wire.events import Event

WIDTH, HEIGHT = 80, 24
"""Columns and rows in which every lesson has to work."""


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of doing a lesson in the app by its script."""

    lang: str
    seed: Seed
    failure: str = ""
    """Why it was not passed, or what was not to be seen; empty where all is well."""
    where: str = ""
    """The step of the script at which that was; empty where it was at none."""
    fault: str = ""
    """Why nothing can be said, which is the lab's fault; empty where something can."""
    events: tuple[Event, ...] = ()
    began: float = 0.0
    """Monotonic seconds at which the lesson began, by the clock of the events."""


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson done in the app, to be found by another process."""

    course: Path | None
    """Folder of the course; None for the bundled one."""
    lesson: Lesson


Drive = Callable[[Place, str, Seed], Awaitable[Driven]]
"""Does a lesson in the app, in a language and with a seed."""
Drives = Callable[[], AbstractAsyncContextManager[Drive]]
"""Makes what does lessons for as long as a check goes on."""

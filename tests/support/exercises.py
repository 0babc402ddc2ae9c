"""The exercises of tests/lab/lessons, and folders with programs that answer them in some way."""

from __future__ import annotations

import textwrap
from pathlib import Path

import psutil

from wslab.lab.course import Course, Lesson
from wslab.lab.course_files import load_course

LESSONS = Path(__file__).parents[1] / "lab" / "lessons"


def tiny_course() -> Course:
    """Return the course of the tests."""
    return load_course(LESSONS)


def tiny(name: str) -> Lesson:
    """Return a lesson of it by the end of its id: `client`, `back`, `server` or `app`."""
    return tiny_course().lesson(f"tiny-{name}")


def program(folder: Path, code: str, entry: str = "client.py") -> Path:
    """Write a program into a new folder and return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / entry).write_text(textwrap.dedent(code))
    return folder


def programs(folder: Path) -> list[psutil.Process]:
    """Return the processes that run in a folder."""
    return [child for child in psutil.Process().children(recursive=True) if folder in runs_in(child).parents]


def runs_in(process: psutil.Process) -> Path:
    try:
        return Path(process.cwd())
    except psutil.Error:
        return Path()  # it has ended meanwhile

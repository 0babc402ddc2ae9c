"""The solution of an exercise and the learner's own file beside it, as texts to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wslab.lab.course import Lesson
from wslab.lab.workspace import files_in

LARGEST = 32 * 1024
"""Bytes of the learner's file that are shown at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a program. Its text is as it was read: whoever shows it sees to it that it is safe."""

    name: str
    """Path in its folder."""
    text: str
    whole: bool = True
    """Whether the text is all of it."""


def solution_of(lesson: Lesson) -> tuple[Source, ...]:
    """Return the solution of an exercise, file by file.

    Raises:
        WorkspaceError, OSError: it can't be read.
    """
    folder = lesson.folder / "solution"
    return tuple(
        Source(str(path), (folder / path).read_text(encoding="utf-8", errors="replace"))
        for path in files_in(folder)
    )


def own_source(file: Path) -> Source | None:
    """Return the start of the learner's file; None where there is none or it can't be read.

    What is no UTF-8 in it is replaced: such a file is none that Python runs either.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        # It is shown beside the solution only for comparison; a run says what is wrong with it.
        return None
    return Source(file.name, data[:LARGEST].decode("utf-8", "replace"), len(data) <= LARGEST)

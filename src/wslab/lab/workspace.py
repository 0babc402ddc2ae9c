"""The learner's own folder: what they edit is theirs, and nothing here ever overwrites it."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wslab.i18n import _, ngettext

HOME = "wslab-work"
"""The folder for the work on all lessons, in the folder wslab was started in."""
TRASH = PurePosixPath(".wslab/trash")
"""Where in the learner's folder the old files go on a reset."""
HINTS_BEFORE = 3
"""Hints after which the solution may be seen, or all where the lesson has fewer."""
FAILURES_BEFORE = 2
"""Failed runs after which the solution may be seen."""


class WorkspaceError(Exception):
    """Something in the learner's folder is not as it must be. The message says what, and what helps."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of copying the start of a lesson."""

    new: tuple[str, ...]
    """Files that were written, as paths in the folder."""
    there: tuple[str, ...]
    """Files that were there already and were left as they are."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of one exercise.

    Args:
        start: the folder that the learner gets a copy of.
        folder: the learner's.
        entry: the file that is edited and run.
    """

    start: Path
    folder: Path
    entry: str

    @property
    def file(self) -> Path:
        """The file that is edited and run."""
        return self.folder / self.entry

    def copy(self) -> Copied:
        """Copy what is not there yet.

        Raises:
            WorkspaceError: a file or folder cannot be written.
        """
        new: list[str] = []
        there: list[str] = []
        for path in files_in(self.start):
            target = self.folder / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise _failed(target.parent, error) from error
            try:
                # Never over anything, not even over a link that leads nowhere.
                with target.open("xb") as file:
                    file.write((self.start / path).read_bytes())
            except FileExistsError:
                there.append(str(path))
            except OSError as error:
                raise _failed(target, error) from error
            else:
                new.append(str(path))
        return Copied(tuple(new), tuple(there))

    def reset(self, now: datetime.datetime) -> Path | None:
        """Move the learner's copies aside and copy the start anew.

        Files that the learner added stay where they are.

        Args:
            now: becomes part of the name of where the old files go.

        Returns:
            The folder that holds the old files; None where there were none.

        Raises:
            WorkspaceError: a file cannot be moved or written. Nothing is lost then.
        """
        old = [path for path in files_in(self.start) if os.path.lexists(self.folder / path)]
        trash = self._new_trash(now) if old else None
        for path in old:
            assert trash is not None
            target = trash / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).rename(target)
            except OSError as error:
                raise _failed(target, error) from error
        self.copy()
        return trash

    def _new_trash(self, now: datetime.datetime) -> Path:
        base = self.folder / TRASH
        name = now.strftime("%Y%m%d-%H%M%S")
        for number in range(1, 1000):
            place = base / (name if number == 1 else f"{name}-{number}")
            try:
                place.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise _failed(place, error) from error
            return place
        raise WorkspaceError(_("{folder} is full of old files: empty it").format(folder=base))


def assemble(start: Path, over: Path, entry: str, folder: Path) -> Path:
    """Put together a folder in which a solution, or any other answer, can run; return its entry file.

    Args:
        start: what a learner would have begun with.
        over: what is put over that: a folder, or one file in place of the entry.
        entry: the file that is run.
        folder: a new or empty folder, nobody's work.

    Raises:
        WorkspaceError: something cannot be read or written.
    """
    pairs = [(start / path, folder / path) for path in files_in(start)]
    if over.is_dir():
        pairs += [(over / path, folder / path) for path in files_in(over)]
    else:
        pairs.append((over, folder / entry))
    for source, target in pairs:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            raise _failed(source, error) from error
    return folder / entry


def files_in(folder: Path) -> Iterator[PurePosixPath]:
    """Yield the path of every file of a folder, in order, without what Python and editors leave there.

    Raises:
        WorkspaceError: there is no such folder.
    """
    if not folder.is_dir():
        raise WorkspaceError(_("there is no folder {folder}").format(folder=folder))
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in relative.parts):
            yield PurePosixPath(relative.as_posix())


def why_closed(*, passed: bool, hints: int, hints_there: int, failed_runs: int) -> str:
    """Say why the solution of a lesson may not be seen yet; empty where it may.

    It opens when the lesson was passed, or when a learner has tried: so many hints, and so many failed runs.

    Args:
        passed: whether the lesson was passed.
        hints: hints that were taken.
        hints_there: hints that there are.
        failed_runs: runs that failed.
    """
    missing_hints = max(0, min(HINTS_BEFORE, hints_there) - hints)
    missing_runs = max(0, FAILURES_BEFORE - failed_runs)
    if passed or not (missing_hints or missing_runs):
        return ""
    parts = []
    if missing_hints:
        parts.append(ngettext("{n} more hint", "{n} more hints", missing_hints).format(n=missing_hints))
    if missing_runs:
        parts.append(
            ngettext("{n} more failed run", "{n} more failed runs", missing_runs).format(n=missing_runs)
        )
    return _("the solution opens when the lesson is passed, or after {missing}").format(
        missing=_(" and ").join(parts)
    )


def _failed(path: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(f"{path}: {error.strerror or error}")

"""A learner's progress in one course, kept in a file that outlives crashes and is shared by sessions.

`progress.json` holds that of the bundled course, `progress-NAME.json` that of a lesson pack. Every change
reads the file, changes what it found and writes it back under a lock, so two sessions at once lose nothing.
The file is replaced as a whole, so a session that is killed while it writes loses nothing either.

What can't be kept is no reason to stop: `problem` says why, the lab goes on, and what could not be written
is written with the next change that can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from wslab import __version__
from wslab.i18n import _
from wslab.lab.progress_data import (
    Former,
    LessonProgress,
    Progress,
    adopt_former,
    merge,
    pass_step,
    show_hint,
)
from wslab.lab.progress_form import (
    LARGEST,
    NewerProgressError,
    ProgressError,
    check_id,
    check_lang,
    check_word,
    dump_progress,
    parse_progress,
)
from wslab.lab.safe_file import LockedError, free_backup, locked, replace_file, set_aside
from wslab.wire.clock import Clock

BUNDLED = "wslab"
"""The course whose file needs no name of its own."""
PATIENCE = 2.0
"""Seconds that a change waits for another session to finish its own."""

Change = Callable[[Progress], Progress]


class ProgressStore:
    """Progress in one course.

    Every method may be called from any thread and blocks until the change is on the disk: an app calls them
    through `asyncio.to_thread`. None raises because of the file; see `problem`.
    """

    def __init__(
        self,
        folder: Path,
        course_id: str = BUNDLED,
        former: Former | None = None,
        clock: Clock | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: where the file is; made when something is to be kept.
            course_id: id of the course, or of the pack.
            former: the id of every lesson, with the ids that it had before.
            clock: where times come from.
            patience: seconds to wait for another session at most.

        Raises:
            ValueError: the id is none.
        """
        name = "progress" if check_id(course_id) == BUNDLED else f"progress-{course_id}"
        self.file = folder / f"{name}.json"
        self.course_id = course_id
        self.problem: str | None = None
        """Why progress is not being kept just now, as a sentence for the learner; None where it is."""
        self.notice: str | None = None
        """What happened to a file that could not be read, as a sentence for the learner."""
        self._former: Former = former or {}
        self._clock = clock or Clock()
        self._patience = patience
        self._thread = threading.RLock()
        self._progress = Progress()
        self._kept_back: list[Change] = []

    @property
    def progress(self) -> Progress:
        """What was known when the file was last looked at, with all that was done since."""
        return self._progress

    def load(self) -> Progress:
        """Look at the file and return what is known. It is not written, unless it has to be set aside."""
        with self._thread:
            self.problem = None
            try:
                try:
                    found = self._read()
                except NewerProgressError as error:
                    found = error.progress
                    self.problem = self._newer(error)
                except ProgressError:
                    # Another session may just have set it aside: only who holds the lock may say so.
                    with self._locked():
                        found = self._read_or_set_aside()
            except OSError as error:
                self.problem = self._unreadable(error)
                return self._progress
            self._progress = self._with_kept_back(found)
            return self._progress

    def peek(self) -> Progress:
        """Return what the file says and touch nothing; a file that can't be read says nothing.

        Whoever goes on to `load` is told what is wrong with it.
        """
        try:
            return self._read()
        except NewerProgressError as error:
            return error.progress
        except (ProgressError, OSError):
            return Progress()

    def set_current(self, lesson_id: str) -> Progress:
        """Note that a lesson was opened: it is where the learner goes on."""
        check_id(lesson_id)
        now = self._clock.wall()

        def change(progress: Progress) -> Progress:
            lesson = progress.lesson(lesson_id)
            if lesson.opened is None:
                progress = progress.with_lesson(lesson_id, replace(lesson, opened=now))
            return replace(progress, current=lesson_id)

        return self._change(change)

    def set_language(self, lang: str) -> Progress:
        """Note the language that was chosen by hand."""
        check_lang(lang)
        return self._change(lambda progress: replace(progress, lang=lang))

    def attempted(self, lesson_id: str, step_ids: Iterable[str] = ()) -> Progress:
        """Count an attempt at a lesson, and at each of the steps that became active in it."""
        steps = [check_id(step_id) for step_id in step_ids]

        def change(lesson: LessonProgress) -> LessonProgress:
            for step_id in steps:
                step = lesson.step(step_id)
                lesson = lesson.with_step(step_id, replace(step, attempts=step.attempts + 1))
            return replace(lesson, attempts=lesson.attempts + 1)

        return self._change_lesson(lesson_id, change)

    def step_passed(self, lesson_id: str, step_id: str, *, check: str, seed: str = "") -> Progress:
        """Note that a step was passed.

        Args:
            lesson_id: the lesson.
            step_id: the step.
            check: hash of the step's checks.
            seed: seed of the attempt.
        """
        check_word("check", check)
        check_word("seed", seed)
        now = self._clock.wall()

        def change(lesson: LessonProgress) -> LessonProgress:
            step = pass_step(lesson.step(step_id), now, check, seed, __version__, lesson.helped)
            return lesson.with_step(step_id, step)

        check_id(step_id)
        return self._change_lesson(lesson_id, change)

    def lesson_finished(self, lesson_id: str) -> Progress:
        """Note that the last step of a lesson was passed."""
        now = self._clock.wall()
        return self._change_lesson(
            lesson_id, lambda lesson: lesson if lesson.finished is not None else replace(lesson, finished=now)
        )

    def hint_shown(self, lesson_id: str, step_id: str, number: int) -> Progress:
        """Note that hints of a step were shown up to that number, from 1.

        Raises:
            ValueError: the number is not from 1 to 99.
        """
        if not 1 <= number <= 99:
            raise ValueError(f"number is {number}; it must be from 1 to 99")
        check_id(step_id)
        return self._change_lesson(
            lesson_id, lambda lesson: lesson.with_step(step_id, show_hint(lesson.step(step_id), number))
        )

    def helped(self, lesson_id: str) -> Progress:
        """Note that the solution of a lesson was opened. After the lesson was finished that is no help."""
        return self._change_lesson(
            lesson_id, lambda lesson: lesson if lesson.finished is not None else replace(lesson, helped=True)
        )

    def reset(self, lesson_id: str) -> Progress:
        """Forget everything about a lesson."""
        check_id(lesson_id)
        return self._change(lambda progress: progress.without_lesson(lesson_id))

    def export(self) -> str:
        """Return what is known as text, as `import_` reads it on another machine."""
        return dump_progress(self.course_id, self.load())

    def import_(self, text: str | bytes, *, merged: bool = True) -> Progress:
        """Take in what `export` gave.

        Args:
            text: what was exported.
            merged: join it with what is known here, so that no pass of either is lost. Otherwise it takes
                the place of that, of which a numbered `.bak` is left.

        Raises:
            ProgressError: the text is no progress of this course, or of a newer wslab. Nothing has changed.
        """
        found = adopt_former(parse_progress(self.course_id, text), self._former)
        if merged:
            return self._change(lambda progress: merge(progress, found))
        return self._change(lambda _progress: found, backup=True)

    def flush(self) -> Progress:
        """Try once more to write what could not be written, such as before the lab ends."""
        with self._thread:
            return self._change(lambda progress: progress) if self._kept_back else self._progress

    def _change_lesson(self, lesson_id: str, change: Callable[[LessonProgress], LessonProgress]) -> Progress:
        check_id(lesson_id)
        return self._change(
            lambda progress: progress.with_lesson(lesson_id, change(progress.lesson(lesson_id)))
        )

    def _change(self, change: Change, *, backup: bool = False) -> Progress:
        """Make a change to what is in the file, and all those that could not be written before."""
        with self._thread:
            self.problem = None
            self._kept_back.append(change)
            try:
                self._progress = self._write_changes(backup)
                self._kept_back.clear()
            except NewerProgressError as error:
                self._progress = self._with_kept_back(error.progress)
                self.problem = self._newer(error)
            except OSError as error:
                self._progress = self._unwritten(change)
                self.problem = self._unwritable(error)
            return self._progress

    def _unwritten(self, change: Change) -> Progress:
        """Return what is known with a change that could not be written: what can be read still counts."""
        try:
            return self._with_kept_back(self._read())
        except (OSError, ProgressError):
            return change(self._progress)

    def _write_changes(self, backup: bool) -> Progress:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            found = self._read_or_set_aside()
            progress = self._with_kept_back(found)
            if backup and self.file.exists():
                replace_file(free_backup(self.file), dump_progress(self.course_id, found).encode())
            replace_file(self.file, dump_progress(self.course_id, progress).encode())
            return progress

    def _locked(self) -> AbstractContextManager[None]:
        lock = self.file.with_name(self.file.name + ".lock")
        return locked(lock, self._patience, self._clock.monotonic)

    def _with_kept_back(self, progress: Progress) -> Progress:
        progress = adopt_former(progress, self._former)
        for change in self._kept_back:
            progress = change(progress)
        return progress

    def _read(self) -> Progress:
        """Return what the file has; a file that is not there has nothing.

        Raises:
            ProgressError: it is no progress, or of a newer wslab.
            OSError: it can't be read.
        """
        try:
            with self.file.open("rb") as stream:
                data = stream.read(LARGEST + 1)
        except FileNotFoundError:
            return Progress()
        return parse_progress(self.course_id, data)

    def _read_or_set_aside(self) -> Progress:
        try:
            return self._read()
        except NewerProgressError:
            raise
        except ProgressError as error:
            place = set_aside(self.file)
            self.notice = _(
                "{file} could not be read: {reason}. It is kept as {backup}, and progress starts anew."
            ).format(file=self.file, reason=error, backup=place.name)
            return Progress()

    def _newer(self, error: ProgressError) -> str:
        return _(
            "{file} is left as it is, and nothing is added to it: {reason}. "
            "What it says is shown as far as this wslab understands it."
        ).format(file=self.file, reason=error)

    def _unreadable(self, error: OSError) -> str:
        return _("progress can't be read and is not being kept: {reason}").format(reason=_reason(error))

    def _unwritable(self, error: OSError) -> str:
        if isinstance(error, LockedError):
            return _("progress is not being kept: another session has held {file} for {seconds:g} s").format(
                file=error.filename, seconds=self._patience
            )
        return _("progress is not being kept: {reason}").format(reason=_reason(error))


def _reason(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else what

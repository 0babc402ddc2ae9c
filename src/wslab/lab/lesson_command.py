"""`wslab lesson`: the lessons without the app.

What is asked for goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.i18n import _
from wslab.lab.cells import wrap
from wslab.lab.solution import solution_of
from wslab.lab.state import state_folder
from wslab.lab.workspace import Workspace, WorkspaceError

if TYPE_CHECKING:
    from wslab.lab.course import Course, Lesson
    from wslab.lab.lesson_record import LessonRecord
    from wslab.lab.source import Source

OK = 0
FAILED = 1
USAGE = 2
NOT_STARTED = 3
INTERRUPTED = 130
WIDTH = 80


class LessonProblem(Exception):
    """A command can't be carried out. The message says why; `code` is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def start_lesson(lesson_id: str, folder: Path | None) -> int:
    """Copy the files of an exercise to the learner's folder and say what to do. Return the exit code."""
    from wslab.lab.lesson_prose import task_lines

    try:
        source, lesson = the_lesson(lesson_id)
        record = the_record(source, lesson)
        if lesson.exercise is not None:
            space = workspace(source, lesson, folder)
            copied = space.copy()
            for path in copied.there:
                tell(_("{file} is there already and stays as it is").format(file=space.folder / path))
            for path in copied.new:
                tell(_("wrote {file}").format(file=space.folder / path))
    except LessonProblem as problem:
        return refuse(problem)
    except WorkspaceError as error:
        return refuse(LessonProblem(str(error), NOT_STARTED))
    record.opened()
    show(task_lines(lesson, WIDTH))
    if lesson.exercise is not None:
        file = workspace(source, lesson, folder).file
        tell(
            _("edit {file}, then: wslab lesson run {lesson} --watch").format(
                file=file, lesson=source.full_id(lesson)
            )
        )
    else:
        tell(
            _("wslab lesson run {lesson} does it here, wslab --lesson {lesson} in the app").format(
                lesson=source.full_id(lesson)
            )
        )
    return finish(record)


def run_lesson(options: argparse.Namespace) -> int:
    """Run an exercise, or do any other lesson line by line. Return the exit code."""
    try:
        source, lesson = the_lesson(options.lesson)
        if lesson.mode == "exercise":
            from wslab.lab.lesson_runs import run_exercise_command

            return run_exercise_command(source, lesson, options)
        for name in ("watch", "solution", "file", "json", "junit", "folder"):
            if getattr(options, name):
                raise LessonProblem(
                    _("--{option} is for exercises, and {lesson} is done in the lab").format(
                        option=name, lesson=lesson.id
                    ),
                    USAGE,
                )
        from wslab.lab.guided import run_guided

        permitted(lambda: source.permit_lesson(lesson))
        return run_guided(source, lesson, seed_of(options.seed))
    except LessonProblem as problem:
        return refuse(problem)
    except WorkspaceError as error:
        return refuse(LessonProblem(str(error), NOT_STARTED))


def show_hint(lesson_id: str, step_id: str | None) -> int:
    """Print one hint more of a step. Return the exit code: 1 where there is none left."""
    from wslab.lab.lesson_prose import hint_lines

    try:
        source, lesson = the_lesson(lesson_id)
        record = the_record(source, lesson)
        place = record.open_step()
        if step_id is not None:
            ids = [step.id for step in lesson.steps]
            if step_id not in ids:
                raise LessonProblem(
                    _("{lesson} has no step {step!r}; it has {ids}").format(
                        lesson=lesson.id, step=step_id, ids=", ".join(ids)
                    ),
                    USAGE,
                )
            place = ids.index(step_id)
    except LessonProblem as problem:
        return refuse(problem)
    lines = hint_lines(record, place, WIDTH)
    if lines is None:
        tell(
            _("there is no further hint; wslab lesson solution {lesson} shows the solution").format(
                lesson=source.full_id(lesson)
            )
        )
        return max(FAILED, finish(record))
    show(lines)
    return finish(record)


def show_solution(lesson_id: str) -> int:
    """Print the solution of an exercise, once it is open. Return the exit code."""
    try:
        source, lesson = the_lesson(lesson_id)
        exercise(lesson)
        record = the_record(source, lesson)
        why = record.why_closed()
        if why:
            raise LessonProblem(why, FAILED)
        lines = solution_lines(lesson)
    except LessonProblem as problem:
        return refuse(problem)
    except (WorkspaceError, OSError) as error:
        return refuse(LessonProblem(str(error), NOT_STARTED))
    show(lines)
    record.solution_opened()
    return finish(record)


def reset_lesson(lesson_id: str, folder: Path | None, yes: bool) -> int:
    """Begin the files of an exercise anew, once the learner agrees, and keep the old ones."""
    try:
        source, lesson = the_lesson(lesson_id)
        space = workspace(source, lesson, folder)
        if not yes:
            if sys.stdin is None or not sys.stdin.isatty():
                raise LessonProblem(_("there is nobody to ask: add --yes"), USAGE)
            tell(_("begin {folder} anew? The old files are kept. y/N").format(folder=space.folder))
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                tell(_("nothing was changed"))
                return FAILED
        kept = space.reset(datetime.datetime.now().astimezone())
    except LessonProblem as problem:
        return refuse(problem)
    except WorkspaceError as error:
        return refuse(LessonProblem(str(error), NOT_STARTED))
    if kept is not None:
        tell(_("the old files are in {folder}").format(folder=kept))
    tell(_("wrote {file}").format(file=space.file))
    return OK


def solution_lines(lesson: Lesson) -> list[str]:
    """Return the solution of an exercise, file by file.

    Raises:
        WorkspaceError, OSError: it can't be read.
    """
    sources = solution_of(lesson)
    lines: list[str] = []
    for source in sources:
        if len(sources) > 1:
            lines += [f"# {source.name}"]
        lines += source.text.splitlines()
    return lines


def bundled_course() -> Course:
    """Return the bundled course. May raise as `load_course` does."""
    from wslab.lab.course_files import load_course

    return load_course()


def the_course() -> Course:
    """Return the course.

    Raises:
        LessonProblem: it can't be read.
    """
    from wslab.bundled import BundledError
    from wslab.lab.toml_table import CourseError

    try:
        return bundled_course()
    except (CourseError, BundledError) as error:
        raise LessonProblem(str(error), NOT_STARTED) from error


def the_lesson(lesson_id: str) -> tuple[Source, Lesson]:
    """Return one lesson, also by a former id, and where it comes from; `pack:lesson` is one of a pack.

    Raises:
        LessonProblem: there is none, or its pack can't be read.
    """
    from wslab.lab.packs import split_id
    from wslab.lab.source import Source

    name, own_id = split_id(lesson_id)
    source = Source(the_course()) if name is None else _pack_source(name)
    try:
        return source, source.course.lesson(own_id)
    except KeyError as error:
        raise LessonProblem(str(error.args[0]), USAGE) from None


def _pack_source(name: str) -> Source:
    from wslab.lab.pack_files import PackError
    from wslab.lab.pack_shelf import PackShelf
    from wslab.lab.packs import PackTrust
    from wslab.lab.source import Source
    from wslab.lab.state_file import StateError

    folder = state_folder()
    try:
        return Source.of(PackShelf(folder).pack(name), PackTrust(folder))
    except (PackError, StateError, OSError) as error:
        raise LessonProblem(str(error), USAGE) from error


def permitted(permit: Callable[[], None]) -> None:
    """Ask whether code of a pack may run.

    Args:
        permit: `Source.permit`, or what raises as it does.

    Raises:
        LessonProblem: nobody has agreed to it as it is now.
    """
    from wslab.lab.pack_files import PackError
    from wslab.lab.state_file import StateError

    try:
        permit()
    except (PackError, StateError, OSError) as error:
        raise LessonProblem(str(error), NOT_STARTED) from error


def the_record(source: Source, lesson: Lesson) -> LessonRecord:
    """Return what is kept of a lesson."""
    from wslab.lab.lesson_record import LessonRecord

    return LessonRecord(source.course, lesson, state_folder())


def exercise(lesson: Lesson) -> Lesson:
    """Return a lesson that is an exercise.

    Raises:
        LessonProblem: it is none.
    """
    if lesson.exercise is None:
        raise LessonProblem(_("{lesson} has no files: it is done in the lab").format(lesson=lesson.id), USAGE)
    return lesson


def workspace(source: Source, lesson: Lesson, folder: Path | None) -> Workspace:
    """Return the learner's folder for an exercise: the one that was given, else its own.

    Raises:
        LessonProblem: it is no exercise.
    """
    found = exercise(lesson)
    assert found.exercise is not None
    place = source.work(lesson) if folder is None else folder
    return Workspace(lesson.folder / "start", place, found.exercise.entry)


def seed_of(text: str | None) -> int | None:
    """Return the number of a seed that was given by hand.

    Raises:
        LessonProblem: it is none.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise LessonProblem(
            _("seed {text!r} is not a whole number, as reports name it").format(text=text), USAGE
        )
    return int(text)


def show(lines: Sequence[str]) -> None:
    """Print lines that were asked for."""
    print("\n".join(lines), flush=True)


def tell(text: str) -> None:
    """Say something to people."""
    for line in wrap(text, WIDTH):
        print(line, file=sys.stderr, flush=True)


def refuse(problem: LessonProblem) -> int:
    """Say why a command is not carried out, and return its exit code."""
    print(f"wslab lesson: {problem}", file=sys.stderr, flush=True)
    return problem.code


def finish(record: LessonRecord) -> int:
    """Say what could not be kept, and return the exit code."""
    for text in record.problems:
        tell(text)
    return OK


def run_in_loop(work: Callable[[], Coroutine[object, object, int]]) -> int:
    """Run something that ends in order also on SIGTERM and SIGHUP, with no process left behind."""
    return asyncio.run(_guarded(work))


async def _guarded(work: Callable[[], Coroutine[object, object, int]]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await work()
    except asyncio.CancelledError:
        print(file=sys.stderr)
        return INTERRUPTED

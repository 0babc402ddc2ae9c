"""`wslab lesson run` for exercises: once, or again whenever the file is saved."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wslab.i18n import _
from wslab.lab.attempt_output import attempt_json, outcome_lines, write_junit
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt, ExerciseRunner, Outcome
from wslab.lab.lesson_command import (
    NOT_STARTED,
    USAGE,
    LessonProblem,
    permitted,
    run_in_loop,
    seed_of,
    show,
    tell,
    the_record,
    workspace,
)
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.lesson_run import Seed
from wslab.lab.lesson_watch import WatchSession
from wslab.lab.source import Source
from wslab.lab.workspace import assemble

OK = 0
FAILED = 1
UNKNOWN = 4


def run_exercise_command(source: Source, lesson: Lesson, options: argparse.Namespace) -> int:
    """Run an exercise as the options of `wslab lesson run` say and return the exit code.

    Raises:
        LessonProblem: it can't be run.
    """
    number = seed_of(options.seed)
    seeds = None if number is None else (Seed(number),)
    own = not (options.solution or options.file)
    if options.watch and not own:
        raise LessonProblem(_("--watch runs your own file: leave --solution and --file out"), USAGE)
    record = the_record(source, lesson) if own else None
    with _folder(source, lesson, options) as folder:
        if record is not None:
            record.opened()
        permitted(source.permit)
        if options.watch:
            assert record is not None
            space = workspace(source, lesson, options.folder)
            return run_in_loop(lambda: WatchSession(source.runner(lesson), space, record, seeds).run())
        return run_in_loop(lambda: _once(source.runner(lesson), folder, seeds, record, options))


async def _once(
    runner: ExerciseRunner,
    folder: Path,
    seeds: Sequence[Seed] | None,
    record: LessonRecord | None,
    options: argparse.Namespace,
) -> int:
    lesson = runner.lesson

    def note(attempt: Attempt) -> None:
        if options.json:
            show([attempt_json(lesson, attempt)])

    earlier = record is not None and record.known.finished is not None
    try:
        outcome = await runner.run(folder, seeds, on_attempt=note)
    finally:
        await runner.close()
    if record is not None:
        record.ran(outcome.attempts, outcome.passed)
    if not options.json:
        hints = record.hints_left(outcome.decisive.step) if record is not None else 0
        show(outcome_lines(lesson, outcome, hints, earlier))
    if options.junit is not None:
        try:
            write_junit(options.junit, lesson, outcome)
        except OSError as error:
            tell(_("the report can't be written: {error}").format(error=error))
            return NOT_STARTED
    for text in record.problems if record is not None else ():
        tell(text)
    return code_of(outcome)


def code_of(outcome: Outcome) -> int:
    """Return the exit code of a run."""
    return OK if outcome.passed else UNKNOWN if outcome.unknown else FAILED


@contextmanager
def _folder(source: Source, lesson: Lesson, options: argparse.Namespace) -> Iterator[Path]:
    """Provide the folder to run in: the learner's, or a new one with another answer."""
    space = workspace(source, lesson, options.folder)
    if options.solution or options.file:
        over = lesson.folder / "solution" if options.solution else options.file
        with tempfile.TemporaryDirectory(prefix="wslab-") as new:
            assemble(space.start, over, space.entry, Path(new) / "work")
            yield Path(new) / "work"
        return
    if not space.file.is_file():
        raise LessonProblem(
            _("there is no {file}: begin with wslab lesson start {lesson}").format(
                file=space.file, lesson=source.full_id(lesson)
            ),
            NOT_STARTED,
        )
    yield space.folder

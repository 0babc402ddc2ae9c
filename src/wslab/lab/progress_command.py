"""`wslab progress`: look at what was learned, take it elsewhere, take it in, or start a lesson anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.i18n import _, ngettext

if TYPE_CHECKING:
    from wslab.lab.course import Course, Lesson
    from wslab.lab.progress import ProgressStore
    from wslab.lab.progress_data import Former, LessonProgress, Progress, StepProgress

OK = 0
FAILED = 1
USAGE_ERROR = 2
COULD_NOT_START = 3

STDIN = "-"


def add_progress_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `progress` and its own commands to the command line. Loads nothing that they need."""
    parser = commands.add_parser(
        "progress",
        help="what you have learned so far",
        description="Without a command it is shown, as with show.",
    )
    parser.set_defaults(run=show, parser=parser)
    _add_pack(parser, None)
    actions = parser.add_subparsers(title="commands", metavar="show|export|import|reset")
    showing = actions.add_parser("show", help="every lesson and step: passed, attempts, hints, help")
    showing.set_defaults(run=show, parser=showing)
    exporting = actions.add_parser("export", help="write it to a file, to take it to another machine")
    exporting.add_argument("file", nargs="?", metavar="FILE", help="a new file (default: standard output)")
    exporting.set_defaults(run=export, parser=exporting)
    importing = actions.add_parser(
        "import",
        help="take in what was exported",
        description="What is in the file is joined with what is known here. No pass of either is lost.",
    )
    importing.add_argument("file", metavar="FILE", help="what export wrote; - is standard input")
    importing.set_defaults(run=import_, parser=importing)
    resetting = actions.add_parser("reset", help="forget everything about a lesson")
    resetting.add_argument("lesson", metavar="LESSON", help="id of a lesson, as show prints it")
    resetting.add_argument("--yes", action="store_true", help="do not ask first")
    resetting.set_defaults(run=reset, parser=resetting)
    for action in (showing, exporting, importing, resetting):
        # Where it is not given behind the action, what was given before it stays.
        _add_pack(action, argparse.SUPPRESS)


def _add_pack(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--pack",
        metavar="NAME",
        default=default,
        help="progress in a lesson pack, by its name or folder (default: the bundled course)",
    )


def show(options: argparse.Namespace) -> int:
    """Print every lesson with its steps. Return the exit code: 1 where progress is not being kept."""
    from wslab.lab.cells import table

    opened = _open(options)
    if opened is None:
        return COULD_NOT_START
    course, store = opened
    progress = store.load()
    print("\n".join(table(list(_rows(course.lessons, progress)))))
    return _end(store)


def export(options: argparse.Namespace) -> int:
    """Write progress to a new file or to standard output. Return the exit code."""
    opened = _open(options)
    if opened is None:
        return COULD_NOT_START
    _course, store = opened
    text = store.export()
    if store.problem:
        return _end(store)
    if options.file is None:
        sys.stdout.write(text)
        return _end(store)
    try:
        with Path(options.file).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _say(_("{file} exists already and is left as it is: name another file").format(file=options.file))
        return FAILED
    except OSError as error:
        _say(_("{file} can't be written: {reason}").format(file=options.file, reason=error.strerror))
        return FAILED
    return _end(store)


def import_(options: argparse.Namespace) -> int:
    """Take in what was exported. Return the exit code."""
    from wslab.lab.progress_form import LARGEST, ProgressError

    opened = _open(options)
    if opened is None:
        return COULD_NOT_START
    _course, store = opened
    try:
        if options.file == STDIN:
            # A stream that was closed before the process began is None.
            data = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
        else:
            with Path(options.file).open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        _say(_("{file} can't be read: {reason}").format(file=options.file, reason=error.strerror))
        return FAILED
    before = _passes(store.load())
    try:
        after = _passes(store.import_(data))
    except ProgressError as error:
        _say(_("{file} was not taken in: {reason}").format(file=options.file, reason=error))
        return FAILED
    code = _end(store)
    if code == OK:
        new = after - before
        _say(
            ngettext(
                "{new} step passed that was not passed here; {all} in all",
                "{new} steps passed that were not passed here; {all} in all",
                new,
            ).format(new=new, all=after)
        )
    return code


def reset(options: argparse.Namespace) -> int:
    """Forget a lesson, having asked. Return the exit code."""
    opened = _open(options)
    if opened is None:
        return COULD_NOT_START
    course, store = opened
    former = former_ids(course)
    lesson_id = next((new for new, old in former.items() if options.lesson in old), options.lesson)
    progress = store.load()
    if store.problem:
        return _end(store)
    if lesson_id not in former and lesson_id not in progress.lessons:
        _say(
            _("there is no lesson {lesson!r}: the lessons are {lessons}").format(
                lesson=options.lesson, lessons=", ".join(former)
            )
        )
        return USAGE_ERROR
    if lesson_id not in progress.lessons:
        _say(_("nothing is known of {lesson} yet").format(lesson=lesson_id))
        return _end(store)
    if not options.yes and not _agreed(lesson_id, progress.lesson(lesson_id)):
        return FAILED
    store.reset(lesson_id)
    code = _end(store)
    if code == OK:
        _say(_("{lesson} is as new").format(lesson=lesson_id))
    return code


def former_ids(course: Course) -> Former:
    """Return the id of every lesson of a course, with those it had before."""
    return {lesson.id: lesson.formerly for lesson in course.lessons}


def _open(options: argparse.Namespace) -> tuple[Course, ProgressStore] | None:
    from wslab.bundled import BundledError
    from wslab.lab.course_files import load_course
    from wslab.lab.pack_files import PackError
    from wslab.lab.pack_shelf import PackShelf
    from wslab.lab.progress import ProgressStore
    from wslab.lab.state import state_folder
    from wslab.lab.state_file import StateError
    from wslab.lab.toml_table import CourseError

    folder = state_folder()
    try:
        course = load_course() if options.pack is None else PackShelf(folder).pack(options.pack).course
    except (CourseError, BundledError, PackError, StateError, OSError) as error:
        _say(str(error))
        return None
    return course, ProgressStore(folder, course.id, former_ids(course))


def _agreed(lesson_id: str, lesson: LessonProgress) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        _say(_("reset asks first; where nobody can answer, say --yes"))
        return False
    passed = sum(step.passed is not None for step in lesson.steps.values())
    question = ngettext(
        "Forget {lesson}, with {passed} step passed? [y/N] ",
        "Forget {lesson}, with {passed} steps passed? [y/N] ",
        passed,
    ).format(lesson=lesson_id, passed=passed)
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _passes(progress: Progress) -> int:
    return sum(
        step.passed is not None for lesson in progress.lessons.values() for step in lesson.steps.values()
    )


def _rows(lessons: Sequence[Lesson], progress: Progress) -> Iterator[tuple[str, ...]]:
    """Yield the table: its head, then each lesson and under it its steps, once it was opened."""
    from wslab.lab.progress_data import LessonProgress, check_hash

    yield (_("lesson and step"), _("state"), _("attempts"), _("hints"), _("help"))
    known = {lesson.id: lesson for lesson in lessons}
    for lesson_id in dict.fromkeys((*known, *progress.lessons)):
        found = progress.lesson(lesson_id)
        lesson = known.get(lesson_id)
        checks = {step.id: check_hash(step) for step in lesson.steps} if lesson else {}
        mark = "▸ " if lesson_id == progress.current else "  "
        state = _lesson_state(found, checks) if lesson else _("not in the course any more")
        yield (mark + lesson_id, state, _count(found.attempts), "", _help(found.helped))
        if found == LessonProgress():
            continue
        for step_id in dict.fromkeys((*checks, *found.steps)):
            step = found.step(step_id)
            state = _step_state(step, checks.get(step_id))
            yield (
                "    " + step_id,
                state,
                _count(step.attempts),
                _count(step.hints),
                _help(step.helped),
            )


def _lesson_state(lesson: LessonProgress, steps: Collection[str]) -> str:
    if lesson.finished is not None:
        return _("finished {day}").format(day=_day(lesson.finished))
    if lesson == type(lesson)():
        return _("not opened")
    passed = sum(lesson.step(step_id).passed is not None for step_id in steps)
    return _("{passed} of {total} steps").format(passed=passed, total=len(steps))


def _step_state(step: StepProgress, check: str | None) -> str:
    if step.passed is None:
        return _("not passed")
    day = _day(step.passed)
    if check is None:
        return _("passed {day}, not in the lesson any more").format(day=day)
    if step.earlier_check(check):
        return _("passed {day}, by earlier checks").format(day=day)
    return _("passed {day}").format(day=day)


def _day(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _count(number: int) -> str:
    return str(number) if number else "–"


def _help(helped: bool) -> str:
    return _("with help") if helped else "–"


def _end(store: ProgressStore) -> int:
    """Say what there is to say of the file, and return the exit code that goes with it."""
    for told in (store.notice, store.problem):
        if told:
            _say(told)
    return FAILED if store.problem else OK


def _say(text: str) -> None:
    print(f"wslab: {text}", file=sys.stderr)

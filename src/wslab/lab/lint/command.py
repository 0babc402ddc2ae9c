"""`wslab lesson check`: reads a course, checks it, and prints what came of it."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from wslab.bundled import SERVERS, BundledError
from wslab.bundled import folder as bundled_folder
from wslab.i18n import LANGUAGES, _
from wslab.lab.course import FALLBACK_LANG, Course, Lesson
from wslab.lab.course_files import load_course
from wslab.lab.lesson_command import (
    FAILED,
    NOT_STARTED,
    OK,
    USAGE,
    LessonProblem,
    refuse,
    run_in_loop,
    show,
    tell,
)
from wslab.lab.lint.check import CourseCheck
from wslab.lab.lint.drive import Drives
from wslab.lab.lint.findings import Finding, LessonReport, Report, Rule
from wslab.lab.lint.table import summary_line, table_lines
from wslab.lab.pack_files import PackError
from wslab.lab.packs import OwnTrust, Pack, PackTrust, load_pack, pack_servers
from wslab.lab.progress import BUNDLED
from wslab.lab.prose import write_hashes
from wslab.lab.server_status import ServerEntry
from wslab.lab.state import state_folder
from wslab.lab.state_file import StateError
from wslab.lab.toml_table import CourseError

UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """A course to check."""

    course: Course
    folder: Path | None
    """None for the bundled course."""
    servers: dict[str, ServerEntry]


def check_lessons(options: argparse.Namespace, drives: Drives) -> int:
    """Check a course and return the exit code.

    Args:
        options: `folder`, `lessons`, `seeds`, `translated` and `yes` of the command line.
        drives: does lessons in the app.
    """
    try:
        try:
            loaded = load(options.folder, options.yes)
        except CourseError as error:
            report = Report(general=[Finding(Rule.SCHEMA, str(error))])
            return finish(report)
        if options.translated is not None:
            return write_translated(loaded.course, *options.translated)
        lessons = None
        if options.lessons is not None:
            lessons = [_lesson(loaded.course, each) for each in dict.fromkeys(options.lessons)]
        if options.seeds is not None and options.seeds < 1:
            raise LessonProblem(
                _("--seeds is {seeds}; it must be 1 or more").format(seeds=options.seeds), USAGE
            )
    except LessonProblem as problem:
        return refuse(problem)

    async def run() -> int:
        began = time.monotonic()
        async with drives() as drive:
            check = CourseCheck(
                loaded.course,
                loaded.folder,
                drive,
                lessons=lessons,
                seeds=options.seeds,
                servers=loaded.servers,
                note=_progress,
            )
            report = await check.run()
        show(table_lines(report))
        tell(_("checked in {seconds:.0f} s").format(seconds=time.monotonic() - began))
        return finish(report)

    return run_in_loop(run)


def load(folder: Path | None, own: bool) -> Loaded:
    """Read the course of a folder, the bundled one where it is None. Nothing of it runs.

    Args:
        folder: with `course.toml`.
        own: whether its code is known, so that nobody has to agree to it.

    Raises:
        CourseError: a file of it is wrong.
        LessonProblem: it is not there, or nobody has agreed to run its code.
    """
    try:
        bundled = bundled_folder("lessons")
        if folder is None or (folder.is_dir() and folder.samefile(bundled)):
            return Loaded(load_course(), None, dict(SERVERS))
        if not (folder / "course.toml").is_file():
            raise LessonProblem(
                _("{folder} has no course.toml; a course is a folder with one").format(folder=folder), USAGE
            )
        if (course := load_course(folder, _servers_in(folder))).id == BUNDLED:
            pack = Pack(folder.resolve(), course)
        else:
            pack = load_pack(folder)
        trust = OwnTrust(state_folder()) if own else PackTrust(state_folder())
        trust.require(pack)
        return Loaded(pack.course, pack.folder, dict(pack_servers(pack, trust)))
    except PackError as error:
        raise LessonProblem(str(error), NOT_STARTED) from error
    except (BundledError, StateError, OSError) as error:
        raise LessonProblem(str(error), NOT_STARTED) from error


def write_translated(course: Course, lesson_id: str, lang: str) -> int:
    """Write into the translation of a lesson that it is one of the present English; return the exit code.

    Raises:
        LessonProblem: there is no such lesson or translation, or it can't be written.
    """
    lesson = _lesson(course, lesson_id)
    known = ", ".join(sorted(lesson.texts.keys() - {FALLBACK_LANG})) or _("none")
    text = lesson.texts.get(lang)
    if lang == FALLBACK_LANG or text is None or text.prose is None:
        raise LessonProblem(
            _("{lesson} has no translation {lang!r}; it has: {known}").format(
                lesson=lesson.id, lang=lang, known=known
            ),
            USAGE,
        )
    try:
        write_hashes(text.prose.file, text.english)
    except (CourseError, OSError) as error:
        raise LessonProblem(str(error), NOT_STARTED) from error
    tell(
        _("{file} is a translation of the present English now ({language})").format(
            file=text.prose.file, language=LANGUAGES.get(lang, lang)
        )
    )
    return OK


def finish(report: Report) -> int:
    """Print the findings and return the exit code: 4 where all that is wrong is that something is unknown."""
    findings = report.findings
    if findings:
        show([str(each) for each in findings])
    tell(summary_line(report))
    rules = {each.rule for each in report.errors}
    if not rules:
        return OK
    return UNKNOWN if rules == {Rule.UNKNOWN} else FAILED


def _lesson(course: Course, lesson_id: str) -> Lesson:
    try:
        return course.lesson(lesson_id)
    except KeyError as error:
        raise LessonProblem(str(error.args[0]), USAGE) from None


def _servers_in(folder: Path) -> list[str]:
    return sorted(place.stem for place in (folder / "servers").glob("*.py"))


def _progress(report: LessonReport) -> None:
    errors = sum(not each.warning for each in report.findings)
    mark = "✗" if errors else "✓"
    tell(f"{mark} {report.lesson}")

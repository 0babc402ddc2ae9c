"""Checks a whole course: what can be read first, then everything that has to be run, side by side."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wslab.bundled import SERVERS
from wslab.i18n import LANGUAGES
from wslab.lab.course import FALLBACK_LANG, Course, Lesson
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.app_rules import judge_drive, judge_idle, judge_played, judge_windows
from wslab.lab.lint.app_runs import SOLVED_WITHIN, AppRuns, Played
from wslab.lab.lint.clause_rules import clauses, untested
from wslab.lab.lint.drive import Drive, Driven, Place
from wslab.lab.lint.exercise_rules import judge_runs, killed
from wslab.lab.lint.exercise_runs import ExerciseRuns, Kind, cases_of
from wslab.lab.lint.findings import Finding, LessonReport, Report, Rule
from wslab.lab.lint.idle import IDLE_FOR, idle_trace
from wslab.lab.lint.literal_rules import check_literals
from wslab.lab.lint.prose_rules import check_hints, check_languages, languages_of
from wslab.lab.lint.replay import Trace
from wslab.lab.server_status import ServerEntry
from wslab.lab.workbench import WorkbenchError
from wslab.tasks import spawn

SEED = Seed(1)
"""Of what is run once. The same each time, so that a finding can be looked into."""
TABLES = 6
"""Lists of lines, and idle connections, of how many lessons go on at once. Each has a server of its own, and
where many of them start together, lines that count on a server's times come too early."""


class CourseCheck:
    """Checks one course.

    Args:
        course: what to check.
        folder: where it is; None for the bundled course.
        drive: does lessons in the app.
        lessons: which lessons; all of the course where None.
        seeds: with how many seeds solutions are run; as many as each lesson asks for where None.
        servers: what exercises can be run against, by name.
        note: told of each lesson as its runs are done.
        solved_within: seconds that lines in the app have to solve a step.
        idle_for: seconds that a connection is left open over which nothing is sent.
    """

    def __init__(
        self,
        course: Course,
        folder: Path | None,
        drive: Drive,
        *,
        lessons: Sequence[Lesson] | None = None,
        seeds: int | None = None,
        servers: Mapping[str, ServerEntry] = SERVERS,
        note: Callable[[LessonReport], None] = lambda report: None,
        solved_within: float = SOLVED_WITHIN,
        idle_for: float = IDLE_FOR,
    ) -> None:
        self._course = course
        self._folder = folder
        self._drive = drive
        self._lessons = course.lessons if lessons is None else tuple(lessons)
        self._seeds = seeds
        self._servers = servers
        self._note = note
        self._solved_within = solved_within
        self._idle_for = idle_for
        busy = 1 + max(2, os.cpu_count() or 1)
        self._room = asyncio.Semaphore(busy)
        # Of a server exercise most of the time is the lab's, which waits for answers that do not come.
        self._waiting_room = asyncio.Semaphore(busy)
        self._tables = asyncio.Semaphore(TABLES)

    async def run(self) -> Report:
        """Check everything and return what came of it."""
        languages = languages_of(self._course)
        report = Report()
        if len(self._lessons) == len(self._course.lessons):
            for phase in self._course.phases:
                place = phase.texts[FALLBACK_LANG].english.file.parent
                report.general += check_languages(phase.texts, place, languages)
        tasks = [spawn(self._check(lesson, languages), f"check {lesson.id}") for lesson in self._lessons]
        try:
            report.lessons += [await task for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
        return report

    async def _check(self, lesson: Lesson, languages: frozenset[str]) -> LessonReport:
        report = LessonReport(lesson.id, lesson.mode, steps=len(lesson.steps))
        report.findings += check_languages(lesson.texts, lesson.folder, languages)
        report.findings += check_hints(lesson)
        report.findings += check_literals(lesson)
        if lesson.exercise is not None:
            await self._check_exercise(lesson, report)
        else:
            await self._check_app(lesson, report)
        self._note(report)
        return report

    async def _check_exercise(self, lesson: Lesson, report: LessonReport) -> None:
        assert lesson.exercise is not None
        room = self._waiting_room if lesson.exercise.kind == "server" else self._room
        runs = ExerciseRuns(lesson, room, self._servers)
        ran = await runs.run(cases_of(lesson, self._seeds))
        report.runs = runs.runs
        report.seconds = sum(each.attempt.seconds for each in ran)
        report.findings += judge_runs(lesson, ran)
        mutants = [each for each in ran if each.case.kind is Kind.MUTANT]
        report.mutants = len(mutants)
        report.killed = sum(killed(lesson, each) for each in mutants)
        wrong = [
            each.trace(lesson)
            for each in ran
            if each.case.kind is not Kind.SOLUTION and not each.attempt.unknown
        ]
        right = [
            each.trace(lesson) for each in ran if each.case.kind is Kind.SOLUTION and each.attempt.passed
        ]
        _judge_clauses(lesson, wrong, right, report)

    async def _check_app(self, lesson: Lesson, report: LessonReport) -> None:
        spoken = sorted(lesson.texts.keys() & LANGUAGES.keys())
        idle = spawn(self._idle(lesson, report), f"idle {lesson.id}")
        playing = spawn(self._play(lesson), f"play {lesson.id}")
        drives = [spawn(self._drive_in(lesson, lang), f"drive {lesson.id} {lang}") for lang in spoken]
        passed: Driven | None = None
        try:
            for lang, driving in zip(spoken, drives, strict=True):
                driven, seconds = await driving
                report.runs += 1
                report.seconds += seconds
                found = list(judge_drive(lesson, driven))
                report.findings += found
                if not found and (lang == FALLBACK_LANG or passed is None):
                    passed = driven
            quiet = await idle
            if quiet is not None and passed is not None:
                report.findings += judge_windows(lesson, passed, quiet)
            self._judge_played(lesson, await playing, quiet, report)
        finally:
            for task in (idle, playing, *drives):
                task.cancel()
            await asyncio.wait((idle, playing, *drives))

    def _judge_played(
        self, lesson: Lesson, played: Sequence[Played], quiet: Trace | None, report: LessonReport
    ) -> None:
        report.runs += len(played)
        wrong = [] if quiet is None else [quiet]
        right = [each.trace for each in played if each.mutant is None and each.passed]
        for each in played:
            found = list(judge_played(lesson, each))
            report.findings += found
            report.seconds += each.seconds
            if each.mutant is not None:
                report.mutants += 1
                report.killed += not found
                if not each.fault:
                    wrong.append(each.trace)
        _judge_clauses(lesson, wrong, right, report)

    async def _drive_in(self, lesson: Lesson, lang: str) -> tuple[Driven, float]:
        async with self._room:
            began = time.monotonic()
            driven = await self._drive(Place(self._folder, lesson), lang, SEED)
            return driven, time.monotonic() - began

    async def _play(self, lesson: Lesson) -> list[Played]:
        async with self._tables:
            return await AppRuns(lesson, SEED, self._servers, self._solved_within).run()

    async def _idle(self, lesson: Lesson, report: LessonReport) -> Trace | None:
        try:
            own = {name: entry for name, entry in self._servers.items() if name not in SERVERS}
            async with self._tables:
                idle = await idle_trace(lesson, SEED, self._idle_for, guests=own)
        except WorkbenchError as error:
            report.findings.append(Finding(Rule.UNKNOWN, str(lesson.folder / "lesson.toml"), str(error)))
            return None
        report.runs += 1
        report.findings += judge_idle(lesson, idle)
        return idle


def _judge_clauses(
    lesson: Lesson, wrong: Sequence[Trace], right: Sequence[Trace], report: LessonReport
) -> None:
    """Find the parts of checks that nothing wrong would pass without."""
    found = list(clauses(lesson.steps, wrong, right))
    report.clauses, report.tested = len(found), sum(bool(each.killers) for each in found)
    # Of what the lab did not see nothing can be said.
    if not any(each.rule is Rule.UNKNOWN for each in report.findings):
        report.findings += untested(lesson, found)

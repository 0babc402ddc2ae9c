"""The lessons that come with the lab, checked as `wslab lesson check` does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from wslab.lab.course_files import load_course
from wslab.lab.lint.check import CourseCheck
from wslab.lab.lint.table import table_lines
from wslab.tui.drive_pool import DrivePool


@pytest.mark.timeout(400)
async def test_every_bundled_lesson_keeps_every_rule(record_property: Callable[[str, object], None]) -> None:
    # Debugging asyncio would slow down what has to come in time.
    asyncio.get_running_loop().set_debug(False)
    async with DrivePool() as drive:
        report = await CourseCheck(load_course(), None, drive).run()
    table = "\n".join(table_lines(report))
    record_property("table", table)
    print(table)
    assert [str(each) for each in report.findings] == []
    for lesson in report.lessons:
        assert lesson.runs, lesson.lesson
        assert lesson.killed == lesson.mutants > 0, lesson.lesson
        assert lesson.tested == lesson.clauses > 0, lesson.lesson

"""The table of figures."""

from __future__ import annotations

from rich.cells import cell_len

from wslab.lab.lint.findings import Finding, LessonReport, Report, Rule
from wslab.lab.lint.table import summary_line, table_lines

REPORT = Report(
    [
        LessonReport("p1-echo", "app", steps=4, clauses=31, tested=3, runs=3, seconds=12.34),
        LessonReport("p1-echo-client", "exercise", 4, 5, 5, 8, 7, 15, 8.0, [Finding(Rule.HINT, "x"), Finding(Rule.STALE, "y")]),
    ]
)  # fmt: skip


def test_every_lesson_has_its_row_and_all_have_one_together() -> None:
    assert [line.split() for line in table_lines(REPORT)] == [
        ["lesson", "steps", "clauses", "mutants", "runs", "seconds"],
        [table_lines(REPORT)[1]],
        ["p1-echo", "4", "3/31", "–", "3", "12.3"],
        ["p1-echo-client", "4", "5/5", "7/8", "15", "8.0"],
        [table_lines(REPORT)[1]],
        ["2", "lessons", "8", "8/36", "7/8", "18", "20.3"],
    ]
    assert len({cell_len(line) for line in table_lines(REPORT)}) == 1


def test_errors_and_warnings_are_counted_apart() -> None:
    assert summary_line(REPORT) == "1 error, 1 warning"
    assert summary_line(Report()) == "0 errors, 0 warnings"

"""The figures of a check as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from wslab.i18n import _, ngettext
from wslab.lab.cells import pad
from wslab.lab.lint.findings import LessonReport, Report


def table_lines(report: Report) -> list[str]:
    """Return a table of all lessons with a line for all of them together."""
    rows: list[tuple[str, ...]] = [
        (_("lesson"), _("steps"), _("clauses"), _("mutants"), _("runs"), _("seconds"))
    ]
    rows += [_row(each.lesson, [each]) for each in report.lessons]
    rows.append(
        _row(
            ngettext("{n} lesson", "{n} lessons", len(report.lessons)).format(n=len(report.lessons)),
            report.lessons,
        )
    )
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            pad(row[0], widths[0]),
            *(pad(cell, width, right=True) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells))
    rule = "─" * max(map(cell_len, lines))
    return [lines[0], rule, *lines[1:-1], rule, lines[-1]]


def summary_line(report: Report) -> str:
    """Return how many findings there are."""
    errors = len(report.errors)
    warnings = len(report.findings) - errors
    return ", ".join(
        (
            ngettext("{n} error", "{n} errors", errors).format(n=errors),
            ngettext("{n} warning", "{n} warnings", warnings).format(n=warnings),
        )
    )


def _row(name: str, lessons: Sequence[LessonReport]) -> tuple[str, ...]:
    def total(key: str) -> int:
        return sum(getattr(each, key) for each in lessons)

    mutants = f"{total('killed')}/{total('mutants')}" if total("mutants") else "–"
    return (
        name,
        str(total("steps")),
        f"{total('tested')}/{total('clauses')}",
        mutants,
        str(total("runs")),
        f"{sum(each.seconds for each in lessons):.1f}",
    )

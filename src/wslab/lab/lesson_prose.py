"""The prose of lessons as plain lines: the task, one step of it, hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wslab.i18n import _
from wslab.lab.cells import wrap
from wslab.lab.course import Lesson, cite
from wslab.lab.placeholders import fill
from wslab.lab.plain_markdown import markdown_lines

if TYPE_CHECKING:
    from wslab.lab.lesson_record import LessonRecord

Values = Mapping[str, object]


def head_lines(lesson: Lesson, width: int, values: Values | None = None) -> list[str]:
    """Return title, sources and what comes before the first step."""
    text = lesson.text()
    length = _("{minutes} min").format(minutes=lesson.minutes)
    lines = [*wrap(f"{text.title}  ({length} · {cite(lesson.rfc)})", width), *wrap(text.summary, width), ""]
    if text.intro:
        lines += [*markdown_lines(fill(text.intro, values or {}), width), ""]
    return lines


def step_lines(lesson: Lesson, place: int, width: int, values: Values | None = None) -> list[str]:
    """Return the title and the text of a step."""
    step = lesson.steps[place]
    text = lesson.text().steps[step.id]
    head = _("Step {number} of {steps}: {title}").format(
        number=place + 1, steps=len(lesson.steps), title=fill(text.title, values or {})
    )
    return [*wrap(head, width), *markdown_lines(fill(text.body, values or {}), width, "  ")]


def task_lines(lesson: Lesson, width: int) -> list[str]:
    """Return all that there is to do, without hints."""
    lines = head_lines(lesson, width)
    for place in range(len(lesson.steps)):
        lines += [*step_lines(lesson, place, width), ""]
    return lines[:-1]


def hint_lines(
    record: LessonRecord, place: int, width: int, values: Values | None = None
) -> list[str] | None:
    """Note that one hint more is shown and return it; None where there is none left."""
    found = record.next_hint(place)
    if found is None:
        return None
    number, hint = found
    step = record.lesson.text().steps[record.lesson.steps[place].id]
    head = _("hint {number} of {all} for step {step}: {title}").format(
        number=number, all=len(step.hints), step=place + 1, title=fill(step.title, values or {})
    )
    return [*wrap(head, width), *markdown_lines(fill(hint, values or {}), width, "  ")]

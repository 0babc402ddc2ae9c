"""The lessons of the phase: which is open, which are passed, and what comes after them."""

from __future__ import annotations

from collections.abc import Collection

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wslab.i18n import language
from wslab.lab.course import Course, Lesson

CURRENT = "▸"
FINISHED, BEGUN = "✓", "…"


class CourseList(OptionList):
    """One line a lesson: `▸` before the open one, `✓` before what is passed, `…` before what is begun."""

    DEFAULT_CSS = """
    CourseList {
        height: auto;
        border: none;
        padding: 0;
        background: $background;
        &:focus { border: none; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-disabled { color: $text; text-style: bold; }
    }
    """

    class LessonChosen(Message):
        """The learner wants another lesson."""

        def __init__(self, lesson_id: str) -> None:
            super().__init__()
            self.lesson_id = lesson_id

    class PhaseChosen(Message):
        """The learner wants to know about another phase."""

        def __init__(self, phase: int) -> None:
            super().__init__()
            self.phase = phase
            """Its number, from 1."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False, compact=True)
        self._shown: object = None

    def show(
        self, course: Course, lesson: Lesson, finished: Collection[str] = (), begun: Collection[str] = ()
    ) -> None:
        """Show the phase of a lesson, and the titles of the other phases.

        Args:
            course: the whole course.
            lesson: the one that is open.
            finished: ids of the lessons that were passed to their end.
            begun: ids of the lessons of which something is passed.
        """
        state = (course, lesson.id, frozenset(finished), frozenset(begun), language())
        if state == self._shown:
            return
        self._shown = state
        options: list[Option] = []
        for phase in course.phases:
            if phase.number != lesson.phase:
                options.append(
                    Option(
                        Text(f"{phase.number} {phase.title}", overflow="ellipsis"), f"phase:{phase.number}"
                    )
                )
                continue
            done = sum(entry.id in finished for entry in phase.lessons)
            heading = f"{phase.number} {phase.title}  {done}/{len(phase.lessons)}"
            options.append(Option(Text(heading), disabled=True))
            for entry in phase.lessons:
                here = CURRENT if entry.id == lesson.id else " "
                tick = FINISHED if entry.id in finished else BEGUN if entry.id in begun else " "
                options.append(Option(Text(f"{here}{tick} {entry.title}"), f"lesson:{entry.id}"))
        self.set_options(options)
        self.highlighted = self.get_option_index(f"lesson:{lesson.id}")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        kind, _, name = (event.option_id or "").partition(":")
        if kind == "lesson":
            self.post_message(self.LessonChosen(name))
        else:
            self.post_message(self.PhaseChosen(int(name)))

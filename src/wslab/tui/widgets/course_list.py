"""The lessons of the phase: which is open, which are passed, and what comes after them, packs included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wslab.i18n import language
from wslab.lab.course import Course, Lesson, Phase
from wslab.lab.packs import full_id, split_id
from wslab.tui.safe_text import visible

CURRENT = "▸"
FINISHED, BEGUN = "✓", "…"


@dataclass(frozen=True, slots=True)
class Shown:
    """A course as it is shown."""

    course: Course
    finished: frozenset[str] = frozenset()
    """Ids of the lessons that were passed to their end."""
    begun: frozenset[str] = frozenset()
    """Ids of the lessons of which something is passed."""
    pack: str | None = None
    """Name of the lesson pack; None for the main course."""


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
            """With its pack before it, unless it is of the main course."""

    class PhaseChosen(Message):
        """The learner wants to know about another phase."""

        def __init__(self, phase: int, pack: str | None = None) -> None:
            super().__init__()
            self.phase = phase
            """Its number, from 1."""
            self.pack = pack
            """The pack that has it; None for the main course."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False, compact=True)
        self._shown: object = None

    def show(self, courses: Sequence[Shown], lesson: Lesson, pack: str | None = None) -> None:
        """Show the phase of a lesson, and the titles of all others.

        Args:
            courses: the main one, and those of packs.
            lesson: the one that is open.
            pack: the pack that has it; None for the main course.
        """
        state = (tuple(courses), lesson.id, pack, language())
        if state == self._shown:
            return
        self._shown = state
        options: list[Option] = []
        for each in courses:
            for phase in each.course.phases:
                if (each.pack, phase.number) == (pack, lesson.phase):
                    options += _open_phase(each, phase, lesson)
                else:
                    name = f"phase:{full_id(each.pack, str(phase.number))}"
                    options.append(Option(Text(_title(each, phase), overflow="ellipsis"), name))
        self.set_options(options)
        self.highlighted = self.get_option_index(f"lesson:{full_id(pack, lesson.id)}")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        kind, _, name = (event.option_id or "").partition(":")
        if kind == "lesson":
            self.post_message(self.LessonChosen(name))
        else:
            pack, number = split_id(name)
            self.post_message(self.PhaseChosen(int(number), pack))


def _open_phase(shown: Shown, phase: Phase, lesson: Lesson) -> Iterator[Option]:
    """Yield the heading of a phase and its lessons."""
    done = sum(entry.id in shown.finished for entry in phase.lessons)
    heading = f"{_title(shown, phase)}  {done}/{len(phase.lessons)}"
    yield Option(Text(heading), disabled=True)
    for entry in phase.lessons:
        here = CURRENT if entry.id == lesson.id else " "
        tick = FINISHED if entry.id in shown.finished else BEGUN if entry.id in shown.begun else " "
        name = f"lesson:{full_id(shown.pack, entry.id)}"
        yield Option(Text(f"{here}{tick} {visible(entry.title)}"), name)


def _title(shown: Shown, phase: Phase) -> str:
    title = visible(phase.title)
    return f"{phase.number} {title}" if shown.pack is None else f"{shown.pack}: {title}"

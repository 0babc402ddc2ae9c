"""The course: phases, their lessons, and what a lesson is. `lab/course_files.py` reads it from a folder.

Ids are permanent: progress is kept by them, and a lesson that was renamed is also found by the ids it had
before. Prose is there in every language at once, since the language changes in place while the lab runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from wslab.i18n import _, language
from wslab.lab.prose import Localized, fill
from wslab.lab.steps import Step
from wslab.lab.toml_table import CourseError
from wslab.wire.patterns import Pattern

FALLBACK_LANG = "en"
"""The language in which everything is there, and of what is not there in the one that was asked for."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A TCP connection of the learner's program that is broken off."""

    conn: int
    """Which of its connections, counted from 1."""
    after: Pattern
    """The event on it after which that happens."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A file that the learner edits and the lab runs."""

    kind: Literal["client", "server"]
    """client: the learner's program connects. server: the lab connects to it."""
    entry: str
    """Name of the file in `start/` and `solution/`."""
    timeout: float
    """Seconds that one whole attempt may take."""
    seeds: int
    """With how many different seeds it has to pass."""
    cut: tuple[Cut, ...]
    query: str = ""
    """What the program's URL has behind the path, without `?`; `{seed.number}` and the like still in it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong solution of an exercise, or a wrong way in the app, and what must become of it."""

    name: str
    """Of an exercise the name of its file in `mutants/`."""
    dies: str
    """Id of the step that it does not get past."""
    says: str | None
    """Key of what the learner is told; None where no diagnosis fits."""
    lines: tuple[str, ...] = ()
    """In the app: what is typed at that step. `lab/learner_lines.py` reads it."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson."""

    id: str
    """Permanent: progress is kept by it."""
    formerly: tuple[str, ...]
    """Ids it had before."""
    phase: int
    """Number of its phase, from 1."""
    minutes: int
    """How long it takes, about."""
    rfc: tuple[str, ...]
    """What it teaches, as `6455#5.5.2`: RFC 6455, section 5.5.2."""
    needs: tuple[str, ...]
    """Ids of the lessons that should come first."""
    mode: Literal["app", "exercise"]
    """app: done in the lab. exercise: the learner edits a file."""
    server: str | None
    """Name of the bundled server it uses; None where the learner writes the server."""
    path: str
    """Path, and query, on that server: `/close/1008?reason=no`."""
    options: tuple[str, ...]
    """Options of the command line that the server is started with."""
    exercise: Exercise | None
    steps: tuple[Step, ...]
    """In the order in which they become active."""
    mutants: tuple[Mutant, ...]
    folder: Path
    """Where its files lie."""
    texts: Mapping[str, Localized] = field(hash=False)
    """Its prose by language; English is always there."""

    @property
    def title(self) -> str:
        """Its title in the language in use."""
        return self.text().title

    @property
    def summary(self) -> str:
        """One sentence in the language in use."""
        return self.text().summary

    def text(self, lang: str | None = None) -> Localized:
        """Return its prose in a language, or in the one in use; in English where there is none."""
        return _text(self.texts, lang)

    def page(self, lang: str | None = None, values: Mapping[str, object] | None = None) -> str:
        """Return all that a learner reads from the start, as Markdown: intro, steps and what comes after.

        Title, length and sources come first, the steps are numbered. Hints and what is said of mistakes are
        left out, since they are for those who ask.

        Args:
            lang: language of the prose; the one in use where it is None.
            values: what placeholders stand for, such as ``seed.word``.
        """
        text = self.text(lang)
        length = _("{minutes} min").format(minutes=self.minutes)
        parts = [f"# {text.title}", f"{text.summary}  \n*{length} · {cite(self.rfc)}*", text.intro]
        for number, step in enumerate(self.steps, 1):
            prose = text.steps[step.id]
            parts += [f"## {number}. {prose.title}", prose.body]
        if text.after:
            parts += [f"## {text.after.title}", text.after.body]
        return fill("\n\n".join(part for part in parts if part), values or {})


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of the course. It has no lessons as long as they are still to come."""

    number: int
    """Place in the course, from 1."""
    id: str
    lessons: tuple[Lesson, ...]
    texts: Mapping[str, Localized] = field(hash=False)
    """Title and summary by language; English is always there."""

    @property
    def title(self) -> str:
        """Its title in the language in use."""
        return self.text().title

    @property
    def summary(self) -> str:
        """What it is about, in one paragraph, in the language in use."""
        return self.text().summary

    def text(self, lang: str | None = None) -> Localized:
        """Return title and summary in a language, or in the one in use; in English where there is none."""
        return _text(self.texts, lang)


@dataclass(frozen=True, slots=True)
class Course:
    """A whole course as loaded."""

    id: str
    phases: tuple[Phase, ...]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every lesson in order."""
        return tuple(lesson for phase in self.phases for lesson in phase.lessons)

    def lesson(self, lesson_id: str) -> Lesson:
        """Return a lesson by its id, or by one that it had before.

        Raises:
            KeyError: there is none; the message lists the ids there are.
        """
        for lesson in self.lessons:
            if lesson_id == lesson.id or lesson_id in lesson.formerly:
                return lesson
        known = ", ".join(lesson.id for lesson in self.lessons)
        raise KeyError(f"there is no lesson {lesson_id!r}: the lessons are {known}")


def check_graph(lessons: Iterable[Lesson]) -> None:
    """Check that ids are used once and that every lesson can be reached.

    Raises:
        CourseError: an id is there twice, a lesson needs one that is not there or comes in a later phase, or
            lessons need each other.
    """
    by_id: dict[str, Lesson] = {}
    owners: dict[str, Lesson] = {}
    for lesson in lessons:
        by_id[lesson.id] = lesson
        for name in (lesson.id, *lesson.formerly):
            if name in owners:
                raise CourseError(
                    f"{_file(lesson)}: the id {name!r} is there twice, also in {_file(owners[name])}; every "
                    "id of a lesson must be used once, and never again by another"
                )
            owners[name] = lesson
    for lesson in by_id.values():
        for need in lesson.needs:
            _check_need(lesson, need, by_id, owners)
    _refuse_circles(by_id)


def cite(sources: tuple[str, ...]) -> str:
    """Return sources such as `6455#5.2` in words, each RFC once: `RFC 6455 5.2, 5.4`."""
    sections: dict[str, list[str]] = {}
    for source in sources:
        number, _hash, section = source.partition("#")
        sections.setdefault(number, []).append(section)
    return " · ".join(f"RFC {number} {', '.join(found)}" for number, found in sections.items())


def _text(texts: Mapping[str, Localized], lang: str | None) -> Localized:
    found = texts.get(language() if lang is None else lang)
    return found or Localized(None, texts[FALLBACK_LANG].english)


def _file(lesson: Lesson) -> Path:
    return lesson.folder / "lesson.toml"


def _check_need(lesson: Lesson, need: str, by_id: Mapping[str, Lesson], owners: Mapping[str, Lesson]) -> None:
    needed = by_id.get(need)
    if needed is None:
        now = f"; it is {owners[need].id} now" if need in owners else ""
        raise CourseError(f"{_file(lesson)}: needs is {need!r}; it must be the id of a lesson{now}")
    if needed.phase > lesson.phase:
        raise CourseError(
            f"{_file(lesson)}: needs is {need!r}, of phase {needed.phase}; it must be of phase "
            f"{lesson.phase} or an earlier one"
        )


def _refuse_circles(by_id: Mapping[str, Lesson]) -> None:
    # What can be reached one after the other is taken away; what then is left needs what never comes.
    left = dict(by_id)
    while ready := [name for name, lesson in left.items() if not left.keys() & set(lesson.needs)]:
        for name in ready:
            del left[name]
    if left:
        way = [next(iter(left))]
        while way[-1] not in way[:-1]:
            way.append(next(need for need in left[way[-1]].needs if need in left))
        circle = way[way.index(way[-1]) :]
        raise CourseError(
            f"{_file(left[circle[0]])}: needs goes round in a circle, {' → '.join(circle)}; "
            "a lesson must not need itself"
        )

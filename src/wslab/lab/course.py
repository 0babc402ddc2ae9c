"""The course: four phases, their lessons, and what a lesson says.

Structure is TOML and prose is Markdown, so that a translation never touches what the lab relies on:

    course.toml                    format, id, the phases in order
    1-basics/en.md                 title and summary of a phase
    1-basics/010-connect/lesson.toml
    1-basics/010-connect/en.md     title, summary and steps of a lesson

Lessons of a phase come in the order of their folders' names. Ids are permanent: progress is kept by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wslab.bundled import SERVERS
from wslab.bundled import folder as bundled_folder
from wslab.lab.toml_table import CourseError, Table, read_text

FALLBACK_LANG = "en"
"""The language of a text that is not there in the one that was asked for."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANG = re.compile(r"[a-z]{2,3}")
_RFC = re.compile(r"[1-9]\d{2,4}#[1-9]\d*(\.[1-9]\d*)*")
_URL_PATH = re.compile(r"/[!-\"$-~]*")
_LINE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*")
_STEP = re.compile(r"^## step: *(.*?) *$", re.MULTILINE)
_FENCE = "+++"
_LONGEST_LESSON = 120


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson."""

    id: str
    """Permanent: progress is kept by it."""
    phase: int
    """Number of its phase, from 1."""
    title: str
    summary: str
    """One sentence."""
    minutes: int
    """How long it takes, about."""
    rfc: tuple[str, ...]
    """What it teaches, as `6455#5.5.2`: RFC 6455, section 5.5.2."""
    server: str
    """Name of the bundled server it uses."""
    path: str
    """Path, and query, on that server: `/close/1008?reason=no`."""
    lang: str
    """Language of the prose: the fallback where there is no translation."""
    body: str
    """The prose as Markdown, as its file has it."""
    steps: tuple[str, ...]
    """Titles of its steps."""

    @property
    def page(self) -> str:
        """The whole lesson as Markdown to show: title, length and sources first, steps numbered."""
        numbers = iter(range(1, len(self.steps) + 1))
        body = _STEP.sub(lambda found: f"## {next(numbers)}. {found[1]}", self.body)
        return f"# {self.title}\n\n{self.summary}  \n*{self.minutes} min · {_cite(self.rfc)}*\n\n{body}"


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of the course. It has no lessons as long as they are still to come."""

    number: int
    """Place in the course, from 1."""
    id: str
    title: str
    summary: str
    """What it is about, in one paragraph."""
    lessons: tuple[Lesson, ...]


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
        """Return a lesson by its id.

        Raises:
            KeyError: there is none; the message lists the ids there are.
        """
        for lesson in self.lessons:
            if lesson.id == lesson_id:
                return lesson
        known = ", ".join(lesson.id for lesson in self.lessons)
        raise KeyError(f"there is no lesson {lesson_id!r}: the lessons are {known}")


def load_course(folder: Path | None = None, lang: str = FALLBACK_LANG) -> Course:
    """Read a course.

    Args:
        folder: the one that holds `course.toml`; the bundled lessons where it is None.
        lang: language of the prose, as `en` or `ja`. What is not translated comes in English.

    Raises:
        CourseError: a file is missing or wrong.
        ValueError: ``lang`` is not a language code.
        BundledError: the bundled lessons are missing.
    """
    if not _LANG.fullmatch(lang):
        raise ValueError(f"{lang!r} is not a language: write it like en or ja")
    root = bundled_folder("lessons") if folder is None else folder
    top = Table.read(root / "course.toml", {"format", "id", "phase"})
    course_id = top.text("id", _ID, "words of a-z and 0-9 joined by -, such as wslab")
    entries = top.tables("phase")
    phases = tuple(_load_phase(root, entry, number, lang) for number, entry in enumerate(entries, 1))
    _refuse_twins(root / "course.toml", "phase.id", [phase.id for phase in phases])
    _refuse_twins(root, "id of a lesson", [lesson.id for phase in phases for lesson in phase.lessons])
    return Course(course_id, phases)


def _load_phase(root: Path, entry: Table, number: int, lang: str) -> Phase:
    entry.only({"id", "folder"})
    phase_id = entry.text("id", _ID, "words of a-z and 0-9 joined by -, such as basics")
    folder = root / entry.text("folder", _ID, "the name of a folder beside course.toml, such as 1-basics")
    if not folder.is_dir():
        raise entry.error("folder", folder.name, "the name of a folder beside course.toml")
    prose = _read_prose(folder, lang)
    if prose.body:
        raise CourseError(
            f"{prose.file}: found text below the front matter; a phase has a title and a summary only"
        )
    places = sorted(path.parent for path in folder.glob("*/lesson.toml"))
    # A folder without lesson.toml would be a lesson that silently is not there.
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path not in places and not path.name.startswith((".", "_")):
            raise CourseError(
                f"{path / 'lesson.toml'}: there is no such file; every folder of a phase is a lesson"
            )
    lessons = tuple(_load_lesson(place, number, lang) for place in places)
    return Phase(number, phase_id, prose.title, prose.summary, lessons)


def _load_lesson(folder: Path, phase: int, lang: str) -> Lesson:
    table = Table.read(folder / "lesson.toml", {"format", "id", "phase", "minutes", "rfc", "server"})
    lesson_id = table.text("id", _ID, "words of a-z and 0-9 joined by -, such as p1-connect")
    if table.number("phase", 1, 99) != phase:
        raise table.error(
            "phase", table.values["phase"], f"{phase}, as its folder {folder.parent.name} is that phase's"
        )
    server = table.table("server", {"name", "path"})
    name = server.text("name", _ID, f"a bundled server: {', '.join(SERVERS)}")
    if name not in SERVERS:
        raise server.error("name", name, f"a bundled server: {', '.join(SERVERS)}")
    prose = _read_prose(folder, lang)
    steps = tuple(_STEP.findall(prose.body))
    if not steps or not all(steps):
        found = "a step without a title" if steps else "no step"
        raise CourseError(f"{prose.file}: found {found}; a lesson has headings like ## step: Press c")
    return Lesson(
        id=lesson_id,
        phase=phase,
        title=prose.title,
        summary=prose.summary,
        minutes=table.number("minutes", 1, _LONGEST_LESSON),
        rfc=table.texts("rfc", _RFC, "RFC and section, such as 6455#5.5.2"),
        server=name,
        path=server.text("path", _URL_PATH, "a path on the server, such as /close/1008"),
        lang=prose.lang,
        body=prose.body,
        steps=steps,
    )


def _cite(sources: tuple[str, ...]) -> str:
    """Return the sources in words, each RFC once: `RFC 6455 5.2, 5.4`."""
    sections: dict[str, list[str]] = {}
    for source in sources:
        number, _, section = source.partition("#")
        sections.setdefault(number, []).append(section)
    return " · ".join(f"RFC {number} {', '.join(found)}" for number, found in sections.items())


def _refuse_twins(file: Path, key: str, ids: list[str]) -> None:
    for place, found in enumerate(ids):
        if found in ids[:place]:
            raise CourseError(f"{file}: {key} {found!r} is there twice; every id must be used once")


@dataclass(frozen=True, slots=True)
class _Prose:
    file: Path
    lang: str
    title: str
    summary: str
    body: str


def _read_prose(folder: Path, lang: str) -> _Prose:
    if not (folder / f"{lang}.md").is_file():
        lang = FALLBACK_LANG
    file = folder / f"{lang}.md"
    lines = read_text(file).splitlines()
    if not lines or lines[0].strip() != _FENCE:
        found = lines[0] if lines else "an empty file"
        raise CourseError(
            f"{file}: the first line is {found!r}; it must be {_FENCE}, then title and summary, then {_FENCE}"
        )
    end = next((place for place, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), 0)
    if not end:
        raise CourseError(
            f"{file}: the front matter has no end; after title and summary comes a line {_FENCE}"
        )
    table = Table.parse(file, "\n".join(lines[1:end]), {"title", "summary"})
    return _Prose(
        file=file,
        lang=lang,
        title=table.text("title", _LINE, "one line of text"),
        summary=table.text("summary", _LINE, "one line of text"),
        body="\n".join(lines[end + 1 :]).strip(),
    )

"""The prose of a lesson or a phase: one Markdown file a language, cut into the sections that the lab shows.

    +++
    title = "Echo"
    summary = "Send messages and see the frames that carry them."
    +++
    What comes before the first step.
    ## step echoed: Send your word
    ### hint 1
    ## say binary-is-not-text
    ## after: What you saw

Each section has an anchor: `title` (with the summary), `intro`, `step.echoed` (with its hints),
`say.binary-is-not-text`, `after`. A translation carries, in the table `[of]` of its front matter, the hash of
each English section that it was made from, so that it is known which are stale.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType

from wslab.lab.placeholders import fenced, fill
from wslab.lab.soft_breaks import join_wide
from wslab.lab.toml_table import CourseError, Table, read_text

__all__ = ["AfterText", "Localized", "Prose", "StepText", "fill", "write_hashes"]

HINTS = 3
"""Hints of a step at most."""

HASH_DIGITS = 12
"""Hexadecimal digits of a section's SHA-256 that are kept."""

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""An id of a step or of what is said, as of lessons."""

_EDGE = "+++"
_LINE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*")
_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_HEADING = re.compile(r" {0,3}##(?!#)(.*)")
_SUBHEADING = re.compile(r" {0,3}###(?!#)(.*)")
_STEP = re.compile(r"step\s+([^\s:]+)\s*:\s*(.*)")
_SAY = re.compile(r"say\s+(\S+)")
_AFTER = re.compile(r"after\s*:\s*(.*)")
_HINT = re.compile(r"hint\s+([1-9]\d*)")
_OF = re.compile(r"\s*\[\s*of\s*\]\s*(#.*)?")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class StepText:
    """What a step says."""

    title: str
    body: str
    """Markdown."""
    hints: tuple[str, ...] = ()
    """Markdown, the most helpful last."""


@dataclass(frozen=True, slots=True)
class AfterText:
    """What is shown when a lesson has been passed."""

    title: str
    body: str
    """Markdown."""


@dataclass(frozen=True, slots=True)
class Prose:
    """One file of prose."""

    file: Path
    title: str
    summary: str
    """One line."""
    intro: str
    """Markdown; empty where the first section begins at once."""
    steps: Mapping[str, StepText]
    """By the ids of the steps, in the order of the file."""
    says: Mapping[str, str]
    """Markdown by key: what is told of a mistake."""
    after: AfterText | None
    of: Mapping[str, str]
    """Of a translation: the hash of the English section, by anchor."""
    sections: Mapping[str, str]
    """Everything there is by anchor, normalised: no space at the ends of lines, no empty lines around."""

    @classmethod
    def read(cls, file: Path) -> Prose:
        """Read a file.

        Raises:
            CourseError: it is not there or not as it must be.
        """
        return cls.parse(file, read_text(file))

    @classmethod
    def parse(cls, file: Path, text: str) -> Prose:
        """Read a text; ``file`` stands in messages.

        Raises:
            CourseError: it is not as it must be; the message names the line or the key.
        """
        return _Parser(file, text).prose()

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return the anchors of all sections in the order of the file."""
        return tuple(self.sections)

    def section(self, anchor: str) -> str:
        """Return a section as it is hashed: its title, if it has one, and its Markdown.

        Raises:
            KeyError: there is no such section.
        """
        return self.sections[anchor]

    def hashes(self) -> dict[str, str]:
        """Return the hash of every section by anchor: the first 12 hexadecimal digits of its SHA-256."""
        return {
            anchor: hashlib.sha256(section.encode()).hexdigest()[:HASH_DIGITS]
            for anchor, section in self.sections.items()
        }

    def code_fences(self) -> dict[str, tuple[str, ...]]:
        """Return the fenced code of every section that has any, by anchor, with the lines of the fence."""
        found = {}
        for anchor, section in self.sections.items():
            lines = section.split("\n")
            code = tuple(dedent("\n".join(lines[start : end + 1])) for start, end in fenced(lines))
            if code:
                found[anchor] = code
        return found


@dataclass(frozen=True, slots=True)
class Localized:
    """Prose in another language, and in English wherever that says nothing."""

    prose: Prose | None
    """The translation; None where there is none. English itself is its own translation."""
    english: Prose
    title: str = field(init=False)
    summary: str = field(init=False)
    intro: str = field(init=False)
    steps: Mapping[str, StepText] = field(init=False)
    """By the ids of the steps. Hints that are not translated are in English, one by one."""
    says: Mapping[str, str] = field(init=False)
    after: AfterText | None = field(init=False)
    missing: frozenset[str] = field(init=False)
    """Anchors of what is shown in English since it is not translated."""
    stale: frozenset[str] = field(init=False)
    """Anchors of what was translated from an English text that is no longer the present one."""

    def __post_init__(self) -> None:
        mine, english = self.prose, self.english
        own = mine or english
        steps = {}
        for name, step in english.steps.items():
            text = own.steps.get(name, step)
            steps[name] = StepText(text.title, text.body, text.hints + step.hints[len(text.hints) :])
        present = {} if mine is None or mine is english else english.hashes()
        values = {
            "title": own.title,
            "summary": own.summary,
            "intro": own.intro or english.intro,
            "steps": MappingProxyType(steps),
            "says": MappingProxyType({key: own.says.get(key, say) for key, say in english.says.items()}),
            "after": own.after or english.after,
            "missing": frozenset(english.sections.keys() - (mine.sections.keys() if mine else set())),
            "stale": frozenset(
                anchor
                for anchor in present
                if anchor in own.sections and own.of.get(anchor) != present[anchor]
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)


def write_hashes(file: Path, english: Prose) -> Prose:
    """Write into a translation that it is one of the present English text, and return it as it is then.

    Everything but the table `[of]` of its front matter stays as it is.

    Raises:
        CourseError: the file is not as it must be.
        OSError: it can't be written; it stays as it was.
    """
    # Line ends are to stay what they are.
    with file.open(encoding="utf-8", newline="") as reader:
        text = reader.read()
    prose = Prose.read(file)
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(text)
    edge = next(place for place, line in enumerate(lines[1:], 1) if line.strip() == _EDGE)
    top = next((place for place, line in enumerate(lines[:edge]) if _OF.fullmatch(line)), edge)
    if prose.of and top == edge:
        raise CourseError(
            f"{file}: of must be a table with a line [of] of its own for its hashes to be written"
        )
    hashes = english.hashes()
    table = [f'{_key(anchor)} = "{hashes[anchor]}"' for anchor in prose.anchors if anchor in hashes]
    changed = end_of_line.join([*lines[:top], "[of]", *table, *lines[edge:]])
    written = Prose.parse(file, changed)
    # Beside it first, so that a full disk leaves the translation as it was.
    beside = file.with_name(f".{file.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as writer:
            writer.write(changed)
        beside.chmod(file.stat().st_mode)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return written


def _key(anchor: str) -> str:
    return anchor if _BARE_KEY.fullmatch(anchor) else json.dumps(anchor)


class _Parser:
    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = [line.rstrip(" \t") for line in _lines(text)]
        self._steps: dict[str, StepText] = {}
        self._says: dict[str, str] = {}
        self._after: AfterText | None = None
        self._sections: dict[str, str] = {}

    def prose(self) -> Prose:
        for place, line in enumerate(self._lines):
            if match := _CONTROL.search(line):
                raise self._error(
                    place, f"found the control character {match[0]!r}; write text and line ends only"
                )
        table, body = self._front()
        title = table.text("title", _LINE, "one line of text")
        summary = table.text("summary", _LINE, "one line of text")
        self._sections["title"] = f"{title}\n{summary}"
        headings = self._headings(body)
        starts = [*headings, len(self._lines)]
        intro = _trimmed(self._lines[body : starts[0]])
        if intro:
            self._sections["intro"] = intro
        for start, end in zip(headings, starts[1:], strict=True):
            self._section(start, end)
        return Prose(
            file=self._file,
            title=title,
            summary=summary,
            intro=intro,
            steps=MappingProxyType(self._steps),
            says=MappingProxyType(self._says),
            after=self._after,
            of=MappingProxyType(self._of(table)),
            sections=MappingProxyType(self._sections),
        )

    def _error(self, place: int, message: str) -> CourseError:
        return CourseError(f"{self._file}: line {place + 1}: {message}")

    def _front(self) -> tuple[Table, int]:
        """Return the front matter and the place of the line after it."""
        if self._lines[0].strip() != _EDGE:
            raise CourseError(
                f"{self._file}: the first line is {self._lines[0]!r}; it must be {_EDGE}, then title "
                f"and summary, then {_EDGE}"
            )
        for place, line in enumerate(self._lines[1:], 1):
            if line.strip() == _EDGE:
                # An empty first line stands for the edge, so that TOML counts lines as the file does.
                text = "\n".join(["", *self._lines[1:place]])
                return Table.parse(self._file, text, {"title", "summary", "of"}), place + 1
        raise CourseError(
            f"{self._file}: the front matter has no end; after title and summary comes a line {_EDGE}"
        )

    def _of(self, table: Table) -> dict[str, str]:
        if "of" not in table:
            return {}
        of = table.table("of", self._sections)
        right = f"{HASH_DIGITS} hexadecimal digits, as `wslab lesson check --translated` writes them"
        return {anchor: of.text(anchor, _HASH, right) for anchor in of.values}

    def _headings(self, body: int) -> list[int]:
        """Return the places of all headings of sections from ``body`` on."""
        code: set[int] = set()
        for start, end in fenced(self._lines[body:]):
            if body + end == len(self._lines):
                raise self._error(
                    body + start, "the code that begins here has no end; close it with the same fence"
                )
            code.update(range(body + start, body + end + 1))
        self._code = code
        return [
            place
            for place, line in enumerate(self._lines[body:], body)
            if place not in code and _HEADING.fullmatch(line)
        ]

    def _section(self, start: int, end: int) -> None:
        match = _HEADING.fullmatch(self._lines[start])
        assert match is not None  # it was found by this pattern
        heading = match[1].strip()
        lines = self._lines[start + 1 : end]
        if step := _STEP.fullmatch(heading):
            name, title = self._id(start, step[1]), self._title(start, step[2])
            self._add(start, f"step.{name}", f"{title}\n{_trimmed(lines)}")
            self._steps[name] = self._step(title, start + 1, end)
        elif say := _SAY.fullmatch(heading):
            name = self._id(start, say[1])
            self._add(start, f"say.{name}", self._some(start, lines))
            self._says[name] = self._some(start, lines)
        elif after := _AFTER.fullmatch(heading):
            title, text = self._title(start, after[1]), self._some(start, lines)
            self._add(start, "after", f"{title}\n{text}")
            self._after = AfterText(title, text)
        else:
            raise self._error(
                start,
                f"found the heading {heading!r}; it must be like `## step ID: Title`, `## say KEY` or "
                "`## after: Title`",
            )

    def _step(self, title: str, start: int, end: int) -> StepText:
        marks = []
        for place in range(start, end):
            match = _SUBHEADING.fullmatch(self._lines[place]) if place not in self._code else None
            if match is None:
                continue
            marks.append(place)
            heading = match[1].strip()
            hint = _HINT.fullmatch(heading)
            if hint is None or int(hint[1]) != len(marks) or len(marks) > HINTS:
                right = f"`### hint {len(marks)}`" if len(marks) <= HINTS else "the text of another section"
                raise self._error(
                    place,
                    f"found the heading {heading!r}; it must be {right}: a step has up to {HINTS} hints",
                )
        ends = [*marks[1:], end]
        return StepText(
            title,
            self._some(start - 1, self._lines[start : marks[0] if marks else end]),
            tuple(
                self._some(mark, self._lines[mark + 1 : stop])
                for mark, stop in zip(marks, ends[: len(marks)], strict=True)
            ),
        )

    def _id(self, place: int, found: str) -> str:
        if not ID.fullmatch(found):
            raise self._error(place, f"the id is {found!r}; it must be words of a-z and 0-9 joined by -")
        return found

    def _title(self, place: int, found: str) -> str:
        if not found:
            raise self._error(place, "the title is missing; it comes after the colon")
        return found

    def _some(self, place: int, lines: list[str]) -> str:
        text = _trimmed(lines)
        if not text:
            raise self._error(
                place, f"nothing follows {self._lines[place].strip()!r}; it must be followed by text"
            )
        return text

    def _add(self, place: int, anchor: str, text: str) -> None:
        if anchor in self._sections:
            raise self._error(place, f"the section {anchor} is there twice; every section must be there once")
        self._sections[anchor] = text


def _trimmed(lines: list[str]) -> str:
    """Return lines of Markdown as a text, without the empty ones around them."""
    return "\n".join(join_wide(lines)).strip("\n")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

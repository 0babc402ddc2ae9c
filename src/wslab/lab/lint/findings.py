"""What `wslab lesson check` found: one finding a defect, and the figures of each lesson."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Rule(StrEnum):
    """What is proved of a lesson."""

    SCHEMA = "schema"
    """Files are as they must be, ids are used once, and what is needed is there."""
    SOLUTION = "solution"
    """The solution passes with every seed."""
    START = "start"
    """What a learner begins with runs, and is at the first step, with a message."""
    MUTANT = "mutant"
    """Every mutant gets to its step, no further, and is told what it has to be."""
    CHEAT = "cheat"
    """Nothing passes that does not do what is asked for."""
    CLAUSE = "clause"
    """Every part of a check keeps something wrong from passing."""
    DRIVE = "drive"
    """A lesson done in the app is passed by its keys, in the app, in every language."""
    WINDOW = "window"
    """A step is not passed by what was done for the steps before it."""
    LANGUAGE = "language"
    """Every language says the same: sections, hints, code, placeholders."""
    STALE = "stale"
    """A translation is one of the present English text."""
    HINT = "hint"
    """No hint quotes the solution."""
    LITERAL = "literal"
    """Every value that a check wants exactly is told."""
    UNKNOWN = "unknown"
    """Nothing can be said: the lab itself failed."""


WARNINGS = frozenset({Rule.STALE})
"""Rules that a lesson may break for a while."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect."""

    rule: Rule
    where: str
    """File and key or line; the whole message where a reader of files refused it."""
    found: str = ""
    right: str = ""
    """What would be right."""

    @property
    def warning(self) -> bool:
        """Whether the check passes all the same."""
        return self.rule in WARNINGS

    def __str__(self) -> str:
        """Return the finding as one line."""
        kind = "warning" if self.warning else "error"
        parts = [self.where]
        if self.found:
            parts.append(f": {self.found}")
        if self.right:
            parts.append(f"; {self.right}")
        return f"{kind} [{self.rule}] " + " ".join("".join(parts).split())


@dataclass(slots=True)
class LessonReport:
    """What came of one lesson."""

    lesson: str
    """Its id."""
    mode: str
    steps: int = 0
    clauses: int = 0
    """Parts of its checks that could be left out."""
    tested: int = 0
    """Those of which something is known that would pass without them."""
    mutants: int = 0
    killed: int = 0
    """Mutants that died where they have to."""
    runs: int = 0
    """Processes that were run and judged."""
    seconds: float = 0.0
    """Time of all runs together; they go on side by side."""
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What came of a whole course."""

    lessons: list[LessonReport] = field(default_factory=list)
    general: list[Finding] = field(default_factory=list)
    """Findings about no lesson alone."""

    @property
    def findings(self) -> list[Finding]:
        """Every finding, errors first, in the order of the course."""
        found = [*self.general, *(each for lesson in self.lessons for each in lesson.findings)]
        return sorted(found, key=lambda each: each.warning)

    @property
    def errors(self) -> list[Finding]:
        """Findings for which the check fails."""
        return [each for each in self.findings if not each.warning]


def rules_of(findings: Iterable[Finding]) -> set[Rule]:
    """Return the rules that were broken."""
    return {each.rule for each in findings}

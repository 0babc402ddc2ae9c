"""Every value that a check wants exactly has to be told: nobody can guess a path or a close code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.prose import Localized
from wslab.lab.steps import Step
from wslab.wire.patterns import Literal, Pattern

SELF_EVIDENT = frozenset(
    {"op", "phase", "side", "what", "action", "conn", "frames", "fin", "server", "first", "masked", "rsv"}
)
"""Fields whose values are the lab's own words, or follow from what is told: `TEXT`, `open`, the second
connection."""


def check_literals(lesson: Lesson) -> Iterator[Finding]:
    """Yield values that a step demands and some language does not tell, up to and in that step."""
    answers = "c>s" if lesson.exercise is not None and lesson.exercise.kind == "server" else "s>c"
    for lang, text in sorted(lesson.texts.items()):
        told = ""
        for number, step in enumerate(lesson.steps, 1):
            told += _prose_of(text, step, first=number == 1)
            for place, literal in _demanded(step, answers):
                if not _tells(told, literal.value):
                    yield Finding(
                        Rule.LITERAL,
                        f"{lesson.folder / f'{lang}.md'}: step {step.id}",
                        _("{place} of lesson.toml wants {field} {value!r}, which is told nowhere").format(
                            place=place, field=literal.field, value=literal.value
                        ),
                        _("the text, or a hint, must name it"),
                    )


def _prose_of(text: Localized, step: Step, *, first: bool) -> str:
    told = text.steps[step.id]
    parts = [told.title, told.body, *told.hints]
    if first:
        parts[:0] = [text.title, text.summary, text.intro]
    return "\n".join([*parts, ""])


def _demanded(step: Step, answers: str) -> Iterator[tuple[str, Literal]]:
    """Yield what a step demands; ``answers`` is the direction in which the lab sends."""
    seen = set()
    for place, pattern in _needed(step):
        for literal in pattern.literals():
            # JSON that the lab sends is nothing that a learner has to write.
            theirs = literal.field == "json" and pattern.table.get("dir") == answers
            if literal.field not in SELF_EVIDENT and literal not in seen and not theirs:
                seen.add(literal)
                yield place, literal


def _needed(step: Step) -> Iterator[tuple[str, Pattern]]:
    """Yield the patterns that a learner has to meet."""
    for place, pattern in step.patterns():
        if place.startswith(("expect", "any", "count", "distinct")):
            yield place, pattern


def _tells(prose: str, value: str | int) -> bool:
    """Whether a text names a value: a number by itself, a text in any case of letters."""
    word = re.escape(str(value))
    if str(value)[:1].isalnum():
        word = rf"(?<![A-Za-z0-9]){word}"
    if str(value)[-1:].isalnum():
        word = rf"{word}(?![A-Za-z0-9])"
    return re.search(word, prose, re.IGNORECASE) is not None

"""Languages and hints: what can be seen by reading alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from wslab.i18n import LANGUAGES, _
from wslab.lab.course import FALLBACK_LANG, Course, Lesson
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.prose import Localized, Prose
from wslab.lab.workspace import files_in

TELLING = 6
"""Characters from which a line of code gives something away: `try:` and `)` do not."""

_PLACEHOLDER = re.compile(r"(?<!\\)\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
_CODE = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def check_languages(
    texts: Mapping[str, Localized], folder: Path, demanded: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Yield what languages do not have in common.

    Args:
        texts: prose by language, English among it.
        folder: where it lies.
        demanded: languages that have to be there.
    """
    english = texts[FALLBACK_LANG].english
    for lang in sorted(demanded - texts.keys()):
        yield Finding(
            Rule.LANGUAGE,
            str(folder / f"{lang}.md"),
            _("there is no such file"),
            _("the other lessons are there in {language}").format(language=LANGUAGES.get(lang, lang)),
        )
    for lang in sorted(texts.keys() - {FALLBACK_LANG}):
        localized = texts[lang]
        if localized.prose is not None:
            yield from _check_translation(localized, localized.prose, english)


def languages_of(course: Course) -> frozenset[str]:
    """Return every language in which something of a course is there."""
    return frozenset(
        lang
        for texts in (*(phase.texts for phase in course.phases), *(each.texts for each in course.lessons))
        for lang in texts
    )


def check_hints(lesson: Lesson) -> Iterator[Finding]:
    """Yield hints that quote the solution of an exercise.

    A line that the learner begins with gives nothing away, and neither does one of very few characters.
    """
    if lesson.exercise is None:
        return
    given = _lines_of(lesson.folder / "start")
    secret = {line for line in _lines_of(lesson.folder / "solution") - given if len(line) >= TELLING}
    for lang, localized in sorted(lesson.texts.items()):
        for step, text in localized.steps.items():
            for number, hint in enumerate(text.hints, 1):
                for line in sorted(_quotes(hint) & secret):
                    yield Finding(
                        Rule.HINT,
                        f"{lesson.folder / f'{lang}.md'}: step {step}: hint {number}",
                        _("{line!r} is a line of the solution").format(line=line),
                        _("a hint must say what to do without being it"),
                    )


def _check_translation(localized: Localized, prose: Prose, english: Prose) -> Iterator[Finding]:
    for anchor in english.anchors:
        if anchor in localized.missing:
            yield Finding(
                Rule.LANGUAGE,
                str(prose.file),
                _("there is no section {anchor}").format(anchor=anchor),
                _("it must have all sections of {file}").format(file=english.file.name),
            )
        elif anchor in localized.stale:
            yield Finding(
                Rule.STALE,
                f"{prose.file}: {anchor}",
                _("the English text has changed since it was translated"),
                _("bring it up to date, then write its hash with --translated"),
            )
    for anchor in prose.anchors:
        if anchor not in english.anchors:
            yield Finding(
                Rule.LANGUAGE,
                f"{prose.file}: {anchor}",
                _("English has no such section"),
                _("both must have the same sections"),
            )
            continue
        yield from _compare(anchor, prose, english)


def _compare(anchor: str, prose: Prose, english: Prose) -> Iterator[Finding]:
    where = f"{prose.file}: {anchor}"
    wanted = Counter(_PLACEHOLDER.findall(english.section(anchor)))
    found = Counter(_PLACEHOLDER.findall(prose.section(anchor)))
    for name in sorted(wanted.keys() ^ found.keys()):
        words = _("{name} is missing") if name in wanted else _("{name} is there, and not in English")
        yield Finding(
            Rule.LANGUAGE,
            where,
            words.format(name=f"{{{name}}}"),
            _("both must have the same placeholders"),
        )
    if prose.code_fences().get(anchor, ()) != english.code_fences().get(anchor, ()):
        yield Finding(
            Rule.LANGUAGE, where, _("its code is not that of the English text"), _("code must be the same")
        )
    step = anchor.removeprefix("step.")
    if step != anchor and len(prose.steps[step].hints) != len(english.steps[step].hints):
        yield Finding(
            Rule.LANGUAGE,
            where,
            _("hints: {found}").format(found=len(prose.steps[step].hints)),
            _("there must be {wanted}, as in English").format(wanted=len(english.steps[step].hints)),
        )


def _quotes(hint: str) -> set[str]:
    """Return every line of a hint, and all that it shows as code."""
    lines = set(map(str.strip, hint.splitlines()))
    for match in _CODE.finditer(hint):
        lines |= set(map(str.strip, match[2].splitlines()))
    return lines


def _lines_of(folder: Path) -> set[str]:
    lines: set[str] = set()
    for path in files_in(folder):
        lines |= set(map(str.strip, (folder / path).read_text(encoding="utf-8").splitlines()))
    return lines

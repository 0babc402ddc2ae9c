"""What an exercise says: its page with what came of the last run, and the line about what can be done now."""

from __future__ import annotations

import re

from textual.content import Content

from wslab.i18n import _
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.solution import Source
from wslab.tui.safe_text import visible

WIDTH = 72
"""Cells of a line of the report: what a page has room for on a screen of 80."""
_TAB = 4


def exercise_page(session: ExerciseSession, rows: range | None = None) -> str:
    """Return the exercise and what came of the last run, as Markdown.

    Args:
        session: the sitting.
        rows: numbers of the rows of the log that show the last run; None where there are none.
    """
    parts = [session.lesson.page()]
    if session.hints:
        parts.append("## " + hints_heading())
    for number, hint in enumerate(session.hints, 1):
        head = _("Hint {number}").format(number=number)
        parts.append(f"> **{head}** " + hint.replace("\n", "\n> "))
    if session.solution:
        parts += _sources(session)
    if session.kept is not None:
        told = _("the old files are in {folder}").format(folder=session.kept)
        parts += ["## " + _("Begun anew"), fenced(told)]
    report = session.report(WIDTH)
    if report:
        parts += ["## " + _("The last run"), fenced("\n".join(report))]
        # A single row is the one which says that nothing was on the wire, and so does the report.
        if rows is not None and len(rows) > 1:
            told = _("What was on the wire is in the log (`f7`), rows {first} to {last}.")
            parts.append(told.format(first=rows[0], last=rows[-1]))
    return "\n\n".join(parts)


def hints_heading() -> str:
    """Return what stands on the page above the hints."""
    return _("Hints")


def solution_heading() -> str:
    """Return what stands on the page above the solution."""
    return _("A solution")


def fenced(text: str, language: str = "text") -> str:
    """Return text as a block of code that it can't break out of, and with nothing in it that steers."""
    lines = [visible(line.expandtabs(_TAB)) for line in text.splitlines()]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *lines, fence])


def exercise_text(session: ExerciseSession) -> Content:
    """Return how the exercise stands and what the learner can do now."""
    file = visible(str(session.file))
    if session.running:
        return Content.styled(_("running {file} …").format(file=file), "bold")
    more = _("v solution · b begin anew")
    if session.outcome is not None:
        if session.passed:
            done = Content.styled(_("✓ exercise passed"), "bold $text-success")
            return Content.assemble(done, "  ", _("n: next lesson"), " · ", more)
        place, steps = session.outcome.decisive.step + 1, len(session.lesson.steps)
        title = session.lesson.text().steps[session.lesson.steps[place - 1].id].title
        if session.outcome.unknown:
            failed = _("? no verdict: this is the lab's fault, and it does not count")
        else:
            failed = _("✗ {place}/{steps} {title}").format(place=place, steps=steps, title=title)
        again = _("save {file} to run it again · h hint").format(file=file)
        return Content.assemble((failed, "bold $text-warning"), "  ", again, " · ", more)
    if session.watching:
        again = _("save {file} to run it · e edits it · x runs it · h hint").format(file=file)
        return Content.assemble(again, " · ", more)
    begin = _("x goes on with this exercise") if session.begun else _("x begins this exercise")
    edits = _("you edit {file}").format(file=file)
    if session.passed_before:
        done = Content.styled(_("✓ exercise passed"), "bold $text-success")
        return Content.assemble(done, "  ", _("n: next lesson"), " · ", begin, ": ", edits)
    return Content.assemble((begin, "bold"), ": ", edits)


def _sources(session: ExerciseSession) -> list[str]:
    """The learner's own file, and the solution under it."""
    parts = []
    if session.own is not None:
        parts += ["## " + _("Your file"), _code(session.own)]
        if not session.own.whole:
            parts.append("*" + _("… more of it was left out") + "*")
    parts.append("## " + solution_heading())
    for source in session.solution:
        if len(session.solution) > 1:
            parts.append(fenced(source.name))
        parts.append(_code(source))
    return parts


def _code(source: Source) -> str:
    return fenced(source.text, "python" if source.name.endswith(".py") else "text")

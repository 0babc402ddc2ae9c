"""What an exercise says: its page with what came of the last run, and the line about what can be done now."""

from __future__ import annotations

from textual.content import Content

from wslab.i18n import _
from wslab.lab.exercise_session import ExerciseSession
from wslab.tui.safe_text import visible

WIDTH = 74
"""Cells of a line of the report: what a page has room for on a screen of 80."""


def exercise_page(session: ExerciseSession, rows: range | None = None) -> str:
    """Return the exercise and what came of the last run, as Markdown.

    Args:
        session: the sitting.
        rows: numbers of the rows of the log that show the last run; None where there are none.
    """
    parts = [session.lesson.page()]
    for number, hint in enumerate(session.hints, 1):
        head = _("Hint {number}").format(number=number)
        parts.append(f"> **{head}** " + hint.replace("\n", "\n> "))
    report = session.report(WIDTH)
    if report:
        # What a program and the network say must not become Markdown.
        lines = [visible(line).replace("```", "'''") for line in report]
        parts += ["## " + _("The last run"), "```text\n" + "\n".join(lines) + "\n```"]
    if rows:
        told = _("What was on the wire is in the log (`f7`), rows {first} to {last}.")
        parts.append(told.format(first=rows[0], last=rows[-1]))
    return "\n\n".join(parts)


def exercise_text(session: ExerciseSession) -> Content:
    """Return how the exercise stands and what the learner can do now."""
    file = visible(str(session.file))
    if session.running:
        return Content.styled(_("running {file} …").format(file=file), "bold")
    if session.outcome is not None:
        if session.passed:
            done = Content.styled(_("✓ exercise passed"), "bold $text-success")
            return Content.assemble(done, "  ", _("n: next lesson"))
        place, steps = session.outcome.decisive.step + 1, len(session.lesson.steps)
        title = session.lesson.text().steps[session.lesson.steps[place - 1].id].title
        if session.outcome.unknown:
            failed = _("? no verdict: this is the lab's fault, and it does not count")
        else:
            failed = _("✗ {place}/{steps} {title}").format(place=place, steps=steps, title=title)
        return Content.assemble(
            (failed, "bold $text-warning"), "  ", _("save {file} to run it again · h hint").format(file=file)
        )
    if session.watching:
        return Content(_("save {file} to run it · e edits it · x runs it").format(file=file))
    return Content.assemble(
        (_("x begins this exercise"), "bold"), ": ", _("you edit {file}").format(file=file)
    )

"""What the line above the composer says of the step that is judged. No screen here."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from wslab.i18n import _
from wslab.lab.lesson_session import LessonSession
from wslab.lab.plain_markdown import markdown_lines
from wslab.lab.steps import Status, Tick
from wslab.tui.safe_text import visible
from wslab.wire.patterns import Nearest

_ANY_WIDTH = 10_000
"""Cells of a line that is wrapped where it is shown."""
TICKED, OPEN = "[✓]", "[ ]"


def step_text(session: LessonSession, width: int) -> Content:
    """Return how the active step stands: its ticks, what it waits for, what there is to say of a mistake.

    Args:
        session: the sitting.
        width: cells of a line. Where the ticks would need more than two lines, they are without words.
    """
    lines = [_head(session, width)]
    if session.run.paused:
        lines.append(Content.styled(_("free play: nothing is judged; f judges again"), "$text-warning"))
    elif not session.view_passed:
        lines += _state(session, in_words=_in_words(session, width))
    return Content("\n").join(lines)


def _head(session: LessonSession, width: int) -> Content:
    lesson, view = session.lesson, session.view
    title = lesson.text().steps[lesson.steps[view].id].title
    place = f"{view + 1}/{len(lesson.steps)}"
    if session.finished and view == session.active:
        return Content.assemble(
            (_("✓ {place} lesson passed").format(place=place), "bold $text-success"),
            "  ",
            _("n: next lesson"),
        )
    if session.view_passed:
        return Content.assemble(
            (_("✓ {place} {title}: passed").format(place=place, title=title), "bold $text-success"),
            "  ",
            _("n: next step"),
        )
    words = _in_words(session, width)
    ticks = [(_tick(tick, words), "$text-success" if tick.met else "") for tick in session.verdict.clauses]
    return Content.assemble((f"▸ {place} {title}", "bold"), " ", *ticks)


def _tick(tick: Tick, in_words: bool) -> str:
    box = TICKED if tick.met else OPEN
    return f" {box} {visible(tick.text)} " if in_words else box


def _in_words(session: LessonSession, width: int) -> bool:
    text = "".join(_tick(tick, True) for tick in session.verdict.clauses)
    title = session.lesson.text().steps[session.step.id].title
    return cell_len(title) + cell_len(text) + 8 <= 2 * width


def _state(session: LessonSession, *, in_words: bool) -> list[Content]:
    verdict = session.verdict
    if verdict.status is Status.UNKNOWN:
        text = _("the lab itself failed, which does not count: {reason}; f twice tries again")
        return [Content.styled(text.format(reason=visible(verdict.reason)), "$text-error")]
    lines = []
    ticks = [tick.text for tick in verdict.clauses if not tick.met]
    if verdict.waiting_for and not (in_words and ticks[:1] == [verdict.waiting_for]):
        waiting = _("waiting for: {what}").format(what=visible(verdict.waiting_for))
        lines.append(Content.styled(waiting, "$text-muted"))
    said = session.said
    if said:
        lines.append(
            Content.styled(f"! {visible(' '.join(markdown_lines(said, _ANY_WIDTH)))}", "$text-warning")
        )
    elif verdict.nearest is not None and verdict.nearest.misses:
        lines.append(Content.styled(_near(verdict.nearest), "$text-muted"))
    return lines


def _near(nearest: Nearest) -> str:
    misses = "; ".join(
        _("{field} is {found}, not {wanted}").format(field=miss.field, found=miss.found, wanted=miss.wanted)
        for miss in nearest.misses
    )
    text = _("nearest so far: event {number}: {misses}")
    return visible(text.format(number=nearest.event.seq, misses=misses))

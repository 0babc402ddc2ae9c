"""The page of a lesson as Markdown: what is passed, what is next with its hints, titles of the rest."""

from __future__ import annotations

from wslab.i18n import _, ngettext
from wslab.lab.course import Phase, cite
from wslab.lab.lesson_session import LessonSession

PASSED, ACTIVE = "✓", "▸"


def lesson_page(session: LessonSession) -> str:
    """Return everything that a learner reads now.

    Steps up to the one in view are there in full; of those to come there are the titles, since one new thing
    at a time is enough. What comes after the lesson is shown when it is done.
    """
    lesson, text = session.lesson, session.lesson.text()
    length = _("{minutes} min").format(minutes=lesson.minutes)
    parts = [f"# {text.title}", f"{text.summary}  \n*{length} · {cite(lesson.rfc)}*"]
    note = _stale(session, "title", "intro")
    parts += [note, session.fill(text.intro)]
    for place, step in enumerate(lesson.steps):
        prose = text.steps[step.id]
        passed = session.passed(place)
        mark = f"{PASSED} " if passed else f"{ACTIVE} " if place == session.view else ""
        if place > session.view and not passed:
            break
        stale = _stale(session, f"step.{step.id}")
        parts += [f"## {mark}{place + 1}. {prose.title}", stale, session.fill(prose.body)]
        if place == session.view and not session.view_passed:
            parts += _hints(session)
    else:
        if text.after is not None:
            parts += [f"## {text.after.title}", _stale(session, "after"), session.fill(text.after.body)]
    coming = [
        f"{place}. {text.steps[step.id].title}"
        for place, step in enumerate(lesson.steps, 1)
        if place - 1 > session.view and not session.passed(place - 1)
    ]
    if coming:
        parts.append("*" + _("still to come: {titles}").format(titles=" · ".join(coming)) + "*")
    return "\n\n".join(part for part in parts if part)


def phase_page(phase: Phase) -> str:
    """Return what a phase is about, and its lessons."""
    lessons = "\n".join(f"- {lesson.title}: {lesson.summary}" for lesson in phase.lessons)
    none = _("*The lessons of this phase are still to come.*")
    return f"# {phase.number} {phase.title}\n\n{phase.summary}\n\n{lessons or none}"


def _hints(session: LessonSession) -> list[str]:
    shown = session.hints
    lines = [
        "> **" + _("Hint {number}").format(number=number) + "** " + hint.replace("\n", "\n> ")
        for number, hint in enumerate(shown, 1)
    ]
    left = session.hints_left
    if left:
        more = ngettext("`h` shows a hint.", "`h` shows a hint; {left} are left.", left)
        lines.append("*" + more.format(left=left) + "*")
    return lines


def _stale(session: LessonSession, *anchors: str) -> str:
    text = session.lesson.text()
    if text.stale.intersection(anchors):
        return "*" + _("The English version of this part has changed since it was translated.") + "*"
    return ""

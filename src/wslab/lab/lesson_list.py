"""`wslab lesson list`: every lesson there is, and how far the learner is."""

from __future__ import annotations

from wslab.i18n import _
from wslab.lab.cells import pad
from wslab.lab.lesson_command import LessonProblem, refuse, tell, the_course
from wslab.lab.progress import ProgressStore
from wslab.lab.source import Source
from wslab.lab.sources import agreed_sources
from wslab.lab.state import state_folder

OK = 0
ID_CELLS = 18


def list_lessons() -> int:
    """Print the lessons of the bundled course and of each pack that may run. Return the exit code."""
    try:
        sources = agreed_sources(the_course(), state_folder())
    except LessonProblem as problem:
        return refuse(problem)
    problems = list(sources.left_out.values())
    for source in sources.every:
        problems += _list_source(source)
    for text in problems:
        tell(text)
    return OK


def _list_source(source: Source) -> list[str]:
    """Print the lessons of one course and return what is to be told of its progress."""
    course = source.course
    store = ProgressStore(state_folder(), course.id, {each.id: each.formerly for each in course.lessons})
    progress = store.load()
    for phase in course.phases:
        if source.pack is None:
            print(f"{phase.number} {phase.title}")
        elif phase.lessons:
            print(f"{source.name}: {phase.title}")
        for lesson in phase.lessons:
            known = progress.lesson(lesson.id)
            passed = sum(known.step(step.id).passed is not None for step in lesson.steps)
            mark = "✓" if known.finished else "▸" if progress.current == lesson.id else " "
            name = pad(source.full_id(lesson), ID_CELLS)
            where = pad(_("file") if lesson.mode == "exercise" else _("lab"), 6)
            print(f"  {mark} {name} {where} {passed}/{len(lesson.steps)}  {lesson.title}".rstrip())
    return [text for text in (store.notice, store.problem) if text]

"""The learner's desk: the lesson on its page, the panel of the step, and what the keys of lessons do."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Coroutine, Sequence

from textual.app import SuspendNotSupported
from textual.screen import Screen

from wslab.i18n import _
from wslab.lab.attempt_events import attempt_events
from wslab.lab.course import Lesson, Phase
from wslab.lab.exercise import Outcome
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.learner import Learner
from wslab.lab.learners import Learners
from wslab.tui.safe_text import visible
from wslab.tui.screens.confirm_screen import ConfirmScreen
from wslab.tui.widgets.course_list import CourseList, Shown
from wslab.tui.widgets.exercise_text import exercise_page, exercise_text, hints_heading, solution_heading
from wslab.tui.widgets.lesson_page import lesson_page, phase_page
from wslab.tui.widgets.lesson_view import END, TOP, LessonView
from wslab.tui.widgets.step_panel import StepPanel
from wslab.tui.widgets.step_text import step_text
from wslab.wire.events import Event

SHOWN_AFTER = 0.05
"""Seconds until a changed verdict is shown."""


class LessonDesk:
    """Shows on a screen where a learner is, and carries out what they ask for.

    Args:
        screen: the one with a `StepPanel` and a `CourseList`.
        learners: who works here, in each course.
        page: where lessons are read.
        insert: puts events that the lab saw elsewhere into its log, and returns them as they are there.
        say: tells the learner something in passing.
        bring: brings a page to the front by its name.
    """

    def __init__(
        self,
        screen: Screen[None],
        learners: Learners,
        page: LessonView,
        insert: Callable[[Sequence[Event]], list[Event]],
        say: Callable[[str], None],
        bring: Callable[[str], None],
    ) -> None:
        self.learners = learners
        self.lesson = learners.here.lesson
        self._screen = screen
        self._page = page
        self._insert = insert
        self._say = say
        self._bring = bring
        self._due = False
        self._phase: Phase | None = None
        self._in_log: Outcome | None = None
        self._rows: range | None = None
        self._news = False
        self._told: set[str] = set()

    @property
    def learner(self) -> Learner:
        """The learner at the course that is open."""
        return self.learners.here

    def open(self, lesson: Lesson) -> None:
        """Sit down at a lesson and show it and its place in the course."""
        self.lesson = lesson
        self._in_log = self._rows = None
        self._news = False
        session = self.learner.sit_down(lesson)
        for each in (session, self.learner.exercise):
            if each is not None:
                each.listen(self._changed)
        self.show(session.view if session is not None and session.view else TOP)

    def show(self, place: int | str | None = None) -> None:
        """Show the lesson as far as it has come, at a place of its page if one is given."""
        session, exercise = self.learner.session, self.learner.exercise
        self._phase = None
        if place is not None:
            # Who asks for a place wants to read there, also where a run has just come to its end.
            self._news = False
        if session is not None:
            self._page.show(lesson_page(session), place)
        elif exercise is not None:
            self._page.show(exercise_page(exercise, self._rows), place)
        self._show_panel()
        self.show_course()

    def show_phase(self, phase: Phase) -> None:
        """Show what a phase that has no lessons yet will be about."""
        self._phase = phase
        self._page.show(phase_page(phase), TOP)

    def show_course(self) -> None:
        """Show the place of the lesson in the course, and what is passed of it."""
        # The last writes end while the screen is being taken down.
        if not self._screen.is_running:
            return
        learners = self.learners
        courses = [
            Shown(
                each.course,
                frozenset(each.finished),
                frozenset(each.begun),
                None if each is learners.main else each.source.name,
            )
            for each in learners.every
        ]
        self._screen.query_one(CourseList).show(courses, self.lesson, learners.pack)
        stores = [each.store for each in learners.every]
        troubles = [text for store in stores for text in (store.problem, store.notice)]
        if self.learner.exercise is not None:
            troubles += self.learner.exercise.problems
        for trouble in troubles:
            if trouble is not None and trouble not in self._told:
                self._told.add(trouble)
                self._screen.notify(visible(trouble), severity="warning", timeout=10, markup=False)

    def refresh(self) -> None:
        """Show what is shown anew, in the language in use."""
        if self._phase is None:
            self.show()
        else:
            self._page.show(phase_page(self._phase))
            self._show_panel()
            self.show_course()

    def act(self) -> None:
        """The learner does something new."""
        if self.learner.session is not None:
            self.learner.session.run.act()

    def tick(self) -> None:
        """Let time pass for the step that is judged."""
        if self.learner.session is not None:
            self.learner.session.run.tick()

    def _show_panel(self) -> None:
        session, exercise = self.learner.session, self.learner.exercise
        panel = self._screen.query_one(StepPanel)
        if session is not None:
            panel.show(lambda width: step_text(session, width))
        elif exercise is not None:
            panel.show(lambda _width: exercise_text(exercise))
        else:
            panel.show(None)

    def _changed(self) -> None:
        self._show_in_log()
        # Under a flood a verdict changes with every frame; it is shown as often as the eye can follow.
        if not self._due and self._screen.is_running:
            self._due = True
            self._screen.set_timer(SHOWN_AFTER, self._show_changed)

    def _show_in_log(self) -> None:
        """Put into the log what was on the wire in the run that is over, once."""
        exercise = self.learner.exercise
        if exercise is not None and exercise.outcome is not None and exercise.outcome is not self._in_log:
            self._in_log = exercise.outcome
            shown = self._insert(attempt_events(exercise.lesson, exercise.outcome.decisive))
            self._rows = range(shown[0].seq, shown[-1].seq + 1)
            self._news = True
            # The sitting has a record of its own, which knows more than the list of the course now.
            self.learner.keep(self.learner.store.load)

    def _show_changed(self) -> None:
        self._due = False
        if self._phase is not None:
            self._show_panel()
        else:
            # What came of a run stands at the end; whatever else changes, the reader stays where they are.
            self.show(END if self._news else None)
            self._news = False

    # Keys

    def next_step(self) -> bool:
        """Go on to the step that is judged; return whether it is the next lesson's turn."""
        session = self.learner.session
        if session is None or (session.finished and not session.advance()):
            return True
        if session.advance() or session.finished:
            self.show(session.view)
            self._bring("lesson")
        else:
            self._say(_("this step is not passed yet: h shows a hint, ] goes to the next lesson"))
        return False

    async def hint(self) -> None:
        """Show one hint more for the step in view."""
        session, exercise = self.learner.session, self.learner.exercise
        there = False
        if session is not None:
            there = session.hint()
        elif exercise is not None:
            there = await exercise.hint()
            if exercise is not self.learner.exercise:
                return
        if there:
            self.show(END if exercise is None else hints_heading())
            self._bring("lesson")
        else:
            self._say(_("there is no other hint for this step"))

    def judge(self) -> None:
        """Play without being judged, or be judged again."""
        session = self.learner.session
        if session is None:
            self._say(_("an exercise is judged only when it is run"))
            return
        judged = session.toggle_judging()
        self._show_panel()
        free = _("free play: nothing is judged until f is pressed")
        self._say(_("steps are judged again") if judged else free)

    def judge_only(self, when: bool) -> None:
        """Judge the steps, or nothing, where that is not so already."""
        session = self.learner.session
        if session is not None and session.run.paused is when:
            self.judge()

    async def run_exercise(self) -> None:
        """Begin the exercise, or run it now.

        Raises:
            WorkspaceError: a file can't be written.
        """
        exercise = self._exercise()
        if exercise is None:
            return
        if not exercise.watching:
            copied = await exercise.start()
            if exercise is not self.learner.exercise:
                return
            self._say(
                _("wrote {file}").format(file=exercise.file)
                if copied.new
                else _("{file} is there already and stays as it is").format(file=exercise.file)
            )
        await exercise.run()
        if exercise is self.learner.exercise:
            self._bring("lesson")

    async def edit_exercise(self) -> None:
        """Open the learner's file in their editor; the lab waits meanwhile.

        Raises:
            WorkspaceError: a file can't be written.
            OSError: there is no such editor.
        """
        exercise = self._exercise()
        if exercise is None:
            return
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor:
            self._say(_("set EDITOR to edit here, or edit {file} in any editor").format(file=exercise.file))
            return
        if not exercise.watching:
            await exercise.start()
            if exercise is not self.learner.exercise:
                return
        try:
            self._edit([*shlex.split(editor), str(exercise.file)])
        except SuspendNotSupported:
            self._say(_("edit {file} in any editor").format(file=exercise.file))

    def _edit(self, command: list[str]) -> None:
        # The loop has to stand still: whatever it drew meanwhile would go across the editor.
        with self._screen.app.suspend():
            subprocess.run(command, check=False)

    async def open_solution(self) -> None:
        """Show the solution of the exercise; where it is not open, say what it takes.

        Raises:
            WorkspaceError, OSError: it can't be read.
        """
        exercise = self._exercise()
        if exercise is None:
            return
        why = await exercise.open_solution()
        if exercise is not self.learner.exercise:
            return
        if why:
            self._say(why)
        else:
            self.show(solution_heading())
            self._bring("lesson")

    def ask_reset(self, carry_out: Callable[[Coroutine[object, object, None]], None]) -> None:
        """Ask whether to begin the learner's files anew.

        Args:
            carry_out: does so after a yes.
        """
        exercise = self._exercise()
        if exercise is None:
            return
        question = _("Begin {folder} anew? The old files are kept.").format(folder=exercise.folder)
        screen = ConfirmScreen(question, _("begin anew"), _("leave it as it is"))
        self._screen.app.push_screen(screen, lambda yes: carry_out(self._reset(exercise)) if yes else None)

    async def _reset(self, exercise: ExerciseSession) -> None:
        if exercise is not self.learner.exercise:
            return
        kept = await exercise.reset()
        if exercise is not self.learner.exercise:
            return
        if kept is None:
            self._say(_("wrote {file}").format(file=exercise.file))
        else:
            told = _("wrote {file}; the old files are in {folder}")
            self._say(told.format(file=exercise.file, folder=kept))
        self.show()
        self._bring("lesson")

    def _exercise(self) -> ExerciseSession | None:
        if self.learner.exercise is None:
            self._say(_("this lesson is done in the lab: there is no file to run"))
        return self.learner.exercise

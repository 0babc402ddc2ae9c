"""The screen of a phase: connection state, log, statistics, servers, lesson. The bones of every phase."""

from __future__ import annotations

import dataclasses
from collections.abc import Coroutine
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from wslab.i18n import _, sentence, spoken
from wslab.lab.client_side import ClientSide
from wslab.lab.commands import CommandError
from wslab.lab.connection_view import LIVE
from wslab.lab.course import Course, Lesson
from wslab.lab.course import Phase as CoursePhase
from wslab.lab.learner import Learner
from wslab.lab.learners import Learners
from wslab.lab.protocols import RAW
from wslab.lab.system_errors import told
from wslab.lab.workbench import Workbench, WorkbenchError
from wslab.lab.workspace import WorkspaceError
from wslab.net.lifecycle import ConnectFailed, NotOpen
from wslab.tasks import spawn
from wslab.tui.keys import LAB_KEYS
from wslab.tui.lab_display import LabDisplay
from wslab.tui.lesson_desk import LessonDesk
from wslab.tui.panels import controls, speakers
from wslab.tui.runner import CommandRunner
from wslab.tui.safe_text import visible
from wslab.tui.screens.target_screen import TargetScreen
from wslab.tui.widgets.client_view import ClientView
from wslab.tui.widgets.composer import Composer
from wslab.tui.widgets.course_list import CourseList
from wslab.tui.widgets.key_line import KeyLine
from wslab.tui.widgets.pages import NARROW, Pages
from wslab.tui.widgets.protocol_panel import ProtocolPanel
from wslab.tui.widgets.server_list import ServerList
from wslab.tui.widgets.state_line import StateLine
from wslab.tui.widgets.stats_panel import StatsLine
from wslab.tui.widgets.step_panel import StepPanel
from wslab.tui.widgets.top_bar import TopBar

_EXPECTED = (
    CommandError, WorkbenchError, WorkspaceError, ConnectFailed, NotOpen, ValueError, OSError,
)  # fmt: skip
LARGEST_COPY = 100_000
"""Characters that are copied to the terminal's clipboard at most."""


class LabScreen(Screen[None]):
    """Everything of one phase on one screen."""

    CSS_PATH = "lab_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it on the instance
        (0, NARROW),
        (100, "-wide"),
        (160, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [*LAB_KEYS]

    def __init__(self, workbench: Workbench, learners: Learners, lesson: Lesson, fps: float) -> None:
        super().__init__()
        self.workbench = workbench
        self.learners = learners
        self.lesson = lesson
        self.side = ClientSide(workbench, speakers(workbench))
        self.pages = Pages(workbench.journal, fps, ClientView(self._speak, self._controls, id="pane-client"))
        self.runner = CommandRunner(workbench, self.pages, self.say, self.run_action, self.connect)
        self.desk = LessonDesk(self, learners, self.pages.lesson, workbench.insert, self.say, self._bring)
        self.shown = LabDisplay(self, workbench, self.pages, self.show_servers)

    @property
    def learner(self) -> Learner:
        """The learner at the course that is open."""
        return self.learners.here

    @property
    def course(self) -> Course:
        """The course that is open."""
        return self.learner.course

    @property
    def phase(self) -> CoursePhase:
        """The phase that is open."""
        return self.course.phases[self.lesson.phase - 1]

    def compose(self) -> ComposeResult:
        """Lay out the bones: side column, state, log and statistics, tabs, composer."""
        # Textual looks at the size when all of them are there, and would have to style them a second time.
        for breakpoints, cells in zip(
            (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS), self.app.size, strict=True
        ):
            self.add_class(max(each for each in breakpoints if each[0] <= cells)[1], update=False)
        yield TopBar(self.learners.main.course, self.phase, self.learners.pack)
        with Horizontal(id="main"):
            with Vertical(id="side"):
                yield CourseList(id="course-list")
                yield ServerList()
            with Vertical(id="work"):
                yield StateLine(id="state-line")
                yield StatsLine(id="stats-line")
                yield self.pages
        yield StepPanel(id="step-panel")
        yield Composer()
        yield KeyLine(show_command_palette=False)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that work now, named in the language in use: the footer reads them here."""
        return {
            key: ActiveBinding(
                active.node,
                dataclasses.replace(active.binding, description=_(active.binding.description)),
                active.enabled,
                _(active.tooltip),
            )
            for key, active in super().active_bindings.items()
        }

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.desk.refresh()
        self.shown.show_statistics()

    def on_mount(self) -> None:
        """Show what there is and start the clocks that repaint it."""
        if not self.pages.narrow:
            self.pages.log_view.focus()
        self.pages.code.follow(self.workbench.transcript)
        self.shown.start()
        self.learners.listen(self.desk.show_course)
        self.call_after_refresh(self.open_lesson)

    def _speak(self, protocol: str) -> None:
        """Speak a protocol from the next connect on; a lesson about another one judges nothing then."""
        self.side.choose(protocol)
        about = self.workbench.servers.name
        self.desk.judge_only(protocol == RAW.name or self.side.server == about)

    def _controls(self, protocol: str) -> ProtocolPanel | None:
        return controls(protocol, self.workbench, self.side.speaker, self.say, self._act)

    def show_servers(self) -> None:
        """Show the place in the course and the servers, that of the lesson first, and go on with it."""
        self.desk.tick()
        about = self.workbench.servers.name
        statuses = self.workbench.supervisor.statuses()
        first = tuple(sorted(statuses, key=lambda each: each.name != about))
        self.query_one(TopBar).show(first, self._position, self.phase, self.learners.pack)

    @property
    def _position(self) -> str:
        lessons = self.phase.lessons
        return f"{self.lesson.title} {lessons.index(self.lesson) + 1}/{len(lessons)}"

    def open_lesson(self) -> None:
        """Sit down at the lesson and show it and its place in the course."""
        self.desk.open(self.lesson)
        session = self.learner.session
        self.workbench.judge = session.run.observe if session is not None else None
        self.workbench.servers.study(self.lesson, self.learner.source.servers)
        self.pages.code.show_server(self.workbench.servers.entry)
        if self.workbench.servers.place(self.workbench.target) is not None:
            # A lesson is done by hand, unless its learner chooses otherwise.
            self.side.choose(RAW.name)
            self.pages.client.select(RAW.name)
            self.workbench.aim(self.lesson.path)

    def show_lesson(self) -> None:
        """Show the lesson as far as it has come."""
        self.desk.show()

    def open_phase(self, number: int, pack: str | None = None) -> None:
        """Go on in a phase; where it has no lessons yet, show what it will be about.

        Args:
            number: of the phase, from 1.
            pack: the pack that has it; None for the main course.
        """
        learner = self.learners.main
        if pack is not None:
            learner = next(each for each in self.learners.every if each.source.name == pack)
        phase = learner.course.phases[number - 1]
        lesson = learner.lesson_of(phase)
        if lesson is None:
            self.show_phase(phase)
            return
        if learner is self.learner and phase is self.phase:
            self.show_lesson()
        else:
            self._go_to(learner, lesson)
        self.action_tab("lesson")

    def show_phase(self, phase: CoursePhase) -> None:
        """Show what a phase that has no lessons yet will be about."""
        self.desk.show_phase(phase)
        self.action_tab("lesson")

    def say(self, text: str) -> None:
        """Tell the learner something in passing."""
        self.notify(visible(text), markup=False)

    # What is asked for

    def carry_out(self, action: Coroutine[object, object, None], what: str) -> None:
        """Run an action of the learner; what goes wrong is said, not thrown."""
        spawn(self._carry_out(action), what)

    def _act(self, action: Coroutine[object, object, None], what: str) -> None:
        """Run an action that the controls of a protocol are used for."""
        self.desk.act()
        self.carry_out(action, what)

    async def _carry_out(self, action: Coroutine[object, object, None]) -> None:
        try:
            await action
        except _EXPECTED as error:
            self.notify(visible(spoken(told(error))), severity="error", timeout=8, markup=False)

    @on(Composer.Sent)
    def run_line(self, event: Composer.Sent) -> None:
        """Carry out a line of the composer."""
        self.desk.act()
        self.carry_out(self.runner.run(event.line), f"line {event.line[:40]!r}")

    @on(Composer.Left)
    def leave_composer(self) -> None:
        """Give the letters back to the keys; a lesson asks for the rows that the line made."""
        if self.pages.front == "lesson":
            self.set_focus(None)  # The next key comes before the log has been laid out.
            self.action_tab("log")
        else:
            self.pages.reenter()

    @on(CourseList.LessonChosen)
    def choose_lesson(self, event: CourseList.LessonChosen) -> None:
        """Open a lesson from the list."""
        self._go_to(*self.learners.find(event.lesson_id))
        self.action_tab("lesson")

    @on(CourseList.PhaseChosen)
    def choose_phase(self, event: CourseList.PhaseChosen) -> None:
        """Open another phase."""
        self.open_phase(event.phase, event.pack)

    def on_resize(self) -> None:
        """Arrange everything for the new size."""
        self._fold_side()
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        self.pages.settle()
        focused = self.focused
        if focused is None or not all(node.display for node in focused.ancestors_with_self):
            # What had the keyboard is hidden at this size.
            self.pages.reenter()

    # Keys

    def action_tab(self, name: str) -> None:
        """Go to a tab and into it."""
        self._fold_side()
        self.pages.enter(name)

    def action_log(self) -> None:
        """Go back to the log."""
        self.action_tab("log")

    def _bring(self, name: str) -> None:
        """Bring a page to the front, and into use where nothing else stays in view."""
        if self.pages.narrow:
            self.action_tab(name)
        else:
            self.pages.turn_to(name)

    def _fold_side(self) -> None:
        self.query_one("#side").remove_class("-open")

    def action_connect(self) -> None:
        """Connect, and get ready to write."""
        self.desk.act()
        self.carry_out(self._connect(), "connect")

    async def _connect(self) -> None:
        if self.workbench.view.phase in LIVE:
            raise WorkbenchError(
                sentence("this connection is in use: d disconnects it, /connect URL replaces it")
            )
        await self.pages.client.ready()
        self.pages.client.aim(self.workbench.target)
        panel = self.pages.client.panel
        if panel is not None and panel.connects:
            self.pages.log_view.follow()
            await panel.connect()
        else:
            await self.connect()

    async def connect(self, target: str | None = None) -> None:
        """Connect to a target, the present one where None; show it happen and get ready to write.

        Raises:
            ConnectFailed, WorkbenchError, ValueError: as `Workbench.connect` does.
        """
        composer = self.query_one(Composer)
        if composer.has_focus:
            self.pages.turn_to("log")  # Who types goes on typing.
        else:
            self._bring("log")
        self.pages.log_view.follow()
        try:
            await self.workbench.connect(target)
        except (ConnectFailed, WorkbenchError):
            if composer.has_focus and not composer.value:
                self.pages.reenter()  # What to do now is said in keys.
            raise
        if self.pages.client.panel is not None:
            self.pages.turn_to("client")
            self.call_after_refresh(self.pages.client.enter)
            return
        if not composer.used:
            composer.offer("hello")
        composer.focus()

    def action_disconnect(self) -> None:
        """Start the closing handshake."""
        self.desk.act()
        self.carry_out(self.workbench.disconnect(), "disconnect")

    def action_ping(self) -> None:
        """Send a Ping whose payload tells it from others."""
        self.desk.act()
        self.carry_out(self.workbench.ping(), "ping")

    def action_compose(self) -> None:
        """Go to the line at the bottom."""
        self.query_one(Composer).focus()

    def action_write(self, start: str) -> None:
        """Go to the line at the bottom with the start of a command in it."""
        composer = self.query_one(Composer)
        composer.value = start
        composer.cursor_position = len(start)
        composer.focus()

    def action_side(self) -> None:
        """Open or close the side column where it is folded away; focus it elsewhere."""
        side = self.query_one("#side")
        if self.has_class(NARROW):
            side.toggle_class("-open")
        if side.display:
            self.query_one(CourseList).focus()

    def action_follow(self) -> None:
        """Follow the newest row, or stay."""
        self.pages.log_view.toggle_follow()

    def action_level(self) -> None:
        """Switch between wire frames and whole messages."""
        log = self.pages.log_view
        log.level = "messages" if log.level == "frames" else "frames"
        self.say(_("the log shows {level}").format(level=log.level))

    def action_reset(self) -> None:
        """Set the statistics to zero."""
        self.workbench.statistics.reset()
        self.say(_("the statistics start again at zero"))

    def action_open(self) -> None:
        """Ask for another WebSocket."""
        bench = self.workbench
        self.app.push_screen(TargetScreen(bench.choices(), bench.target, bench.check), self._open)

    def _open(self, target: str | None) -> None:
        if target is not None:
            self.carry_out(self.connect(target), "connect")

    def action_copy(self) -> None:
        """Copy the row under the cursor to the clipboard of the terminal."""
        text = self.pages.log_view.payload_text()
        if text is None:
            self.say(_("no row is selected"))
            return
        self.app.copy_to_clipboard(text[:LARGEST_COPY])
        told = _("copied {count} characters; if the terminal refuses, w saves to a file")
        if len(text) > LARGEST_COPY:
            told = _(
                "copied {count} characters (the first {most}); if the terminal refuses, w saves to a file"
            )
        self.say(told.format(count=len(text), most=LARGEST_COPY))

    def action_lesson(self, step: int) -> None:
        """Go to the next or the previous lesson of the course, over the end of a phase too."""
        lessons = self.course.lessons
        place = lessons.index(self.lesson) + step
        if 0 <= place < len(lessons):
            self._go_to(self.learner, lessons[place])

    def _go_to(self, learner: Learner, lesson: Lesson) -> None:
        self.learners.move(learner)
        self.lesson = lesson
        self.open_lesson()
        self._bring("lesson")

    def action_next_step(self) -> None:
        """Go on to the step that is judged, or to the next lesson after the last one."""
        if self.desk.next_step():
            self.action_lesson(1)

    def action_hint(self) -> None:
        """Show one hint more for the step in view."""
        self.carry_out(self.desk.hint(), "hint")

    def action_judge(self) -> None:
        """Play without being judged, or be judged again."""
        self.desk.judge()

    def action_exercise(self) -> None:
        """Begin the exercise, or run it now."""
        self.carry_out(self.desk.run_exercise(), "run the exercise")

    def action_edit(self) -> None:
        """Edit the file of the exercise."""
        self.carry_out(self.desk.edit_exercise(), "edit the exercise")

    def action_solution(self) -> None:
        """Show the solution of the exercise, once it is open."""
        self.carry_out(self.desk.open_solution(), "open the solution")

    def action_begin_anew(self) -> None:
        """Ask whether to begin the file of the exercise anew."""
        self.desk.ask_reset(lambda reset: self.carry_out(reset, "begin the exercise anew"))

    def action_filter(self) -> None:
        """Type a filter for the log."""
        self.action_write(f"/filter {self.pages.log_view.log_filter}".rstrip() + " ")

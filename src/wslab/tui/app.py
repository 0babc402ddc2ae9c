"""The app: what holds over all screens, how it opens, and the heartbeat.

It draws its first line before it loads what the lab is made of, which takes as long as starting Textual does.
So nothing that needs the network, the servers or the lab's own screens is imported at the top.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from wslab.i18n import LANGUAGES, N_, _, language, set_language
from wslab.lab.course import load_course
from wslab.tui.pacing import BEAT, Pacer
from wslab.tui.retranslate import retranslate
from wslab.tui.safe_text import visible
from wslab.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from wslab.lab.workbench import Workbench

FPS = 10
"""Repaints of the log a second, unless the command line says otherwise. Fits a slow SSH link."""


INTERRUPT_WITHIN = 3.0
"""Seconds in which the second ctrl+c must come."""
INTERNAL_ERROR = N_("internal error")
"""What a failure of the lab itself is called in the log."""


class UnknownTheme(ValueError):
    """There is no theme of that name."""


class LabApp(App[None]):
    """The terminal lab.

    Args:
        phase: number of the phase to open.
        lesson: id of the lesson to open; the first of the phase where None.
        url: what `c` connects to; the bundled server where None.
        fps: repaints of the log a second, at most.
        theme: name of a Textual theme.
        welcome: whether to greet a learner who is here for the first time.
        workbench: what it works on; one of its own where None.
        opened: called once the lab is on the screen.
        keep_language: remembers the language that the learner changed to, by its code.

    Raises:
        UnknownTheme: there is no such theme.
        ValueError: there is no such lesson, or the URL is none.
    """

    TITLE = "wslab"
    CSS = "#opening { dock: bottom; padding: 0 1; color: $text-muted; }"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", show=False, id="help-anywhere"),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True, id="interrupt"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="quit"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, id="suspend"),
        Binding("1", "phase(1)", "Basics", show=False, id="phase-1"),
        Binding("2", "phase(2)", "Protocols", show=False, id="phase-2"),
        Binding("3", "phase(3)", "Testing", show=False, id="phase-3"),
        Binding("4", "phase(4)", "Production", show=False, id="phase-4"),
    ]

    def __init__(
        self,
        *,
        phase: int = 1,
        lesson: str | None = None,
        url: str | None = None,
        fps: int = FPS,
        theme: str | None = None,
        welcome: bool = False,
        workbench: Workbench | None = None,
        opened: Callable[[], None] | None = None,
        keep_language: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        if theme is not None:
            if theme not in self.available_themes:
                raise UnknownTheme(
                    _("there is no theme {theme!r}; there are {themes}").format(
                        theme=theme, themes=", ".join(sorted(self.available_themes))
                    )
                )
            self.theme = theme
        self.course = load_course()
        try:
            self._lesson = self.course.lesson(lesson) if lesson else self.course.phases[0].lessons[0]
        except KeyError as error:
            raise ValueError(error.args[0]) from None
        self._workbench = workbench
        if url is not None:
            self.workbench.aim(url)
        self.pacer = Pacer(fps)
        self._phase = phase
        self._welcome = welcome
        self._opened = opened
        self._keep_language = keep_language
        self._held: list[events.Event] | None = []
        self._interrupted = False

    @property
    def workbench(self) -> Workbench:
        """What the lab works on."""
        if self._workbench is None:
            from wslab.lab.workbench import Workbench

            self._workbench = Workbench()
        return self._workbench

    def compose(self) -> ComposeResult:
        """Show who is here until the lab is loaded; it covers this then."""
        yield TopBar(self.course, self._phase)
        yield Static(_("opening the lab …"), id="opening")

    async def on_mount(self) -> None:
        """Open the lab; in a terminal when the first line is drawn."""
        asyncio.get_running_loop().set_exception_handler(self._report)
        if self.is_headless:
            await self._open()
        else:
            self.call_after_refresh(self._open)

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed while the lab is opened."""
        if self._held is None:
            await super().on_event(event)
        elif isinstance(event, events.Key | events.Paste):
            self._held.append(event)
        elif not isinstance(event, events.MouseEvent):
            await super().on_event(event)

    async def _open(self) -> None:
        from wslab.tui.screens.lab_screen import LabScreen

        self.lab_screen = LabScreen(self.workbench, self.course, self._lesson, self.pacer.rate)
        with self.batch_update():  # one repaint when all is there
            await self.push_screen(self.lab_screen)
        if self._phase != 1:
            self.call_after_refresh(self.action_phase, self._phase)
        if self._welcome:
            self.call_after_refresh(self._greet)
        self.set_interval(BEAT, self._beat)
        held, self._held = self._held or [], None
        for event in held:
            self.post_message(event)
        if self._opened is not None:
            self.call_after_refresh(self._opened)

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell of a failure that nobody waits for; Python itself would print it across the screen."""
        error = context.get("exception")
        text = f"{context['message']}: {type(error).__name__}: {error}" if error else context["message"]
        self.workbench.note(INTERNAL_ERROR, text)
        self.notify(visible(text), title=_(INTERNAL_ERROR), severity="error", timeout=15, markup=False)
        self.log.error(text, *(traceback.format_exception(error) if error else ()))

    def _greet(self) -> None:
        from wslab.tui.screens.welcome_screen import WelcomeScreen

        self.push_screen(WelcomeScreen(), self._greeted)

    def _greeted(self, key: str | None) -> None:
        if key:
            self.simulate_key(key)

    def _beat(self) -> None:
        if self.pacer.beat(self.workbench.clock.monotonic()):
            self.lab_screen.pages.log_view.fps = self.pacer.rate

    async def on_unmount(self) -> None:
        """Close the connection and stop the servers; the app ends when they are gone."""
        if self._workbench is not None:
            await self._workbench.close()

    def stop(self, code: int) -> None:
        """End the app because of a signal."""
        self.exit(return_code=code)

    def action_help(self) -> None:
        """Show keys and commands."""
        from wslab.tui.screens.help_screen import HelpScreen
        from wslab.tui.screens.lab_screen import LabScreen
        from wslab.tui.widgets.composer import Composer
        from wslab.tui.widgets.frame_log import FrameLog

        if not isinstance(self.screen, HelpScreen):
            places = (
                (_("Keys of the lab"), LabScreen),
                (_("In the log"), FrameLog),
                (_("In the line at the bottom"), Composer),
                (_("Everywhere"), LabApp),
            )
            self.push_screen(HelpScreen(places))

    def action_language(self) -> None:
        """Speak the next language, on everything that is on the screen, and remember it."""
        codes = list(LANGUAGES)
        code = codes[(codes.index(language()) + 1) % len(codes)]
        set_language(code)
        retranslate(self.lab_screen)
        if self._keep_language is not None:
            self._keep_language(code)

    def action_phase(self, number: int) -> None:
        """Go to a phase; of those to come, show what they will be about."""
        if number == 1:
            self.lab_screen.action_tab("lesson")
            self.lab_screen.show_lesson()
        else:
            self.lab_screen.show_phase(self.course.phases[number - 1])

    async def action_interrupt(self) -> None:
        """Copy what is selected, if anything is; leave at the second ctrl+c, for the first may be a slip."""
        if self._interrupted:
            self.exit(return_code=130)
            return
        told = _("press ctrl+c again to leave the lab")
        if text := self._selected_text():
            self.copy_to_clipboard(text)
            told = _("copied; press ctrl+c again to leave the lab")
        self._interrupted = True
        self.notify(told, timeout=INTERRUPT_WITHIN)
        self.set_timer(INTERRUPT_WITHIN, self._forget_interrupt)

    def _selected_text(self) -> str:
        from textual.widgets import Input

        if isinstance(self.focused, Input) and self.focused.selected_text:
            return self.focused.selected_text
        return self.screen.get_selected_text() or ""

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def action_command_palette(self) -> None:
        """Open the command palette, which asks in the language in use."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(id="--command-palette", placeholder=_("Search for commands…")))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer everything the lab can do in the command palette."""
        from wslab.tui.screens.lab_screen import LabScreen

        for command in super().get_system_commands(screen):
            yield command._replace(title=_(command.title), help=_(command.help))
        if not isinstance(screen, LabScreen):
            return
        for binding in Binding.make_bindings(LabScreen.BINDINGS):
            help_text = _(binding.tooltip or binding.description)
            yield SystemCommand(
                _(binding.description),
                f"{help_text} ({self.get_key_display(binding)})",
                lambda action=binding.action: screen.call_next(screen.run_action, action),
            )

"""The app: what holds over all screens, how it opens, and the heartbeat.

It draws its first line before it loads what the lab is made of, which takes as long as starting Textual does.
So nothing that needs the network, the servers or the lab's own screens is imported at the top.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Static

from wslab.i18n import LANGUAGES, N_, _, language, set_language
from wslab.lab import wide_wrap
from wslab.lab.course_files import load_course
from wslab.tui.pacing import BEAT, Pacer
from wslab.tui.retranslate import retranslate
from wslab.tui.safe_text import visible
from wslab.tui.terminal_size import as_it_is
from wslab.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from wslab.lab.learners import Learners
    from wslab.lab.sources import Sources
    from wslab.lab.workbench import Workbench

FPS = 10
"""Repaints of the log a second, unless the command line says otherwise. Fits a slow SSH link."""


INTERRUPT_WITHIN = 3.0
"""Seconds in which the second ctrl+c must come."""
KEY_TAKES = 1.0
"""Seconds without a step of a key on its way after which the next no longer waits: it was lost there."""
INTERNAL_ERROR = N_("internal error")
"""What a failure of the lab itself is called in the log."""


class UnknownTheme(ValueError):
    """There is no theme of that name."""


class LabApp(App[None]):
    """The terminal lab.

    Args:
        phase: number of the phase to open.
        lesson: full id of the lesson to open; the one to go on with where None.
        url: what `c` connects to; the bundled server where None.
        fps: repaints of the log a second, at most.
        theme: name of a Textual theme.
        welcome: whether to greet a learner who is here for the first time.
        workbench: what it works on; one of its own where None.
        sources: what is learned; where None the bundled course, and the packs that were agreed to before.
        seed: number that the values of lessons are made of; chance where None.
        opened: called once the lab is on the screen.

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
        sources: Sources | None = None,
        seed: int | None = None,
        opened: Callable[[], None] | None = None,
    ) -> None:
        wide_wrap.install()
        super().__init__()
        if theme is not None:
            if theme not in self.available_themes:
                raise UnknownTheme(
                    _("there is no theme {theme!r}; there are {themes}").format(
                        theme=theme, themes=", ".join(sorted(self.available_themes))
                    )
                )
            self.theme = theme
        self.course = load_course() if sources is None else sources.main.course
        if lesson is not None:
            find: Callable[[str], object] = self.course.lesson if sources is None else sources.find
            try:
                find(lesson)
            except KeyError as error:
                raise ValueError(error.args[0]) from None
        self._lesson = lesson
        self._sources = sources
        self._workbench = workbench
        if url is not None:
            self.workbench.aim(url)
        self.pacer = Pacer(fps)
        self._phase = phase
        self._welcome = welcome
        self._seed = seed
        self._opened = opened
        self._learners: Learners | None = None
        self._held: list[events.Event] | None = []
        self._typed: deque[events.Key | events.Paste] = deque()
        self._key_under_way: asyncio.TimerHandle | None = None
        self._keys = 0
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
        yield TopBar(self.course, self.course.phases[self._phase - 1])
        yield Static(_("opening the lab …"), id="opening")

    async def on_mount(self) -> None:
        """Open the lab; in a terminal when the first line is drawn."""
        asyncio.get_running_loop().set_exception_handler(self._report)
        if self.is_headless:
            await self._open()
        else:
            self.call_after_refresh(self._open)

    async def on_event(self, event: events.Event) -> None:
        """Keep what is typed while the lab is opened, and keys in their order from then on."""
        if isinstance(event, events.Resize):
            event = as_it_is(event, self._driver)
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if isinstance(event, events.Key | events.Paste) and not self._answers:
            return
        if self._held is not None:
            if typed:
                self._held.append(event)
            elif not isinstance(event, events.MouseEvent):
                await super().on_event(event)
        elif isinstance(event, events.Key | events.Paste) and typed:
            self._typed.append(event)
            if self._key_under_way is None:
                await self._take_keys()
        else:
            await super().on_event(event)

    @property
    def _answers(self) -> bool:
        """Whether anything is left to answer a key: screens are taken apart before the app ends."""
        return bool(self.screen_stack) and self.screen.is_attached

    # A letter has its effect where it arrives, but a key such as Enter climbs from widget to widget before it
    # has one, and what it does may move the focus. Keys that come in one packet, as they do over a slow link,
    # would overtake it: two lines would be sent as one, and letters would go where they mean something else.

    async def _take_keys(self) -> None:
        while self._typed and self._key_under_way is None and self._answers:
            event = self._typed.popleft()
            focused = self.focused or self.screen
            letter = isinstance(event, events.Paste) or focused.check_consume_key(event.key, event.character)
            await super().on_event(event)
            if not letter:
                self._keys += 1
                climb = (*focused.ancestors_with_self, self)
                # The second time round for the messages with which widgets answer the key.
                self._climb((*climb, *climb), self._keys)

    def _climb(self, path: Sequence[MessagePump], key: int) -> None:
        """Go where a key goes, behind it."""
        if key != self._keys:
            return
        if self._key_under_way is not None:
            self._key_under_way.cancel()
        # Each step has its time: on a busy machine the whole way may take seconds.
        self._key_under_way = asyncio.get_running_loop().call_later(
            KEY_TAKES, self.call_later, self._key_done, key
        )
        for place, node in enumerate(path, start=1):
            if node.call_later(self._climb, path[place:], key):
                return  # A node that is being closed takes no callback.
        self.call_later(self._key_done, key)

    async def _key_done(self, key: int) -> None:
        if key == self._keys and self._key_under_way is not None:
            self._key_under_way.cancel()
            self._key_under_way = None
            await self._take_keys()

    async def _open(self) -> None:
        from wslab.lab.learners import Learners
        from wslab.lab.lesson_run import Seed
        from wslab.lab.sources import agreed_sources
        from wslab.lab.state import state_folder
        from wslab.tui.screens.lab_screen import LabScreen

        seed = None if self._seed is None else Seed(self._seed)
        # In a thread: what was agreed to is held against what is there, which takes a while for a large pack.
        sources = self._sources
        if sources is None:
            sources = await asyncio.to_thread(agreed_sources, self.course, state_folder())
        learners = self._learners = Learners(
            sources, state_folder(), self.workbench.clock, seed=seed, report=self._report_lab_error
        )
        lesson = learners.here.lesson
        if self._lesson is not None:
            learner, lesson = learners.find(self._lesson)
            learners.move(learner)
        self.lab_screen = LabScreen(self.workbench, learners, lesson, self.pacer.rate)
        with self.batch_update():  # one repaint when all is there
            await self.push_screen(self.lab_screen)
        if self._phase != 1:
            self.call_after_refresh(self.action_phase, self._phase)
        if self._welcome:
            self.call_after_refresh(self._greet)
        if sources.left_out:
            told = "\n".join(map(visible, sources.left_out.values()))
            self.notify(told, severity="warning", timeout=10, markup=False)
        self.set_interval(BEAT, self._beat)
        held, self._held = self._held or [], None
        for event in held:
            self.post_message(event)
        if self._opened is not None:
            self.call_after_refresh(self._opened)

    def on_notify(self) -> None:
        """Take back what was said before: a pile of it would cover the log."""
        self.clear_notifications()
        # Textual leaves what held a message, which would push the next one down by a row.
        for screen in self.screen_stack[-1:]:
            screen.query("ToastHolder").remove()

    def _report(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell of a failure that nobody waits for; Python itself would print it across the screen."""
        error = context.get("exception")
        text = f"{context['message']}: {type(error).__name__}: {error}" if error else context["message"]
        self.workbench.note(INTERNAL_ERROR, text)
        self.notify(visible(text), title=_(INTERNAL_ERROR), severity="error", timeout=15, markup=False)
        self.log.error(text, *(traceback.format_exception(error) if error else ()))

    def _report_lab_error(self, error: Exception) -> None:
        """Tell of a failure of the lab that was caught, so that it broke nothing else."""
        self._report(asyncio.get_running_loop(), {"message": "lesson", "exception": error})

    def _greet(self) -> None:
        from wslab.tui.screens.welcome_screen import WelcomeScreen

        self.push_screen(WelcomeScreen(), self._greeted)

    def _greeted(self, key: str | None) -> None:
        if key:
            self.simulate_key(key)

    def _beat(self) -> None:
        if self.pacer.beat(self.workbench.clock.monotonic(), time.thread_time()):
            self.lab_screen.pages.log_view.fps = self.pacer.rate

    async def on_unmount(self) -> None:
        """Close the connection and stop the servers; the app ends when they are gone."""
        if self._learners is not None:
            await self._learners.close()
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
            places = [
                (_("Keys of the lab"), LabScreen.BINDINGS),
                (_("In the log"), FrameLog.BINDINGS),
                (_("In the line at the bottom"), Composer.BINDINGS),
                (_("Everywhere"), LabApp.BINDINGS),
            ]
            panel = self.lab_screen.pages.client.panel
            if panel is not None:
                protocol = self.lab_screen.side.protocol
                places.insert(
                    1, (_("With the controls of {protocol}").format(protocol=_(protocol.title)), panel.keys())
                )
            self.push_screen(HelpScreen(places))

    def action_language(self) -> None:
        """Speak the next language, on everything that is on the screen, and remember it."""
        codes = list(LANGUAGES)
        code = codes[(codes.index(language()) + 1) % len(codes)]
        set_language(code)
        retranslate(self.lab_screen)
        if self._learners is not None:
            learner = self._learners.main
            learner.keep(lambda: learner.store.set_language(code))

    def action_phase(self, number: int) -> None:
        """Go on in a phase of the course; of those to come, show what they will be about."""
        self.lab_screen.open_phase(number)

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
        from textual.widgets import Input, TextArea

        if isinstance(self.focused, Input | TextArea) and self.focused.selected_text:
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

"""A small app that holds the panel of the binary protocol and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

from textual import events
from textual.app import App, ComposeResult
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from tests.support.binary_study import BinaryStudy
from tests.support.waiting import until
from wslab.i18n import spoken
from wslab.lab.binary.client import BinaryClient
from wslab.lab.system_errors import told
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn
from wslab.tui.binary.field_row import FieldRow
from wslab.tui.binary.panel import BinaryPanel
from wslab.tui.pictures import screen_text
from wslab.tui.retranslate import retranslate
from wslab.wire.clock import Clock


class PanelApp(App[None]):
    """The panel, as the lab holds it."""

    def __init__(self, client: BinaryClient) -> None:
        super().__init__()
        self.client = client
        self.animation_level = "none"  # no test looks at what is on its way
        self.said: list[str] = []
        """What was said in passing, errors included."""
        self.panel = BinaryPanel(client, self.said.append, self.carry_out, id="panel")

    def compose(self) -> ComposeResult:
        """Make the panel."""
        yield self.panel

    def on_mount(self) -> None:
        """Keep the panel true, some times a second."""
        self.set_interval(0.05, self.panel.refresh_shown)

    def carry_out(self, action: Coroutine[object, object, None], what: str) -> None:
        """Run an action; what goes wrong is said."""
        spawn(self._carry_out(action), what)

    async def _carry_out(self, action: Coroutine[object, object, None]) -> None:
        try:
            await action
        except (NotOpen, ValueError, OSError) as error:
            self.said.append(spoken(told(error)))


class Panel:
    """The running app, and what a learner does and sees."""

    def __init__(self, app: PanelApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.client = app.client

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return screen_text(self.app)

    @property
    def focus(self) -> str:
        """Id of what has the keyboard, or of the row that it stands in."""
        focused = self.app.focused
        if focused is None:
            return ""
        return focused.id or (focused.parent.id if focused.parent is not None else None) or ""

    async def press(self, *keys: str) -> None:
        """Press keys, each when everything has heard of the one before."""
        for name in keys:
            self.app.post_message(events.Key(name, name if len(name) == 1 else None))
            await self.settle()

    async def type(self, text: str) -> None:
        """Put a text in place of what stands in the line that has the keyboard."""
        await self.press("end", "ctrl+u")
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Let what has the keyboard, and everything that it is in, work off what it has heard of.

        The pilot's own `pause` asks every widget there is, which takes long: there are many here.
        """
        await _heard(self.app)
        await _heard(self.app.screen)
        for node in list((self.app.focused or self.app.screen).ancestors_with_self):
            for _ in range(2):
                await _heard(node)

    async def go(self, name: str) -> None:
        """Go to a control. A test of its own sees that the tab key leads to each."""
        control = self.app.panel.query_one(f"#{name}")
        if isinstance(control, FieldRow):
            control = control.line
        control.focus()
        await self.settle()
        assert self.focus == name

    async def until(self, condition: object, what: str) -> None:
        """Wait for something; a failure tells what was on the screen."""
        assert callable(condition)
        try:
            await until(condition, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; said {self.app.said}; the screen:\n{self.screen}") from None

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""
        for text in texts:
            await self.until(lambda text=text: text in self.screen, repr(text))  # type: ignore[misc]

    def speak(self) -> None:
        """Say everything in the language that is in use now."""
        retranslate(self.app.screen)


async def _heard(pump: MessagePump) -> None:
    """Wait until a widget has worked off what it has heard of by now."""
    done = asyncio.Event()
    pump.call_later(done.set)
    await done.wait()


class _Nowhere:
    """A connection that takes everything and answers nothing."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def send(self, data: bytes) -> None:
        self.sent.append(data)


@asynccontextmanager
async def panel(
    client: BinaryClient | BinaryStudy | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[Panel]:
    """Run the panel; over a connection that answers nothing where there is no other."""
    if client is None:
        client = BinaryClient(_Nowhere().send, Clock())
        client.opened("v2.binary.wslab")
    elif isinstance(client, BinaryStudy):
        client = client.client
    app = PanelApp(client)
    async with app.run_test(size=size) as pilot:
        shown = Panel(app, pilot)
        await shown.settle()
        yield shown

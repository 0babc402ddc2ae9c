"""A small app that holds only the MQTT panel, with whatever client it is given."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

from textual import events
from textual.app import App, ComposeResult
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.support.recorder import Recorder
from tests.support.waiting import until
from wslab.i18n import spoken
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.mqtt.client import MqttClient
from wslab.lab.mqtt.options import MqttOptions
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn
from wslab.tui.mqtt.controls import Entry
from wslab.tui.mqtt.panel import MqttPanel
from wslab.tui.pictures import screen_text
from wslab.wire.clock import Clock

SMALL, LARGE = (76, 14), (92, 14)
"""The room that the panel has on a screen of 80x24 and of 120x36."""


class PanelApp(App[None]):
    """Says what went wrong in `errors`, as the lab's screen does in passing."""

    def __init__(
        self, options: MqttOptions | None = None, reach: Callable[[str], Awaitable[str]] | None = None
    ) -> None:
        super().__init__()
        self.log_of_events = Recorder()
        self.client = MqttClient(Clock(), self.log_of_events, itertools.count(1), names=lambda: "witness")
        self.said: list[str] = []
        self.errors: list[str] = []
        self.panel = MqttPanel(self.client, self.said.append, self.carry_out, options=options, reach=reach)

    def compose(self) -> ComposeResult:
        yield self.panel

    def carry_out(self, action: Coroutine[object, object, None], what: str) -> None:
        spawn(self._carry_out(action), what)

    async def _carry_out(self, action: Coroutine[object, object, None]) -> None:
        try:
            await action
        except (WorkbenchError, NotOpen, ValueError, OSError) as error:
            self.errors.append(spoken(str(error)))


class Panel:
    """The app while it runs, with what a learner does and sees."""

    def __init__(self, app: PanelApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.client = app, pilot, app.client

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return screen_text(self.app)

    @property
    def focus(self) -> str:
        """Id of what has the keyboard."""
        return (self.app.focused.id or "") if self.app.focused else ""

    async def press(self, *keys: str) -> None:
        """Press keys, each when everything has heard of the one before.

        The pilot's own `press` waits until the process is idle, which takes seconds on a busy machine.
        """
        for name in keys:
            key = name if len(name) > 1 or name.isalnum() else _character_to_key(name)
            self.app.post_message(events.Key(key, name if len(name) == 1 else None))
            # What the app hears goes on to what has the keyboard, and from there to its screen.
            for _ in range(2):
                await self.pilot.pause(0)

    async def go_to(self, name: str) -> None:
        """Give a control the keyboard; that tab does so too is a test of its own."""
        self.app.query_one(f"#{name}").focus()
        await self.pilot.pause(0)
        assert self.focus == name, f"{name} cannot have the keyboard; the screen:\n{self.screen}"

    async def write(self, name: str, text: str) -> None:
        """Go to an entry and put a text in place of what is in it, of which the last character is typed."""
        await self.go_to(name)
        self.app.query_one(f"#{name}", Entry).value = text[:-1]
        await self.press("end", text[-1])

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""
        for text in texts:
            await self.until(lambda text=text: text in self.screen, repr(text))  # type: ignore[misc]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something; a failure tells what was on the screen."""
        try:
            await until(condition, what)
        except AssertionError as error:
            raise AssertionError(
                f"{error}; said {self.app.said}; errors {self.app.errors}; focus {self.focus}; the screen:\n{self.screen}"
            ) from None


@asynccontextmanager
async def a_panel(
    options: MqttOptions | None = None,
    size: tuple[int, int] = SMALL,
    reach: Callable[[str], Awaitable[str]] | None = None,
) -> AsyncGenerator[Panel]:
    """Run the panel for the length of the block."""
    app = PanelApp(options, reach)
    app.animation_level = "none"
    # Debugging asyncio makes each of an app's thousand callbacks ten times as slow.
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        try:
            yield Panel(app, pilot)
        finally:
            await app.client.close()

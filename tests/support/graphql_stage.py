"""A small app that holds the GraphQL panel alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager

from textual import events
from textual.app import App, ComposeResult
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Footer

from tests.support.lab_app import CHARACTERS
from tests.support.waiting import until
from wslab.i18n import spoken
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.graphql.client import GraphqlClient
from wslab.lab.system_errors import told
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn
from wslab.tui.graphql.panel import GraphqlPanel
from wslab.tui.pictures import screen_text


class GraphqlStage(App[None]):
    """The panel, and what it has said."""

    CSS = "GraphqlPanel { height: 14; width: 100%; padding: 0 2; }"

    def __init__(self, client: GraphqlClient, footer: bool) -> None:
        super().__init__()
        self.client = client
        self._footer = footer
        self.said: list[str] = []
        self.panel = GraphqlPanel(client, self.said.append, self.carry_out, id="pane-client")

    def compose(self) -> ComposeResult:
        yield self.panel
        if self._footer:
            yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.client.listen(lambda: self.call_later(self.panel.refresh_shown))

    def carry_out(self, action: Coroutine[object, object, None], what: str) -> None:
        spawn(self._carry_out(action), what)

    async def _carry_out(self, action: Coroutine[object, object, None]) -> None:
        try:
            await action
        except (WorkbenchError, NotOpen, ValueError, OSError) as error:
            self.said.append(spoken(told(error)))


class Stage:
    """The running app, what a learner does with it and sees."""

    def __init__(self, app: GraphqlStage, pilot: Pilot[None]) -> None:
        self.app = app
        self.panel = app.panel
        self._pilot = pilot

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return screen_text(self.app)

    @property
    def focus(self) -> str:
        """Id of what has the keyboard."""
        return "" if self.app.focused is None else self.app.focused.id or ""

    async def press(self, *keys: str) -> None:
        """Press keys, each when everything has heard of the one before."""
        for name in keys:
            key = name if len(name) > 1 or name.isalnum() else _character_to_key(name)
            self.app.post_message(events.Key(key, name if len(name) == 1 else CHARACTERS.get(name)))
            for _ in range(2):
                await self._pilot.pause(0)

    async def tab_to(self, name: str) -> None:
        """Go to a control with the tab key alone."""
        for _ in range(20):
            if self.focus == f"graphql-{name}":
                return
            await self.press("tab")
        raise AssertionError(f"tab does not lead to {name}; the keyboard is at {self.focus!r}")

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""
        for text in texts:
            await self.until(lambda text=text: text in self.screen, repr(text))  # type: ignore[misc]

    async def hears(self, text: str) -> None:
        """Wait until something is said."""
        await self.until(lambda: any(text in said for said in self.app.said), f"{text!r} to be said")

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something; a failure tells what was on the screen."""
        try:
            await until(condition, what)
        except AssertionError as error:
            raise AssertionError(
                f"{error}; focus {self.focus!r}; said {self.app.said}:\n{self.screen}"
            ) from None


@asynccontextmanager
async def a_stage(
    client: GraphqlClient, size: tuple[int, int] = (80, 24), *, footer: bool = False
) -> AsyncGenerator[Stage]:
    """Run the app for the length of the block.

    Args:
        client: what the panel works on.
        size: columns and rows.
        footer: whether the keys are shown, which takes as long as everything else.
    """
    app = GraphqlStage(client, footer)
    app.animation_level = "none"
    # Debugging asyncio makes each of an app's thousand callbacks ten times as slow.
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Stage(app, pilot)

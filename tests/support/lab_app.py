"""The whole app without a terminal, with real servers or with a conversation that is played to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.support.bench import check_at_rest, new_bench, of
from tests.support.waiting import until
from wslab.lab.workbench import Workbench
from wslab.tui.app import INTERNAL_ERROR, LabApp
from wslab.tui.pictures import screen_text
from wslab.tui.widgets.composer import Composer
from wslab.wire.events import Phase, Ui

SIZES = [(80, 24), (120, 36), (200, 60)]
CHARACTERS = {"space": " ", "question_mark": "?", "slash": "/", "tab": "\t"} | {
    "left_square_bracket": "[", "right_square_bracket": "]"
}  # fmt: skip
"""What keys with a name write."""
WIDE = (120, 36)
NARROW = (80, 24)


class Lab:
    """A running app with a pilot, and what a learner does and sees."""

    def __init__(self, app: LabApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.bench = app.workbench

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return screen_text(self.app)

    @property
    def focus(self) -> str:
        """Id of what has the keyboard, with those of what it is in."""
        focused = self.app.focused
        return "" if focused is None else " ".join(node.id for node in focused.ancestors_with_self if node.id)

    @property
    def toasts(self) -> list[str]:
        """What was said in passing and is still shown."""
        return [notification.message for notification in self.app._notifications]

    @property
    def errors(self) -> list[str]:
        """What was said to have gone wrong."""
        return [each.message for each in self.app._notifications if each.severity == "error"]

    async def press(self, *keys: str) -> None:
        """Press keys, each when everything has heard of the one before.

        The pilot's own `press` waits until the process is idle, which takes seconds on a busy machine.
        """
        for name in keys:
            key = name if len(name) > 1 or name.isalnum() else _character_to_key(name)
            character = name if len(name) == 1 else CHARACTERS.get(name)
            self.app.post_message(events.Key(key, character))
            await self.settle()

    async def settle(self) -> None:
        """Let everything on the screen work off what it has heard of."""
        # What the app hears goes on to what has the keyboard, and from there to its screen.
        for _ in range(2):
            if not self.app._exit:
                await self.pilot.pause(0)

    async def leave_line(self) -> None:
        """Leave the line at the bottom or another field, so that letters are keys."""
        await self.press("escape")
        await until(
            lambda: (focused := self.app.focused) and not focused.check_consume_key("i", "i"),
            "letters to be keys",
        )

    async def line(self, text: str) -> None:
        """Go to the line at the bottom, put a text there in place of what is in it, and send it."""
        if "composer" not in self.focus:
            await self.press("i")
            await self.until(lambda: "composer" in self.focus, "the line at the bottom")
        composer = self.app.lab_screen.query_one(Composer)
        composer.value = text
        await self.press("enter")
        # A key that has to wait for another would send the next line in place of this one.
        await self.until(lambda: not composer.value, f"{text!r} to be sent")

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows texts."""
        for text in texts:
            await self.until(lambda text=text: text in self.screen, repr(text))  # type: ignore[misc]

    async def until(self, condition: Callable[[], object], what: str, timeout: float = 10) -> None:
        """Wait for something, as `until` does; a failure tells what was on the screen."""
        try:
            await until(condition, what, timeout)
        except AssertionError as error:
            raise AssertionError(
                f"{error}; {self.bench.view}; focus {self.focus!r}; toasts {self.toasts}; the screen:\n{self.screen}"
            ) from None

    async def phase(self, phase: Phase) -> None:
        """Wait for a state of the connection."""
        await self.until(lambda: self.bench.view.phase is phase, str(phase))

    async def told(self, *texts: str) -> str:
        """Wait for an error that holds all the texts, and return it."""
        await until(
            lambda: any(all(text in error for text in texts) for error in self.errors),
            f"an error with {texts}, not {self.toasts}",
        )
        return self.errors[-1]

    async def connected(self) -> None:
        """Connect with the key for it."""
        await self.leave_line()
        await self.press("c")
        await self.phase(Phase.OPEN)
        await until(lambda: "composer" in self.focus, "the line at the bottom to have the keyboard")


@asynccontextmanager
async def a_lab(
    size: tuple[int, int] = WIDE, *, bench: Workbench | None = None, **options: Any
) -> AsyncGenerator[Lab]:
    """Run the app for the length of the block, and see that it ends well.

    Args:
        size: columns and rows.
        bench: what it works on; one with real servers on free ports where None.
        options: of the app.
    """
    app = LabApp(workbench=bench or new_bench(), **options)
    app.animation_level = "none"
    # Debugging asyncio makes each of an app's thousand callbacks ten times as slow.
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Lab(app, pilot)
    failures = [note.detail for note in of(app.workbench, Ui) if note.action == INTERNAL_ERROR]
    assert not failures, failures
    if bench is None:
        check_at_rest(app.workbench)

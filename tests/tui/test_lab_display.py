"""What the lab's screen shows of the connection: at once where the state changes, else several times a second."""

from __future__ import annotations

import pytest

from tests.support.lab_app import NARROW, WIDE, a_lab
from wslab.wire.events import Phase


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_client_tab_shows_what_was_agreed_on(size: tuple[int, int]) -> None:
    async with a_lab(size) as lab:
        await lab.leave_line()
        await lab.press("f9")
        await lab.sees("next connect", "Nothing but WebSocket")
        await lab.press("right")
        await lab.sees("graphql:/graphql", "offers graphql-transport-ws, graphql-ws")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        await lab.press("escape", "f9")
        await lab.sees("graphql-transport-ws; offered: graphql-transport-ws, graphql-ws", "graphql ●")


async def test_a_lesson_is_done_by_hand() -> None:
    async with a_lab() as lab:
        await lab.leave_line()
        await lab.press("f9", "right", "right")
        await lab.sees("mqtt:/mqtt")
        await lab.press("right_square_bracket")
        await lab.until(lambda: lab.bench.target == "/echo", "the target of the lesson")
        assert lab.bench.settings.subprotocols == ()
        await lab.press("f9")
        await lab.sees("next connect  /echo", "Nothing but WebSocket")


async def test_the_state_is_shown_when_it_changes() -> None:
    async with a_lab() as lab:
        await lab.connected()
        assert "● OPEN" in lab.screen

"""The Handshake tab."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from wslab.tui.widgets.handshake_text import NOTHING
from wslab.tui.widgets.handshake_view import HandshakeView
from wslab.wire.events import Direction, Http
from wslab.wire.handshake import examine

REQUEST = Http(
    1, 0.0, 0.0, 1, Direction.C2S, "GET / HTTP/1.1",
    (
        ("Host", "lab"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
        ("X-Markup", "[red]x[/]"),
    ),
    200, (),
)  # fmt: skip
RESPONSE = Http(
    2, 0.0, 0.0, 1, Direction.S2C, "HTTP/1.1 101 Switching Protocols",
    (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ),
    120, (),
)  # fmt: skip


class HandshakeApp(App[None]):
    """An app of one Handshake tab."""

    def compose(self) -> ComposeResult:
        """Make the tab."""
        yield HandshakeView(id="handshake")

    @property
    def text(self) -> str:
        """What the tab shows."""
        return str(self.query_one("#handshake > Static", Static).render())


@pytest.mark.parametrize("size", [(78, 12), (100, 20), (180, 40)])
async def test_it_grows_with_the_handshake(size: tuple[int, int]) -> None:
    app = HandshakeApp()
    async with app.run_test(size=size) as pilot:
        view = app.query_one(HandshakeView)
        assert " ".join(app.text.split()) == NOTHING
        view.show(None, REQUEST, None, None)
        await pilot.pause()
        assert "The answer has not come yet" in app.text
        assert "X-Markup: [red]x[/]" in app.text
        view.show(examine(REQUEST, RESPONSE), REQUEST, RESPONSE, None)
        await pilot.pause()
        assert app.text.startswith("✓ 101 Switching Protocols: the handshake succeeded")
        assert "✓ the same" in app.text
        assert view.query_one(Static).size.height == len(app.text.splitlines())


async def test_an_equal_handshake_keeps_the_place() -> None:
    app = HandshakeApp()
    async with app.run_test(size=(78, 12)) as pilot:
        view = app.query_one(HandshakeView)
        view.show(examine(REQUEST, RESPONSE), REQUEST, RESPONSE, None)
        await pilot.pause()
        view.scroll_to(y=4, animate=False)
        await pilot.pause()
        view.show(examine(REQUEST, RESPONSE), REQUEST, RESPONSE, None)
        await pilot.pause()
        assert view.scroll_offset.y == 4
        view.show(None, None, None, None)
        await pilot.pause()
        assert view.scroll_offset.y == 0
        assert " ".join(app.text.split()) == NOTHING

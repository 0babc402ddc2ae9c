"""The panel as a whole: its pages, what is reachable, and what it costs while nothing changes."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.errors import NoWidget

from tests.support.binary_panel import panel
from wslab.i18n import set_language
from wslab.lab.binary.draft import example
from wslab.tui.binary.message_page import MessagePage
from wslab.tui.binary.panel import BinaryPanel
from wslab.tui.keys import LAB_KEYS
from wslab.wire.labproto.bodies import Sample
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import Type


def in_view(app: App[None]) -> bool:
    """Whether what has the keyboard can be seen."""
    assert app.focused is not None
    try:
        return bool(app.screen.find_widget(app.focused).visible_region.area)
    except NoWidget:
        return False  # It is new, and has no place yet.


@pytest.mark.parametrize(
    ("size", "language", "pages"),
    [((78, 14), "ja", ("message", "file", "history")), ((92, 14), "en", ("message",))],
)
async def test_every_control_is_in_view_when_it_has_the_keyboard(
    size: tuple[int, int], language: str, pages: tuple[str, ...]
) -> None:
    set_language(language)
    async with panel(size=size) as shown:
        for page in pages:
            seen: set[str] = set()
            for _ in range(40):
                await shown.press("tab")
                focused = shown.app.focused
                assert focused is not None
                if shown.focus in seen:
                    break
                seen.add(shown.focus)
                region, room = focused.region, shown.app.screen.region
                assert room.contains_region(region), (shown.focus, region)
                await shown.until(lambda: in_view(shown.app), shown.focus)
            assert "binary-tabs" in seen
            assert len(seen) >= {"message": 15, "file": 7, "history": 2}[page], seen
            await shown.press("ctrl+t")


async def test_its_pages_the_history_and_what_it_costs_while_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with panel() as shown:
        await shown.client.send(example(Type.SAMPLE))
        await shown.press("ctrl+t", "ctrl+t")
        await shown.until(lambda: shown.focus == "history", "the last page")
        await shown.sees("> SAMPLE #1, 32 bytes", "connected, with v2.binary.wslab", "> 1 (32 B)")
        for number in range(3):
            shown.client.received(encode(Sample(42, 0, 0, 20.5 + number), sequence=number))
        await shown.sees("value 22.5", "samples 3")
        await shown.press("ctrl+t")
        await shown.sees("ACK_WANTED")
        calls: list[int] = []
        monkeypatch.setattr(MessagePage, "_show", lambda _self: calls.append(1))
        for _ in range(10):
            shown.app.panel.refresh_shown()
        assert calls == []
        shown.client.received("text")
        shown.app.panel.refresh_shown()
        shown.app.panel.refresh_shown()
        assert calls == [1]


def test_its_key_is_none_of_the_labs() -> None:
    keys = {key for binding in LAB_KEYS for key in binding.key.split(",")}
    own = {binding.key for binding in BinaryPanel.BINDINGS}  # type: ignore[union-attr]
    assert own == {"ctrl+t"}
    assert not own & keys

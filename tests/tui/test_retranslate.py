"""The language of everything on the screen changes in place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets._select import SelectOverlay

from tests.support.demo import Demo
from tests.support.lab_app import NARROW, WIDE, Lab, a_lab
from tests.support.waiting import until
from wslab.i18n import SOURCE, language, set_language
from wslab.lab.progress import ProgressStore
from wslab.lab.state import state_folder
from wslab.tui.app import LabApp
from wslab.tui.retranslate import TEXTUAL
from wslab.wire.events import Phase


@pytest.fixture(autouse=True)
def _back_to_the_source() -> Iterator[None]:
    yield
    set_language(SOURCE)


def a_demo() -> Demo:
    demo = Demo()
    demo.opened().talked()
    return demo


async def at_rest(lab: Lab) -> None:
    """Wait until the screen stays as it is: what is coloured in a thread comes later."""
    seen = [""]

    def unchanged() -> bool:
        seen.append(lab.screen)
        return len(set(seen[-20:])) == 1

    await until(unchanged, "the screen to stay as it is")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("tab", ["f3", "f4", "f5", "f6", "f7", "f8"])
async def test_there_and_back_is_the_same_screen(tab: str, size: tuple[int, int]) -> None:
    async with a_lab(size, bench=a_demo().bench) as lab:
        await lab.press("f7", "up", "up", "up", tab, "pagedown")
        lab.app.lab_screen.shown.show_statistics()
        if tab == "f5":
            # Coloured in a thread, which may take its time.
            await lab.until(
                lambda: any(word in lab.screen for word in ("await", "import", "def ")), "the code"
            )
        await at_rest(lab)
        before, focus = lab.screen, lab.focus
        offsets = {node: node.scroll_offset for node in lab.app.lab_screen.walk_children(Widget)}
        await lab.press("L")
        await lab.sees(
            "メッセージを書いて", "ハンドシェイク", "? ヘルプ", "送信" if size == WIDE else "テキスト"
        )
        for text in ("Handshake", "Filter", "following", "paused", "type a message"):
            assert text not in lab.screen
        # Some are made anew, such as the keys at the bottom; none of these has a place to stay at.
        moved = [
            node for node, offset in offsets.items() if node.is_attached and node.scroll_offset != offset
        ]
        assert moved == []
        assert all(node.is_attached for node, offset in offsets.items() if offset)
        assert lab.focus == focus
        await lab.press("L")
        await lab.sees("type a message", "? Help")
        await until(lambda: lab.screen == before, f"the screen as it was:\n{before}")
        assert lab.focus == focus


async def test_the_connection_and_the_position_stay_and_the_choice_is_kept() -> None:
    demo = a_demo()
    async with a_lab(WIDE, bench=demo.bench) as lab:
        await lab.press("up", "up", "enter")
        view, total = lab.bench.view, lab.bench.journal.total
        log = lab.app.lab_screen.pages.log_view
        current = log.current
        await lab.press("L")
        await until(lambda: language() == "ja", "the other language")
        assert (lab.bench.view, lab.bench.journal.total) == (view, total)
        assert view.phase is Phase.OPEN
        assert log.current is current
        assert not log.following
    assert ProgressStore(state_folder()).load().lang == "ja"


async def test_the_palette_speaks_the_language_too() -> None:
    async with a_lab(WIDE, bench=a_demo().bench) as lab:
        await lab.press("L", "ctrl+p")
        await lab.sees("コマンドを検索")
        lab.app.screen.query_one(Input).value = "テーマ"
        await lab.sees("テーマを変える")


async def test_what_textual_offers_is_listed_word_for_word() -> None:
    async with a_lab(WIDE, bench=a_demo().bench) as lab:
        offered = list(super(LabApp, lab.app).get_system_commands(lab.app.screen))
        assert {text for command in offered for text in (command.title, command.help)} <= set(TEXTUAL)


def test_what_an_open_list_offers_in_the_footer_can_be_translated() -> None:
    offered = Binding.make_bindings(SelectOverlay.BINDINGS)
    assert {binding.description for binding in offered if binding.show} <= set(TEXTUAL)

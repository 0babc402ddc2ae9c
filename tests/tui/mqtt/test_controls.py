"""Buttons, ticks, choices and entries by keyboard."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from wslab.tui.keys import LAB_KEYS
from wslab.tui.mqtt.controls import Act, Caption, Choice, Control, Entry, Tick
from wslab.tui.pictures import screen_text


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.worked: list[str] = []

    def compose(self) -> ComposeResult:
        yield Caption("what")
        yield Entry("entry", "text", invitation="write here", cells=20)
        yield Act("Do it", "act")
        yield Tick("really", "tick")
        yield Choice("choice", [("one", 1), ("two", 2), ("three", 3)], 2)

    @on(Control.Worked)
    def note(self, event: Control.Worked) -> None:
        assert event.control is event.sender
        self.worked.append(event.sender.id or "")


async def test_enter_works_them() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        app.query_one("#act").focus()
        await pilot.press("enter", "tab", "enter", "tab", "enter")
        assert app.worked == ["act", "tick", "choice"]
        assert app.query_one(Tick).value
        assert app.query_one(Choice).value == 3
        await pilot.pause()
        assert "[ Do it ]" in screen_text(app)
        assert "[x] really" in screen_text(app)
        assert "‹ three ›" in screen_text(app)
        await pilot.press("right", "left", "left")
        assert app.query_one(Choice).value == 2


async def test_a_click_works_them() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.click("#tick")
        assert app.query_one(Tick).value


async def test_letters_belong_to_an_entry() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        entry = app.query_one(Entry)
        entry.focus()
        await pilot.press("end", "c", "slash", "space", "d")
        assert entry.value == "textc/ d"
        assert entry.check_consume_key("slash", None)
        assert not entry.check_consume_key("f2", None)


def test_no_key_is_one_of_the_lab() -> None:
    lab = {key for binding in LAB_KEYS for key in binding.key.split(",")}
    for kind in (Act, Tick, Choice):
        for binding in kind.BINDINGS:
            assert not lab & set(binding.key.split(","))  # type: ignore[union-attr]

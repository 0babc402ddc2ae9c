"""The list of subscriptions."""

from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import OptionList

from wslab.lab.mqtt.client import Subscribed
from wslab.tui.mqtt.subscription_list import SubscriptionList
from wslab.tui.pictures import screen_text

TWO = {"a/#": Subscribed("a/#", 2, 1, 5), "b": Subscribed("b", 0, 0x87, 5)}


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield SubscriptionList("list")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        self.chosen.append(self.query_one(SubscriptionList).topic_filter(event.option_index))


async def test_what_is_granted_and_what_is_refused() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        found = app.query_one(SubscriptionList)
        found.show({})
        await pilot.pause()
        assert "no subscriptions" in screen_text(app)
        found.focus()
        await pilot.press("enter")
        found.show(TWO)
        await pilot.pause()
        assert [line.strip() for line in screen_text(app).splitlines() if line] == [
            "a/#", "asked QoS 2, granted 1", "b", "refused: 0x87 Not authorized",
        ]  # fmt: skip
        await pilot.press("enter", "down", "enter")
        assert app.chosen == ["a/#", "b"]


async def test_the_cursor_stays_where_something_is() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)):
        found = app.query_one(SubscriptionList)
        found.show(TWO)
        found.highlighted = 1
        found.show(dict([next(iter(TWO.items()))]))
        assert found.highlighted == 0


async def test_markup_in_a_filter_is_text() -> None:
    app = Host()
    async with app.run_test(size=(40, 8)) as pilot:
        app.query_one(SubscriptionList).show({"x": Subscribed("[b]x[/b]/[/]", 0, 0, 4)})
        await pilot.pause()
        assert "[b]x[/b]/[/]" in screen_text(app)

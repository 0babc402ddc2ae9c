from __future__ import annotations

from textual.app import App, ComposeResult

from tests.support.waiting import until
from wslab.i18n import sentence, set_language
from wslab.lab.binary.history import Entry, History
from wslab.tui.binary.history_view import HistoryView
from wslab.tui.pictures import screen_text


class ViewApp(App[None]):
    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history

    def compose(self) -> ComposeResult:
        yield HistoryView(self.history, id="history")


def entry(number: int, summary: str = "") -> Entry:
    return Entry(0, ">", f"TYPE-{number}", number, 20, summary)


async def test_it_follows_what_comes_until_somebody_scrolls_up() -> None:
    history = History(capacity=30)
    app = ViewApp(history)
    async with app.run_test(size=(60, 8)) as pilot:
        view = app.query_one(HistoryView)
        assert "Nothing was sent" in screen_text(app)
        for number in range(20):
            history.add(entry(number))
        view.look()
        await pilot.pause()
        assert "TYPE-19" in screen_text(app)
        view.focus()
        await pilot.press("home")
        await pilot.pause()
        assert "TYPE-0 " in screen_text(app)
        for number in range(20, 40):
            history.add(entry(number))
        view.look()
        await pilot.pause()
        # The oldest ten are gone.
        assert "TYPE-10 " in screen_text(app)
        assert "TYPE-39" not in screen_text(app)
        await pilot.press("end")
        await pilot.pause()
        assert "TYPE-39" in screen_text(app)
        history.retract(history[len(history) - 1])
        view.look()
        await pilot.pause()
        assert "TYPE-39" not in screen_text(app)


async def test_long_lines_are_wrapped_and_nothing_of_them_is_lost() -> None:
    history = History()
    history.add(entry(1, "word " * 30 + "last"))
    app = ViewApp(history)
    async with app.run_test(size=(50, 12)) as pilot:
        app.query_one(HistoryView).look()
        await pilot.pause()
        assert "last" in screen_text(app)
        await pilot.resize_terminal(100, 12)
        await until(
            lambda: len([row for row in screen_text(app).split("\n") if "word" in row]) == 2, "wider lines"
        )
        assert screen_text(app).count("word") == 30


async def test_it_speaks_another_language_in_place() -> None:
    history = History()
    history.add(Entry(0, "-", note=sentence("the connection is over: {why}", why="enough")))
    app = ViewApp(history)
    async with app.run_test(size=(60, 8)) as pilot:
        view = app.query_one(HistoryView)
        view.look()
        await pilot.pause()
        assert "the connection is over" in screen_text(app)
        set_language("ja")
        view.retranslate()
        await pilot.pause()
        assert "the connection is over" not in screen_text(app)
        assert "enough" in screen_text(app)

from __future__ import annotations

from textual.app import App, ComposeResult

from wslab.tui.widgets.composer import Composer


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.left = 0

    def compose(self) -> ComposeResult:
        yield Composer()

    def on_composer_sent(self, event: Composer.Sent) -> None:
        self.sent.append(event.line)

    def on_composer_left(self) -> None:
        self.left += 1


async def test_enter_sends_the_line_and_empties_it() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"hi", "enter")
        assert app.sent == ["hi"]
        assert app.query_one(Composer).value == ""
        await pilot.press("enter")
        assert app.sent == ["hi"]


async def test_history_goes_back_and_returns_to_the_draft() -> None:
    app = Host()
    async with app.run_test() as pilot:
        composer = app.query_one(Composer)
        for word in ("one", "two", "two"):
            await pilot.press(*word, "enter")
        await pilot.press(*"dr", "up")
        assert composer.value == "two"
        await pilot.press("up", "up", "up")
        assert composer.value == "one"
        await pilot.press("down", "down", "down")
        assert composer.value == "dr"


async def test_tab_completes_a_command() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"/clo", "tab")
        assert app.query_one(Composer).value == "/close "


async def test_escape_leaves_the_line_as_it_is() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"draft", "escape")
        assert app.left == 1
        assert app.query_one(Composer).value == "draft"


async def test_an_offer_never_replaces_what_is_typed() -> None:
    app = Host()
    async with app.run_test() as pilot:
        composer = app.query_one(Composer)
        composer.offer("hello")
        assert composer.value == "hello"
        composer.offer("other")
        await pilot.pause()
        assert composer.value == "hello"


async def test_pasted_lines_become_one() -> None:
    from textual.events import Paste

    app = Host()
    async with app.run_test() as pilot:
        app.query_one(Composer).post_message(Paste('{"a":\n1}'))
        await pilot.pause()
        assert app.query_one(Composer).value == '{"a": 1}'


async def test_letters_and_slashes_are_its_own() -> None:
    app = Host()
    async with app.run_test():
        composer = app.query_one(Composer)
        assert composer.check_consume_key("slash", None)
        assert composer.check_consume_key("c", "c")
        assert not composer.check_consume_key("f2", None)

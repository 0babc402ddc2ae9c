from __future__ import annotations

from textual.app import App, ComposeResult

from tests.support.waiting import until
from wslab.lab.binary.assembled import assemble
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.draft import example
from wslab.tui.binary.byte_view import ByteView
from wslab.tui.pictures import screen_text
from wslab.wire.labproto.layout import Type

LONG = assemble(example(Type.FILE_CHUNK).with_text("data", '"' + "x" * 200 + '"'), sequence=1, now=0)


class ViewApp(App[None]):
    CSS = "ByteView { width: 31; height: 4; }"

    def compose(self) -> ComposeResult:
        yield ByteView(id="bytes")


async def test_the_bytes_of_the_field_that_is_edited_come_into_view() -> None:
    app = ViewApp()
    async with app.run_test(size=(40, 10)) as pilot:
        view = app.query_one(ByteView)
        view.show(LONG, "version", None)
        await pilot.pause()
        assert "0000[01]13" in screen_text(app)
        view.show(LONG, "checksum", None)
        await pilot.pause()
        await pilot.pause()
        assert "]" in screen_text(app)
        assert "0000" not in screen_text(app)
        view.show(LONG, "", Damage(100))
        await pilot.pause()
        await pilot.pause()
        assert "!79" in screen_text(app)
        view.show(LONG, "checksum", Damage(3))
        await pilot.pause()
        # Somebody who scrolls while bytes change stays where they are.
        view.scroll_home(animate=False)
        view.show(LONG, "checksum", Damage(3))
        await pilot.pause()
        assert "0000 01 13 01!00" in screen_text(app)


async def test_it_scrolls_by_keys_and_lays_rows_out_for_its_width() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 10)) as pilot:
        view = app.query_one(ByteView)
        view.show(LONG, "", None)
        view.focus()
        await until(lambda: view.max_scroll_y > 20, "the rows to be laid out")
        await pilot.press("end")
        await until(lambda: view.scroll_offset.y > 20, "the end")
        view.styles.width = 60
        await pilot.pause()
        await pilot.pause()
        view.scroll_home(animate=False)
        await pilot.pause()
        assert screen_text(app).split("\n")[1].startswith("0010")
        view.retranslate()

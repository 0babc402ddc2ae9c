from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from wslab.lab.binary.rows import rows_of
from wslab.tui.binary.field_row import FORM, NAME, FieldRow, OffsetInput
from wslab.tui.pictures import screen_text
from wslab.wire.labproto.layout import LAYOUTS, Type

ROWS = rows_of(Type.SAMPLE, 1, True)


class RowApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.edited: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        for row in ROWS:
            yield FieldRow(row, "1")

    @on(FieldRow.Edited)
    def hear(self, event: FieldRow.Edited) -> None:
        self.edited.append((event.name, event.text))


async def test_what_is_typed_is_told_and_up_and_down_lead_from_field_to_field() -> None:
    app = RowApp()
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.press("down", "2")
        assert app.edited == [("flags", "12")]
        await pilot.press("up", "backspace")
        assert app.edited[-1] == ("version", "")


async def test_what_is_put_there_is_not_told() -> None:
    app = RowApp()
    async with app.run_test(size=(50, 12)) as pilot:
        app.query_one("#field-sensor", FieldRow).put("99")
        await pilot.pause()
        assert "99" in screen_text(app)
        assert app.edited == []


async def test_what_is_worked_out_stands_there_and_what_is_wrong_has_a_sign() -> None:
    app = RowApp()
    async with app.run_test(size=(50, 12)) as pilot:
        for name, value in (("length", 20), ("checksum", 0xAB)):
            row = app.query_one(f"#field-{name}", FieldRow)
            row.put("")
            row.show(value, wrong=name == "length")
        await pilot.pause()
        assert "!length     u32   (20)" in screen_text(app)
        assert "checksum    u32   (0x000000ab)" in screen_text(app)
        app.query_one("#field-length", FieldRow).show(None, wrong=False)
        await pilot.pause()
        assert "!" not in screen_text(app)


def test_every_name_has_room() -> None:
    for kind in LAYOUTS:
        for row in rows_of(Type(kind), 2, True):
            assert len(row.name) < NAME
            assert len(row.form) < FORM


async def test_a_byte_is_stepped_to_by_up_and_down() -> None:
    class ByteApp(App[None]):
        def compose(self) -> ComposeResult:
            yield OffsetInput()

    app = ByteApp()
    async with app.run_test(size=(20, 3)) as pilot:
        line = app.query_one(OffsetInput)
        for key, text in (("down", "0"), ("down", "1"), ("down", "2"), ("up", "1"), ("up", "0"), ("up", "0")):
            await pilot.press(key)
            assert line.value == text

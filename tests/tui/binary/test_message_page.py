"""The builder, by the keyboard alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.binary_panel import panel
from tests.support.binary_study import studied
from tests.support.bundled_server import RunningServer, running
from wslab.i18n import set_language
from wslab.tui.binary.field_row import FieldRow
from wslab.wire.labproto.bodies import Error
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ANSWER, Type

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("binary") as server:
        yield server


async def test_the_bytes_follow_what_is_typed_and_a_wrong_value_has_none() -> None:
    async with panel() as shown:
        await shown.go("field-sensor")
        await shown.sees("[00 2a]", "bytes 12 to 13: Which sensor")
        await shown.type("258")
        await shown.sees("[01 02]")
        await shown.press("down")
        assert shown.focus == "field-status"
        await shown.sees("[00 01]")
        await shown.type("ESTIMATED LOW_BATTERY")
        await shown.sees("[00 05]")
        await shown.press("up")
        await shown.type("70000")
        await shown.sees("!sensor", "[?? ??]", "sensor is '70000': it is a whole number from 0 to 65535")
        await shown.press("enter")
        await shown.until(lambda: shown.app.said, "what is wrong")
        assert shown.app.said == ["sensor is '70000': it is a whole number from 0 to 65535, also as 0x2a"]
        assert shown.client.totals.sent == 0
        # Many keys at once, such as a paste of a slow terminal: none of them is lost.
        line = shown.app.panel.query_one("#field-value", FieldRow).line
        for text in ("1", "12", "123", "1234", "12345"):
            line.value = text
        await shown.until(lambda: shown.app.panel.message.draft.text("value") == "12345", "the last text")
        assert line.value == "12345"


async def test_flags_are_ticked_or_typed_and_bring_fields_as_a_version_does() -> None:
    async with panel(size=(92, 20)) as shown:
        await shown.sees("[x] ACK_WANTED", "[ ] CHECKSUM")
        await shown.go("checksum")
        await shown.press("enter")
        await shown.sees("[x] CHECKSUM", "0x0101 ACK_WANTED CHECKSUM")
        await shown.go("field-checksum")
        await shown.type("1")
        await shown.sees("[00 00 00 01]", "A reader says BAD_CHECKSUM")
        await shown.go("field-flags")
        await shown.type("ANSWER")
        await shown.sees("[ ] ACK_WANTED", "[x] ANSWER", "[ ] CHECKSUM")
        assert not shown.app.panel.query("#field-checksum")
        await shown.go("field-version")
        await shown.type("2")
        await shown.until(lambda: shown.app.panel.query("#field-extensions"), "the extensions")
        await shown.go("field-extensions")
        await shown.type("unit=K")
        await shown.sees("[01 01 4b]")
        await shown.go("field-version")
        await shown.type("1")
        await shown.until(lambda: not shown.app.panel.query("#field-extensions"), "no extensions")


async def test_another_type_begins_with_an_example_and_any_number_is_one(server: RunningServer) -> None:
    async with studied(server) as study, panel(study) as shown:
        page = shown.app.panel.message
        await shown.go("message-type")
        await shown.press("enter", *["down"] * 5, "enter")
        await shown.until(lambda: page.draft.type is Type.FILE_OPEN, "FILE_OPEN")
        await shown.sees("greeting.txt")
        await shown.go("send")
        await shown.press("enter")
        await shown.until(lambda: study.client.transfer, "the number of the transfer")
        await shown.go("message-type")
        await shown.press("enter", *["down"] * 3, "enter")
        # The transfer that was last heard of.
        await shown.sees("0x13 FILE_CHUNK", f"{study.client.transfer:016x}")
        await shown.press("enter", "end", "enter")
        await shown.sees("another type", "payload")
        await shown.go("field-type")
        await shown.type("0x66")
        await shown.sees("[66]", "A reader says UNKNOWN_TYPE: type is 0x66")
        await shown.press("enter")
        await shown.sees("< ERROR #2: code 3 UNKNOWN_TYPE")


async def test_a_message_is_sent_whole_or_damaged_and_its_answer_shown(server: RunningServer) -> None:
    async with studied(server) as study, panel(study) as shown:
        await shown.go("field-sensor")
        await shown.press("enter")
        await shown.sees("> SAMPLE #1: sensor 42", "< SAMPLE_ACK #1: sensor 42, count 1")
        await shown.go("checksum")
        await shown.press("space")
        await shown.go("damage-byte")
        await shown.sees("Name a byte, counted from 0")
        await shown.type("24")
        await shown.sees("!41", "Byte 24 is in value: 40 becomes 41. A reader says BAD_CHECKSUM")
        await shown.press("enter")
        await shown.sees("> SAMPLE #2, byte 24 damaged", "< ERROR #2: code 5 BAD_CHECKSUM")
        await shown.type("99")
        await shown.sees("byte is '99': the message has the bytes 0 to 35")
        await shown.go("send-damaged")
        await shown.press("enter")
        await shown.until(lambda: shown.app.said, "what is wrong")
        assert study.client.totals.sent == 2
        # Texts of a server steer no terminal.
        await study.client.send(page_draft := shown.app.panel.message.draft)
        assert page_draft.type is Type.SAMPLE
        study.client.received(encode(Error(1, 0, "\x1b[2J[bold]x"), flags=ANSWER, sequence=3))
        await shown.sees("␛[2J[bold]x")


async def test_it_speaks_japanese_in_place() -> None:
    async with panel() as shown:
        await shown.go("field-sensor")
        await shown.type("70000")
        set_language("ja")
        shown.speak()
        await shown.settle()
        screen = shown.screen
        for text in ("Send", "damage byte", "it is a whole number", "Nothing was sent", "Message"):
            assert text not in screen, text
        assert "70000" in screen
        assert shown.focus == "field-sensor"

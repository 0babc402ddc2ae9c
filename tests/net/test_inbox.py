"""Messages from frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from wslab.net.inbox import Inbox


def feed(inbox: Inbox, opcode: Opcode, parts: list[bytes]) -> None:
    for number, part in enumerate(parts):
        inbox.take(Frame(opcode if number == 0 else Opcode.CONT, part, number == len(parts) - 1))


@given(st.lists(st.one_of(st.text(), st.binary()), max_size=5), st.data())
def test_messages_come_out_as_they_went_in(messages: list[str | bytes], data: st.DataObject) -> None:
    got: list[str | bytes] = []
    inbox = Inbox(got.append)
    for message in messages:
        payload = message.encode() if isinstance(message, str) else message
        cuts = sorted(data.draw(st.lists(st.integers(0, len(payload)), max_size=3)))
        parts = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
        feed(inbox, Opcode.TEXT if isinstance(message, str) else Opcode.BINARY, parts)
    assert got == messages


@pytest.mark.parametrize("parts", [[b"\xff"], [b"\xc3", b"x"], [b"", b"\xed\xa0\x80"], [b"ok", b"\xc3"]])
@pytest.mark.parametrize("heard", [True, False])
def test_text_is_checked_whether_or_not_anybody_listens(parts: list[bytes], heard: bool) -> None:
    inbox = Inbox((lambda _: None) if heard else None)
    with pytest.raises(UnicodeDecodeError):
        feed(inbox, Opcode.TEXT, parts)


def test_binary_is_not_kept_for_nobody() -> None:
    inbox = Inbox(None)
    inbox.take(Frame(Opcode.BINARY, b"x" * 1000, False))
    assert inbox._parts == []
    inbox.take(Frame(Opcode.CONT, b"y", True))


def test_silence() -> None:
    got: list[str | bytes] = []
    inbox = Inbox(got.append)
    feed(inbox, Opcode.TEXT, [b"a"])
    inbox.silence()
    feed(inbox, Opcode.TEXT, [b"b"])
    assert got == ["a"]

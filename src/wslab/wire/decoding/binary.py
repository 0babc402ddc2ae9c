"""The lab's binary protocol: one or more messages in each binary message (`docs/binary-protocol.md`)."""

from __future__ import annotations

from typing import Any

from wslab.i18n import N_, joined, sentence
from wslab.wire.decoding.decoded import Decoded, MessageDecoder, shortened
from wslab.wire.labproto.layout import ANSWER, HEADER, LAYOUTS, Type
from wslab.wire.labproto.reader import Header, Item, read
from wslab.wire.labproto.words import data as size_words

PROTOCOL = "binary"

TEXT_MESSAGE = N_("binary#7.3 a text message: this protocol has none")
MOST_MESSAGES = 1000
"""Messages of one WebSocket message that are told one by one; those after them are told together."""

_SHOWN: dict[int, tuple[str, ...]] = {
    Type.SAMPLE: ("sensor", "value"),
    Type.SAMPLE_ACK: ("sensor", "count", "mean"),
    Type.STREAM_START: ("sensor", "interval", "count"),
    Type.STREAM_STOP: ("sensor",),
    Type.STREAM_END: ("sensor", "count"),
    Type.FILE_OPEN: ("name", "size"),
    Type.FILE_STATUS: ("state", "offset", "size"),
    Type.FILE_RESUME: ("transfer",),
    Type.FILE_CHUNK: ("offset", "data"),
    Type.FILE_GET: ("transfer", "offset"),
    Type.FILE_FORGET: ("transfer",),
    Type.NUMBERS: ("kind", "count"),
    Type.NUMBERS_SUMMARY: ("count", "sum"),
    Type.ERROR: ("code", "text"),
}
"""What the summary of each type tells."""


class BinaryDecoder(MessageDecoder):
    """Decodes one direction of a connection."""

    def __init__(self, agreed: int, *, preview_limit: int) -> None:
        """Prepare for the first message.

        Args:
            agreed: the highest version the connection agreed on.
            preview_limit: bytes of each message to keep.
        """
        super().__init__(PROTOCOL)
        self._agreed = agreed
        self._limit = preview_limit

    def decode(self, data: bytes, text: bool) -> list[Decoded]:
        """Decode a whole message."""
        if text:
            odd = self._made(None, "", "text message", 0, len(data), data, (TEXT_MESSAGE,))
            return [odd]
        found: list[Decoded] = []
        for item in read(data, self._agreed):
            if len(found) == MOST_MESSAGES:
                rest = len(data) - item.start
                note = sentence(
                    "lab#decode-limit more than {most} messages in one; the rest is not decoded",
                    most=MOST_MESSAGES,
                )
                said = size_words(data[item.start :])
                found.append(self._made(None, "", said, item.start, rest, b"", (note,)))
                break
            found.append(self._item(item, data))
        return found

    def _item(self, item: Item, data: bytes) -> Decoded:
        name = type_name(item)
        raw = data[item.start : item.end]
        violations = tuple(joined(" ", (each.section, each.text)) for each in item.problems)
        return self._made(item.header, name, summary(item), item.start, len(raw), raw, violations)

    def _made(
        self, header: Header | None, name: str, said: str, start: int, length: int, raw: bytes,
        violations: tuple[str, ...],
    ) -> Decoded:  # fmt: skip
        identity = None if header is None else str(header.sequence)
        # Both versions may stand side by side: each message has its own, as far as it was agreed on.
        own = self._agreed if header is None or not header.version else min(header.version, self._agreed)
        return Decoded(
            PROTOCOL, str(own), name, shortened(said), identity, None, start, length,
            raw[: self._limit], violations,
        )  # fmt: skip


def type_name(item: Item) -> str:
    """Return the name of a type: `SAMPLE`, `0x55` for one that is unknown, empty without a header."""
    if item.header is None:
        return ""
    kind = item.header.type
    return Type(kind).name if kind in LAYOUTS else f"0x{kind:02x}"


def summary(item: Item) -> str:
    """Return one line on a message: `SAMPLE 3 sensor 42 value 21.5`."""
    header = item.header
    if header is None:
        return f"{item.end - item.start} of the {HEADER.size} bytes of a header"
    number = f"answers {header.sequence}" if header.flags & ANSWER else str(header.sequence)
    words = [type_name(item), number]
    if item.body is None:
        words.append(f"{header.length} bytes, not read")
    else:
        words += [f"{name} {_value(item, name)}" for name in _SHOWN[header.type]]
    return " ".join(words)


def _value(item: Item, name: str) -> str:
    assert item.header is not None
    value: Any = getattr(item.body, name)
    for part in LAYOUTS[item.header.type].parts:
        if part.name == name:
            return part.words(value)
    return size_words(value) if isinstance(value, bytes) else str(value)

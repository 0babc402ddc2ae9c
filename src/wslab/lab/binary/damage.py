"""A byte that is changed on purpose, as noise would: where it hits and what a reader makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import Sentence, sentence
from wslab.lab.binary.assembled import Assembled
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.marks import mark_at, messages
from wslab.lab.binary.values import parse_whole

OFFSET = "byte"
"""What the place of the damage is called in messages."""
BITS = "xor"
"""What the bits that change are called in messages."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One byte that changes on its way."""

    offset: int
    """Which, counted from 0 at the start of the message."""
    bits: int = 0x01
    """Bits that change: the byte becomes itself xor this."""

    def apply(self, data: bytes) -> bytes:
        """Return a message with the byte changed.

        Raises:
            BadField: the message has no such byte.
        """
        if not 0 <= self.offset < len(data):
            raise BadField(OFFSET, str(self.offset), _offsets(len(data)))
        changed = bytearray(data)
        changed[self.offset] ^= self.bits
        return bytes(changed)


def _offsets(size: int) -> Sentence:
    return sentence("the message has the bytes 0 to {last}", last=size - 1)


def parse_damage(offset: str, bits: str, size: int) -> Damage:
    """Return the damage that is typed.

    Args:
        offset: number of the byte.
        bits: hexadecimal digits of the bits that change, `01` to `ff`.
        size: bytes of the message.

    Raises:
        BadField: one of them cannot be read, the message has no such byte, or no bit would change.
    """
    place = parse_whole(offset)
    if place is None or not 0 <= place < size:
        raise BadField(OFFSET, offset, _offsets(size))
    digits = bits.strip().lower().removeprefix("0x")
    changed = int(digits, 16) if 1 <= len(digits) <= 2 and set(digits) <= set("0123456789abcdef") else 0
    if not changed:
        raise BadField(BITS, bits, sentence("it is the bits that change, from 01 to ff"))
    return Damage(place, changed)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a damage does to a message."""

    field: str
    """The field that it hits."""
    before: int
    after: int
    error: str
    """Name of the error that a reader answers; empty where none notices."""
    problem: Sentence | None
    """What that error says."""


def hit(assembled: Assembled, damage: Damage, agreed: int) -> Hit:
    """Return what a damage does.

    Args:
        assembled: the message as it should be.
        damage: the byte that changes.
        agreed: the highest version that the connection agreed on.

    Raises:
        BadField: the message has no such byte.
    """
    data = assembled.data
    changed = damage.apply(data)
    (first, *_) = messages(data, agreed)
    mark = mark_at(first.marks, damage.offset)
    span = next(span for span in assembled.spans if span.start <= damage.offset < span.end)
    # A reader that gave up tells no fields apart; who built the message knows them.
    field = mark.name if mark is not None and mark.name not in ("payload", "rest") else span.name
    wrong = next((said for said in messages(changed, agreed) if said.problem is not None), None)
    return Hit(
        field, data[damage.offset], changed[damage.offset],
        wrong.error if wrong else "", wrong.problem if wrong else None,
    )  # fmt: skip

"""A message as it is typed: a text for each field. What it begins with is an example of each type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from zlib import crc32

from wslab.lab.binary.rows import tail_of
from wslab.lab.binary.tails import tail_text
from wslab.lab.binary.values import NOW, value_text
from wslab.wire.labproto import bodies, words
from wslab.wire.labproto.bodies import Body
from wslab.wire.labproto.layout import ACK_WANTED, CHECKSUM, LAYOUTS, TYPE_OF, Flag, Tail, Type

_GREETING = b"hello, wslab"
_NOTHING: Mapping[str, str] = MappingProxyType({})

EXAMPLES: dict[Type, tuple[Body, int]] = {
    TYPE_OF[type(body)]: (body, flags)
    for body, flags in (
        (bodies.Sample(42, 1, 0, 21.5), ACK_WANTED),
        (bodies.SampleAck(42, 1, 21.5, 21.5, 21.5), 0),
        (bodies.StreamStart(42, 1000, 5), 0),
        (bodies.StreamStop(42), 0),
        (bodies.StreamEnd(42, 5), 0),
        (bodies.FileOpen(len(_GREETING), crc32(_GREETING), "greeting.txt"), 0),
        (bodies.FileStatus(0, 1, 0, len(_GREETING), crc32(_GREETING), "greeting.txt"), 0),
        (bodies.FileResume(0), 0),
        (bodies.FileChunk(0, 0, _GREETING), ACK_WANTED | CHECKSUM),
        (bodies.FileGet(0, 0, 65536), 0),
        (bodies.FileForget(0), 0),
        (bodies.Numbers(2, 3, (-1, 300, 7)), 0),
        (bodies.NumbersSummary(3, 306.0, -1.0, 300.0), 0),
        (bodies.Error(3, 1, "type is 0x55: no message has this type"), 0),
    )
}
"""A message of each type that a learner may begin with, and its flags. Its transfer is the last one seen."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is being written."""

    type: Type | None
    """None where the type is any number and the payload any bytes."""
    texts: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """What is typed into each field, by its name; a field that is not here is empty."""

    def text(self, name: str) -> str:
        """Return what is typed into a field."""
        return self.texts.get(name, "")

    def with_text(self, name: str, text: str) -> Draft:
        """Return the same with another text in one field."""
        return replace(self, texts={**self.texts, name: text})


def flags_text(flags: int) -> str:
    """Return flags as they are typed: `0x0101 ACK_WANTED CHECKSUM`."""
    return words.bits(flags, Flag)


def draft_of(body: Body, *, flags: int = 0, version: int = 1) -> Draft:
    """Return the draft that says a message."""
    kind = TYPE_OF[type(body)]
    layout = LAYOUTS[kind]
    texts = {"version": str(version), "flags": flags_text(flags)}
    texts |= {part.name: value_text(part, getattr(body, part.name)) for part in layout.parts}
    tail = tail_of(kind, version)
    if tail is not Tail.NOTHING:
        texts[tail.value] = tail_text(tail, getattr(body, tail.value))
    return Draft(kind, texts)


def example(kind: Type | None, *, version: int = 1, transfer: int = 0) -> Draft:
    """Return a draft to begin with.

    Args:
        kind: type of the message; None for one of any number with any payload.
        version: to be written in, where the type has it.
        transfer: number to put where the message is about a transfer.
    """
    if kind is None:
        return Draft(None, {"version": "1", "type": "0x55", "flags": flags_text(0), "payload": "01 02"})
    body, flags = EXAMPLES[kind]
    draft = draft_of(body, flags=flags, version=min(version, LAYOUTS[kind].versions))
    changed = dict(draft.texts)
    if "transfer" in changed:
        changed["transfer"] = words.identifier(transfer)
    if kind is Type.SAMPLE:
        changed["time"] = NOW
        if Tail.EXTENSIONS.value in changed:
            changed["extensions"] = "unit=°C"
    if kind is Type.NUMBERS:
        changed["count"] = ""
    return Draft(kind, changed)

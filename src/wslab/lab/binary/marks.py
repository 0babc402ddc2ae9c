"""The one place where the client asks what bytes mean: messages, and their fields as marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wslab.i18n import Sentence
from wslab.wire.labproto.explain import Explained, explain
from wslab.wire.labproto.layout import ANSWER, HEADER
from wslab.wire.labproto.reader import Item

_SUMMARY = 300
"""Characters of a summary at most."""


class Mark(NamedTuple):
    """A field and the bytes that it has."""

    name: str
    """As the document calls it: `length`, `value`, `values[3]`, `extension tag`."""
    start: int
    """First byte, counted from the start of the WebSocket message."""
    end: int
    """The first byte after it."""
    value: str
    """As people write it."""
    problem: str
    """What is wrong with it; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the protocol, taken apart."""

    item: Item
    name: str
    """Name of its type, `0x55` for one that is unknown; empty where there is no header."""
    marks: tuple[Mark, ...]

    @property
    def sequence(self) -> int:
        """Its number; 0 where it has no header, as section 7.1 says."""
        return self.item.header.sequence if self.item.header else 0

    @property
    def answer(self) -> bool:
        """Whether it answers another."""
        return self.item.header is not None and bool(self.item.header.flags & ANSWER)

    @property
    def problem(self) -> Sentence | None:
        """The first thing that is wrong with it, with the name of the error that a reader answers."""
        if not self.item.problems:
            return None
        return self.item.problems[0].text

    @property
    def error(self) -> str:
        """Name of the error that a reader answers; empty where the message is right."""
        return self.item.problems[0].code.name if self.item.problems else ""

    @property
    def summary(self) -> str:
        """Its payload in one line, field by field. It may come from the network: make it safe to draw."""
        payload = [mark for mark in self.marks if mark.start >= self.item.start + HEADER.size]
        return ", ".join(f"{mark.name} {mark.value}" for mark in payload if mark.name != "checksum")[
            :_SUMMARY
        ]


def messages(data: bytes, agreed: int) -> Iterator[Said]:
    """Yield every message of the payload of a WebSocket message; nothing is raised.

    Args:
        data: the payload.
        agreed: the highest version that the connection agreed on.
    """
    for explained in explain(data, agreed):
        yield Said(explained.item, explained.name, tuple(_marks(explained)))


def _marks(explained: Explained) -> Iterator[Mark]:
    for field in explained.fields:
        yield Mark(field.name, field.offset, field.end, field.value, field.problem)


def mark_at(marks: tuple[Mark, ...], offset: int) -> Mark | None:
    """Return the field that a byte belongs to; None where it belongs to none."""
    return next((mark for mark in marks if mark.start <= offset < mark.end), None)

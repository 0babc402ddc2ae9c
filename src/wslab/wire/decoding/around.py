"""What belongs to an event of a log: the message of a frame, the frames and decoded units of a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from wslab.wire.events import Direction, Event, Frame, Message, Opcode, Proto

REACH = 2000
"""Events before and after one that are looked at."""

MOST_UNITS = 64
"""Units of a message that are found."""


class Around(NamedTuple):
    """A message and everything that was seen of it."""

    frames: tuple[Frame, ...] = ()
    """Its frames in order, as far as they were found."""
    message: Message | None = None
    """None where it never became one, or has not yet."""
    units: tuple[Proto, ...] = ()
    """What was decoded when it came."""


NOTHING = Around()


def around(events: Sequence[Event], at: int) -> Around:
    """Find what belongs to an event.

    Args:
        events: of a log, in their order.
        at: place of a data frame, a message or a decoded unit; anything else belongs to nothing.
    """
    event = events[at]
    if not isinstance(event, Frame | Message | Proto) or (isinstance(event, Frame) and event.control):
        return NOTHING
    conn, direction = event.conn, event.direction
    before = _own(reversed(events[max(0, at - REACH) : at]), conn, direction)
    after = _own(events[at + 1 : at + 1 + REACH], conn, direction)
    if isinstance(event, Proto):
        # It stands behind its message; a unit that came before the end of one has none yet.
        earlier: list[Proto] = []
        for each in before:
            if isinstance(each, Message):
                units = [*reversed(earlier), event, *_units(after)]
                frames = _frames(before, each.frames)
                return Around(frames, each, tuple(units[:MOST_UNITS]))
            if isinstance(each, Frame):
                break
            earlier.append(each)
        return Around(units=(event,))
    if isinstance(event, Message):
        return Around(_frames(before, event.frames), event, tuple(_units(after))[:MOST_UNITS])
    begun = [event, *_begun(event, before)][::-1]
    if not event.fin:
        for each in after:
            if isinstance(each, Message):
                return Around(tuple(begun), each, tuple(_units(after))[:MOST_UNITS])
            if isinstance(each, Frame):
                if each.opcode != Opcode.CONT:
                    break
                begun.append(each)
        return Around(tuple(begun))
    message = next(after, None)
    if not isinstance(message, Message):
        return Around(tuple(begun))
    return Around(tuple(begun), message, tuple(_units(after))[:MOST_UNITS])


_Own = Frame | Message | Proto


def _own(events: Iterable[Event], conn: int, direction: Direction) -> Iterator[_Own]:
    """Yield what travelled one way over one connection, control frames aside."""
    for event in events:
        if not isinstance(event, Frame | Message | Proto) or (isinstance(event, Frame) and event.control):
            continue
        if (event.conn, event.direction) == (conn, direction):
            yield event


def _units(after: Iterable[_Own]) -> Iterable[Proto]:
    """Yield the units that follow a message."""
    for each in after:
        if not isinstance(each, Proto):
            return
        yield each


def _begun(frame: Frame, before: Iterable[_Own]) -> Iterable[Frame]:
    """Yield the frames of a frame's message that came before it, the latest first."""
    if frame.opcode != Opcode.CONT:
        return
    for each in before:
        if isinstance(each, Message) or (isinstance(each, Frame) and each.fin):
            return
        if isinstance(each, Frame):
            yield each
            if each.opcode != Opcode.CONT:
                return


def _frames(before: Iterable[_Own], count: int) -> tuple[Frame, ...]:
    """Return the frames of a message, of which there are so many right before it."""
    found: list[Frame] = []
    for each in before:
        if len(found) == count or isinstance(each, Message):
            break
        if isinstance(each, Frame):
            found.append(each)
            if len(found) == count:
                break
    return tuple(reversed(found))

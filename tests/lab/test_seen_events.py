"""What a step remembers of a flood."""

from __future__ import annotations

from hypothesis import given

from tests.support.check_events import S2C, STREAMS, at
from tests.support.traffic import a_frame, a_message
from wslab.lab.seen_events import EACH, SeenEvents
from wslab.wire.event_fields import TYPES
from wslab.wire.events import Event, Frame, Message, Opcode


@given(STREAMS)
def test_what_is_not_too_much_is_kept_in_order(events: list[Event]) -> None:
    seen = SeenEvents()
    for event in events:
        seen.add(event)

    for kind in TYPES.values():
        assert seen.of(kind) == [event for event in events if type(event) is kind]
    seen.clear()
    assert all(seen.of(kind) == [] for kind in TYPES.values())


def test_a_flood_pushes_out_its_own_sort_alone() -> None:
    seen = SeenEvents()
    seen.add(a_message(1))
    seen.add(a_frame(2))
    for number in range(3, 1000):
        seen.add(at(a_frame(1, direction=S2C, opcode=Opcode.PING if number % 2 else Opcode.TEXT), number))

    assert seen.of(Message) == [a_message(1)]
    frames = seen.of(Frame)
    assert frames[0] == a_frame(2)
    assert [frame.seq for frame in frames[1:]] == list(range(1000 - 2 * EACH, 1000))

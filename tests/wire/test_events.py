from __future__ import annotations

import typing

from wslab.wire import events
from wslab.wire.events import KINDS, OPCODE_NAMES, Direction, Frame, Opcode


def test_every_event_starts_with_the_same_four_fields() -> None:
    for kind in typing.get_args(events.Event):
        assert kind._fields[:4] == ("seq", "t", "wall", "conn")


def test_every_event_has_a_name_of_its_own() -> None:
    assert set(KINDS) == set(typing.get_args(events.Event))
    assert len(set(KINDS.values())) == len(KINDS)


def test_all_sixteen_opcodes_have_names() -> None:
    assert len(OPCODE_NAMES) == 16
    assert OPCODE_NAMES[Opcode.PING] == "PING"
    assert OPCODE_NAMES[3] == "0x3"


def test_directions_are_seen_from_the_client() -> None:
    assert Direction.C2S.arrow == ">"
    assert Direction.S2C.arrow == "<"
    assert Direction.C2S.other is Direction.S2C


def test_a_frame_built_the_cheap_way_is_a_frame() -> None:
    fields = (1, 0.0, 0.0, 1, Direction.S2C, 9, True, 0, False, b"", 2, 0, b"", ())
    frame = tuple.__new__(Frame, fields)
    assert frame == Frame(*fields)
    assert frame.name == "PING"
    assert frame.control

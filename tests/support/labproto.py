"""Messages of the lab's binary protocol for property tests: every type, legal values."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import strategies as st

from wslab.wire.labproto import bodies
from wslab.wire.labproto.bodies import Body, Extension, NumberKind, Tag
from wslab.wire.labproto.layout import LAYOUTS, LONGEST_NAME, LONGEST_UNIT, MOST_SCALE, Part, Tail

MOMENT = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""
SAMPLE = bodies.Sample(42, 1, MOMENT, 21.5)

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(
    lambda text: len(text.encode()) <= LONGEST_NAME
)


def _value(part: Part) -> st.SearchStrategy[Any]:
    if part.choices is not None:
        return st.sampled_from(sorted(part.choices)).map(int)
    if part.code == "d":
        return finite
    high = 256**part.size - 1
    return st.integers(part.low or 0, high if part.high is None else part.high)


def _unit() -> st.SearchStrategy[bytes]:
    return (
        st.text(min_size=1, max_size=LONGEST_UNIT)
        .filter(str.isprintable)
        .map(lambda text: text.encode(errors="replace"))
        .filter(lambda raw: 1 <= len(raw) <= LONGEST_UNIT)
    )


def extensions() -> st.SearchStrategy[tuple[Extension, ...]]:
    """Extensions that are known, and one that may be ignored; each tag at most once."""
    values: dict[int, st.SearchStrategy[bytes]] = {
        Tag.UNIT: _unit(),
        Tag.UNCERTAINTY: finite.map(abs).map(lambda value: struct.pack(">d", value)),
        Tag.SCALE: st.integers(-MOST_SCALE, MOST_SCALE).map(lambda value: struct.pack("b", value)),
        0x55: st.binary(max_size=255),
    }
    some = st.lists(st.sampled_from(sorted(values)), unique=True)
    return some.flatmap(
        lambda tags: st.tuples(*(st.builds(Extension, st.just(int(tag)), values[tag]) for tag in tags))
    )


_NUMBERS: dict[NumberKind, st.SearchStrategy[Any]] = {
    NumberKind.U8: st.integers(0, 255),
    NumberKind.I16: st.integers(-(2**15), 2**15 - 1),
    NumberKind.I32: st.integers(-(2**31), 2**31 - 1),
    NumberKind.I64: st.integers(-(2**63), 2**63 - 1),
    NumberKind.F32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    NumberKind.F64: finite,
}


def numbers() -> st.SearchStrategy[bodies.Numbers]:
    """Arrays of every kind."""
    return st.sampled_from(NumberKind).flatmap(
        lambda kind: st.lists(_NUMBERS[kind], min_size=1, max_size=40).map(
            lambda values: bodies.Numbers(int(kind), len(values), tuple(values))
        )
    )


_TAILS: dict[Tail, st.SearchStrategy[Any]] = {
    Tail.TEXT: st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    Tail.NAME: names,
    Tail.DATA: st.binary(min_size=1, max_size=60),
}


def legal(version: int = 1) -> st.SearchStrategy[Body]:
    """Bodies that are right, of every type that has this version."""
    kinds = []
    for layout in LAYOUTS.values():
        fields = {part.name: _value(part) for part in layout.parts}
        if layout.versions < version:
            continue
        if layout.tail is Tail.VALUES:
            kinds.append(numbers())
            continue
        if layout.tail is not Tail.NOTHING:
            fields[layout.tail.value] = _TAILS[layout.tail]
        elif version >= 2:
            fields["extensions"] = extensions()
        kinds.append(st.builds(layout.body, **fields))
    return st.one_of(kinds)

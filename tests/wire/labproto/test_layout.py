from __future__ import annotations

import dataclasses
import struct

import pytest

from wslab.wire.labproto.layout import (
    CRITICAL_FLAGS,
    HEADER,
    LAYOUTS,
    STRUCTS,
    SUBPROTOCOLS,
    TYPE_OF,
    Flag,
    Tail,
    Type,
    offset_of,
)


def test_every_type_has_a_layout_and_a_record_whose_fields_are_those_of_the_wire() -> None:
    assert LAYOUTS.keys() == set(Type)
    assert len(TYPE_OF) == len(LAYOUTS)
    for kind, layout in LAYOUTS.items():
        assert layout.type == kind
        assert isinstance(layout.body, type)
        names = [field.name for field in dataclasses.fields(layout.body)]
        parts = [part.name for part in layout.parts]
        assert names[: len(parts)] == parts
        rest = names[len(parts) :]
        if layout.versions > 1:
            assert rest == [Tail.EXTENSIONS.value]
        else:
            assert rest == ([] if layout.tail is Tail.NOTHING else [layout.tail.value])


def test_sizes() -> None:
    assert HEADER.size == 12
    for kind, layout in LAYOUTS.items():
        assert STRUCTS[kind].size == sum(part.size for part in layout.parts)
    assert STRUCTS[Type.SAMPLE].size == 20
    assert struct.calcsize(LAYOUTS[Type.FILE_STATUS].codes) == 29


def test_each_type_is_sent_by_somebody_and_each_bound_has_two_ends() -> None:
    for layout in LAYOUTS.values():
        assert layout.by_client or layout.by_server
        for part in layout.parts:
            assert (part.low is None) == (part.high is None)


def test_only_the_checksum_must_be_understood() -> None:
    assert [flag for flag in Flag if flag & CRITICAL_FLAGS] == [Flag.CHECKSUM]
    assert all(flag & (flag - 1) == 0 for flag in Flag)


def test_subprotocols_are_named_by_their_version() -> None:
    assert {n: f"v{n}.binary.wslab" for n in (1, 2)} == SUBPROTOCOLS


def test_where_a_field_begins() -> None:
    for kind, layout in LAYOUTS.items():
        at = 12
        for part in layout.parts:
            assert offset_of(Type(kind), part.name) == at
            at += part.size
        if layout.tail is not Tail.NOTHING:
            assert offset_of(Type(kind), layout.tail.value) == at
        assert offset_of(Type(kind), "length") == 4
    for field in ("data", "", "transfer"):
        with pytest.raises(KeyError):
            offset_of(Type.SAMPLE, field)

"""The packets as values."""

from __future__ import annotations

import dataclasses

import pytest

from wslab.wire.mqtt.packets import (
    FIXED_FLAGS,
    PROTOCOL_NAMES,
    TYPES,
    VERSION_NAMES,
    Connect,
    PacketType,
    Pingreq,
    Pingresp,
    Puback,
    Pubrec,
    Version,
)


def test_every_type_has_its_class() -> None:
    assert sorted(TYPES.values()) == list(range(1, 16))
    assert all(make.__name__.upper() == kind.name for make, kind in TYPES.items())


def test_fixed_flags_are_those_of_table_2_2() -> None:
    two = {kind for kind, flags in FIXED_FLAGS.items() if flags == 2}
    assert two == {PacketType.PUBREL, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE}
    assert set(FIXED_FLAGS.values()) == {0, 2}
    assert PacketType.PUBLISH not in FIXED_FLAGS


def test_packets_of_different_types_are_different() -> None:
    assert Pingreq() != Pingresp()  # type: ignore[comparison-overlap]
    assert Puback(1) != Pubrec(1)  # type: ignore[comparison-overlap]
    assert Puback(1) == Puback(1)


def test_packets_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Puback(1).packet_id = 2  # type: ignore[misc]


def test_a_password_is_not_printed() -> None:
    assert "secret" not in repr(Connect("c", username="u", password=b"secret"))


def test_versions_are_named() -> None:
    assert set(VERSION_NAMES) == set(PROTOCOL_NAMES) == set(Version)

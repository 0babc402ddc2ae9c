"""How the values of the lab's binary protocol are written for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import IntEnum, IntFlag
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(value: Any) -> str:
    """A number as Python writes it: `42`, `21.5`."""
    return str(value)


def checksum(value: int) -> str:
    """A CRC-32: `0x3610a686`."""
    return f"0x{value:08x}"


def identifier(value: int) -> str:
    """The number of a transfer: sixteen hexadecimal digits."""
    return f"{value:016x}"


def moment(value: int) -> str:
    """Milliseconds since 1970 and what they are: `1767225600000 2026-01-01T00:00:00.000Z`.

    From the year 10000 on the number alone.
    """
    try:
        when = _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return str(value)
    return f"{value} {when.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}"


def bits(value: int, names: type[IntFlag]) -> str:
    """A bit field and the names of the bits that are set: `0x0003 ACK_WANTED ANSWER`."""
    known = [each.name or "" for each in names if value & each]
    return " ".join((f"0x{value:04x}", *known))


def choice(value: int, names: type[IntEnum], digits: int = 0) -> str:
    """A number and the name it has: `2 COMPLETE`, `0x01 SAMPLE`."""
    shown = f"0x{value:0{digits}x}" if digits else str(value)
    return f"{shown} {names(value).name}" if value in set(names) else shown


def data(value: bytes) -> str:
    """How many bytes there are."""
    return "1 byte" if len(value) == 1 else f"{len(value)} bytes"

"""One field of what a message carries: of an MQTT packet, a message of the lab's binary protocol, of JSON."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 0xFF
"""The mask of a field that does not share its bytes."""


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a message, a packet or a text, so that a hexdump can be marked."""

    name: str
    """As its standard or document calls it: `Keep Alive`, `QoS`, `sensor`, `payload.query`, …"""
    offset: int
    """First byte, counted from the start of what was taken apart."""
    length: int
    """Bytes."""
    value: str
    """As people write it: `60 s`, `0x87 Not authorized`. Text from the network is in it as it came."""
    meaning: str = ""
    """A sentence in plain words, in the language in use; empty where name and value say it all."""
    section: str = ""
    """Where its document says so: `binary#3.1`; empty where it has no place of its own."""
    problem: str = ""
    """What is wrong with it; empty where nothing is."""
    group: str = ""
    """What it is a part of: `Connect Flags`, `Properties`, `Will Properties`; empty at the top."""
    mask: int = WHOLE
    """Its bits where it shares its only byte with other fields."""

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.length

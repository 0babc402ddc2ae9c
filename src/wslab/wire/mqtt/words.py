"""Numbers of MQTT in words, for those who read a packet byte by byte."""

from __future__ import annotations

from wslab.wire.mqtt.packets import VERSION_NAMES, PacketType
from wslab.wire.mqtt.properties import RULES, PropertyId

_QOS = ("at most once", "at least once", "exactly once")
_RETAIN_HANDLING = ("send retained messages", "only for a new subscription", "no retained messages")
_NEVER = 0xFFFF_FFFF


def qos_words(qos: int) -> str:
    """`1 at least once`."""
    return f"{qos} {_QOS[qos] if qos < len(_QOS) else 'reserved'}"


def retain_handling_words(value: int) -> str:
    """`2 no retained messages`."""
    return f"{value} {_RETAIN_HANDLING[value] if value < len(_RETAIN_HANDLING) else 'reserved'}"


def type_words(kind: int) -> str:
    """`3 PUBLISH`."""
    return f"{kind} {PacketType(kind).name}" if kind else "0 reserved"


def level_words(level: int) -> str:
    """`4 MQTT 3.1.1`."""
    return f"{level} MQTT {VERSION_NAMES[level]}" if level in VERSION_NAMES else f"{level} unknown"


def seconds_words(value: int) -> str:
    """`60 s`."""
    return f"{value} s"


def keep_alive_words(value: int) -> str:
    """`60 s`; 0 turns it off."""
    return f"{value} s" if value else "0 off"


def yes_words(value: int) -> str:
    """`1 yes`."""
    return f"{value} {'yes' if value else 'no'}"


def property_id_words(identifier: int) -> str:
    """`0x11 Session Expiry Interval`."""
    known = RULES.get(identifier)
    return f"0x{identifier:02X} {known.name if known else 'unknown'}"


def property_words(identifier: int, value: int) -> str:
    """The value of a property that is a number."""
    match identifier:
        case PropertyId.SESSION_EXPIRY_INTERVAL if value == _NEVER:
            return "never"
        case (
            PropertyId.MESSAGE_EXPIRY_INTERVAL
            | PropertyId.SESSION_EXPIRY_INTERVAL
            | PropertyId.WILL_DELAY_INTERVAL
        ):
            return seconds_words(value)
        case PropertyId.SERVER_KEEP_ALIVE:
            return keep_alive_words(value)
        case PropertyId.PAYLOAD_FORMAT_INDICATOR:
            return {0: "0 bytes", 1: "1 UTF-8"}.get(value, f"{value} reserved")
        case PropertyId.MAXIMUM_QOS:
            return qos_words(value)
        case PropertyId.MAXIMUM_PACKET_SIZE:
            return f"{value} bytes"
    known = RULES.get(identifier)
    return yes_words(value) if known and known.highest == 1 else str(value)

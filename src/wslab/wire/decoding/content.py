"""What a message looks like, where nobody says what it is."""

from __future__ import annotations

import codecs
import json
from typing import Any, NamedTuple

from wslab.i18n import N_, Sentence, sentence
from wslab.wire.decoding.choosing import AUTO, protocol_of
from wslab.wire.graphql.reader import read as read_graphql
from wslab.wire.graphql.subprotocols import LEGACY, TRANSPORT
from wslab.wire.labproto.reader import read_one
from wslab.wire.mqtt.packets import VERSION_NAMES, Connect, Version
from wslab.wire.mqtt.reader import PacketReader

BY_HAND = sentence("chosen by hand; /decode auto takes that back")
"""Why a message is read as it is where somebody chose that."""

_OWN_TYPES = frozenset(
    {
        "connection_init", "connection_ack", "subscribe", "next",
        "start", "data", "connection_error", "connection_terminate",
    }
)  # fmt: skip
"""Types of messages that other protocols on JSON rarely have. `ping` and `error` anybody may say."""


class Reading(NamedTuple):
    """How a message is read, and why so."""

    kind: str
    """`graphql`, `mqtt`, `binary`, `json`, `text` or `bytes`."""
    version: str
    """As `Proto` has it; empty where it does not matter or is not known."""
    why: Sentence
    agreed: bool = False
    """Whether the connection agreed on it, so that every message is decoded as it comes."""


def reading(data: bytes, *, text: bool, whole: bool, subprotocol: str | None, choice: str = AUTO) -> Reading:
    """Choose how to read a message: by hand, by the subprotocol, else by what is in it.

    Args:
        data: the payload, inflated, or its start.
        text: whether it is a text message.
        whole: whether `data` is all of it.
        subprotocol: what was agreed on.
        choice: one of `CHOICES` of `wslab.wire.decoding.choosing`.
    """
    known = protocol_of(subprotocol, choice)
    if choice != AUTO:
        return Reading(choice, known.version if known is not None else "", BY_HAND)
    if known is not None:
        why = sentence("the subprotocol {name} was agreed on", name=subprotocol)
        return Reading(known.protocol, known.version, why, agreed=True)
    found = _by_content(data, text, whole)
    if found is None:
        kind, what = (
            ("text", N_("it is a text message")) if text else ("bytes", N_("it looks like nothing known"))
        )
        return Reading(kind, "", sentence(what))
    return found


def _by_content(data: bytes, text: bool, whole: bool) -> Reading | None:
    if not data:
        return None
    if not text:
        found = _mqtt(data, whole) or _binary(data)
        if found is not None:
            return found
    return _readable(data, text, whole)


def _mqtt(data: bytes, whole: bool) -> Reading | None:
    for level in (Version.V5, Version.V3_1_1):
        reader = PacketReader(version=level)
        packets = reader.feed(data)
        if not packets or any(packet.faults for packet in packets):
            continue
        name = VERSION_NAMES[packets[0].version]
        if isinstance(packets[0].packet, Connect):
            return Reading("mqtt", name, sentence("it begins with a CONNECT of MQTT {version}", version=name))
        if whole and not reader.pending:
            return Reading(
                "mqtt", name, sentence("it is made of whole packets of MQTT {version}", version=name)
            )
    return None


def _binary(data: bytes) -> Reading | None:
    item = read_one(data, 0)
    if item.header is None or item.problems:
        return None
    why = sentence("it begins with a right message of the lab's binary protocol")
    return Reading("binary", "", why)


def _readable(data: bytes, text: bool, whole: bool) -> Reading | None:
    characters = _characters(data, whole)
    if characters is None:
        return None
    value = _json(characters)
    if isinstance(value, dict) and text:
        for subprotocol in (TRANSPORT, LEGACY):
            message = read_graphql(characters, subprotocol).message
            if message is not None and message.type.name in _OWN_TYPES:
                why = sentence("it has the shape of a message of {name}", name=subprotocol.name)
                return Reading("graphql", subprotocol.name, why)
    if value is not None:
        return Reading("json", "", sentence("it is JSON"))
    if not text and _can_be_read(characters):
        return Reading("text", "", sentence("it is UTF-8 that can be read"))
    return None


def plain_kind(data: bytes, whole: bool) -> str:
    """Say what bytes are that belong to no protocol: `json`, `text` or `bytes`.

    Args:
        data: the bytes, or their start.
        whole: whether they are all.
    """
    characters = _characters(data, whole)
    if characters is None or not _can_be_read(characters):
        return "bytes"
    return "text" if _json(characters) is None else "json"


def _characters(data: bytes, whole: bool) -> str | None:
    """Return bytes as text, None where they are not UTF-8. A part may end within a character."""
    try:
        return codecs.utf_8_decode(data, "strict", whole)[0]
    except UnicodeDecodeError:
        return None


def _json(characters: str) -> dict[str, Any] | list[Any] | None:
    """Return the object or array that a text is, None where it is neither."""
    if characters[:64].lstrip()[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(characters)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _can_be_read(characters: str) -> bool:
    return all(each.isprintable() or each in "\t\r\n" for each in characters)

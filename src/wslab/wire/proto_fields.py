"""What lessons can ask of decoded units beside what stands in their events: QoS, payload, code."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from wslab.wire.events import Proto


def packet(event: Proto) -> Any:
    """Return the MQTT packet of an event, None where it is none, was not kept whole or cannot be read."""
    if event.protocol != "mqtt" or not event.preview or len(event.preview) != event.length:
        return None
    return _parsed(event.preview, event.version)


def of_packet(event: Proto, name: str) -> Any:
    """Return an attribute of the MQTT packet of an event, None where it has none."""
    return getattr(packet(event), name, None)


def code(event: Proto) -> int | None:
    """Return the reason code of an MQTT packet, or the code of an ERROR of the lab's protocol."""
    if event.protocol != "binary":
        found = of_packet(event, "reason_code")
        return found if isinstance(found, int) else None
    # Loaded where they are needed: few connections carry them.
    from wslab.wire.labproto.bodies import Error
    from wslab.wire.labproto.reader import read_one

    body = read_one(event.preview, 0).body
    return body.code if isinstance(body, Error) else None


def payload(event: Proto) -> str | None:
    """Return what a PUBLISH carries as text, None where it is not UTF-8 or there is none."""
    found = of_packet(event, "payload")
    if not isinstance(found, bytes):
        return None
    try:
        return found.decode()
    except UnicodeDecodeError:
        return None


def json_of(event: Proto) -> Any:
    """Return the JSON of a message of GraphQL, or of what a PUBLISH carries; None where there is none."""
    text = payload(event)
    if event.protocol == "graphql" and len(event.preview) == event.length:
        text = event.preview.decode("utf-8", "replace")
    return strict_json(text)


def strict_json(text: str | None) -> Any:
    """Return the value of a text that is JSON as RFC 8259 has it, None for any other and for none."""
    if text is None:
        return None
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> None:
    raise ValueError(name)


@lru_cache(maxsize=16)
def _parsed(raw: bytes, version: str) -> Any:
    from wslab.wire.mqtt.packets import VERSION_NAMES, Version
    from wslab.wire.mqtt.parsing import parse

    levels = {name: level for level, name in VERSION_NAMES.items()}
    return parse(raw, levels.get(version, Version.V3_1_1)).packet

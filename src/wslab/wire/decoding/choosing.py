"""Which decoder a connection gets: by the subprotocol that was agreed on, or by hand."""

from __future__ import annotations

from typing import Final, NamedTuple

from wslab.i18n import sentence
from wslab.wire.decoding.decoded import Decoder
from wslab.wire.events import Direction

AUTO: Final = "auto"
CHOICES: Final = (AUTO, "text", "json", "graphql", "mqtt", "binary")
"""What can be chosen by hand. `auto` goes by the subprotocol, then by content."""

PROTOCOLS: Final = ("graphql", "mqtt", "binary")
"""The protocols that messages are decoded by; each unit of theirs becomes a `Proto` event."""


class Known(NamedTuple):
    """A protocol, and what is known of its version."""

    protocol: str
    """One of `PROTOCOLS`."""
    version: str = ""
    """As `Proto` has it; empty where the connection does not say."""


SUBPROTOCOLS: Final[dict[str, Known]] = {
    "graphql-transport-ws": Known("graphql", "graphql-transport-ws"),
    "graphql-ws": Known("graphql", "graphql-ws"),
    "mqtt": Known("mqtt"),
    "mqttv3.1": Known("mqtt", "3.1"),
    "v1.binary.wslab": Known("binary", "1"),
    "v2.binary.wslab": Known("binary", "2"),
}
"""What the names in Sec-WebSocket-Protocol stand for."""


def check_choice(text: str) -> str:
    """Return a choice that was made by hand.

    Raises:
        ValueError: it is none; the message lists what there is.
    """
    if text not in CHOICES:
        choices = ", ".join(CHOICES)
        raise ValueError(
            sentence("there is no decoding {name!r}: choose one of {choices}", name=text, choices=choices)
        )
    return text


def protocol_of(subprotocol: str | None, choice: str = AUTO) -> Known | None:
    """Return the protocol that messages are decoded by; None where nothing but their content could tell.

    Args:
        subprotocol: what was agreed on.
        choice: one of `CHOICES`.
    """
    agreed = SUBPROTOCOLS.get(subprotocol or "")
    if choice == AUTO:
        return agreed
    if choice not in PROTOCOLS:
        return None
    return agreed if agreed is not None and agreed.protocol == choice else Known(choice)


def decoders(known: Known, *, preview_limit: int) -> dict[Direction, Decoder]:
    """Return the decoders of both directions of a connection.

    What they need is loaded here: most connections need none of it.
    """
    both = (Direction.C2S, Direction.S2C)
    if known.protocol == "mqtt":
        from wslab.wire.decoding.mqtt import Level, MqttDecoder
        from wslab.wire.mqtt.packets import VERSION_NAMES

        levels = {name: level for level, name in VERSION_NAMES.items()}
        level = Level(levels.get(known.version))
        return {each: MqttDecoder(each, level, preview_limit=preview_limit) for each in both}
    if known.protocol == "graphql":
        from wslab.wire.decoding.graphql import Dialect, GraphqlDecoder
        from wslab.wire.graphql.subprotocols import SUBPROTOCOLS as DIALECTS

        agreed = DIALECTS.get(known.version)
        dialect = Dialect() if agreed is None else Dialect(agreed, sure=True)
        return {each: GraphqlDecoder(each, dialect, preview_limit=preview_limit) for each in both}
    from wslab.wire.decoding.binary import BinaryDecoder
    from wslab.wire.labproto.layout import HIGHEST_VERSION

    version = int(known.version or HIGHEST_VERSION)
    return {each: BinaryDecoder(version, preview_limit=preview_limit) for each in both}

"""The protocols that the lab can speak over a WebSocket, and where it speaks each of them."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import N_


@dataclass(frozen=True, slots=True)
class Protocol:
    """What the messages of a connection are to mean."""

    name: str
    title: str
    """Its name for people, to be translated."""
    target: str
    """Where a bundled server speaks it, as `Workbench.aim` takes it."""
    note: str
    """What there is to do with it, in one sentence to be translated."""

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """What is offered in the handshake, the best first. What knows them is loaded only then."""
        if self.name == "graphql":
            from wslab.wire.graphql.subprotocols import SUBPROTOCOLS as GRAPHQL

            return tuple(GRAPHQL)
        if self.name == "binary":
            from wslab.wire.labproto.layout import SUBPROTOCOLS as BINARY

            return tuple(BINARY[version] for version in sorted(BINARY, reverse=True))
        return ("mqtt",) if self.name == "mqtt" else ()


RAW = Protocol(
    "raw",
    N_("raw"),
    "basic:/echo",
    N_("Nothing but WebSocket: what you type goes out as it is, and any /command of the line below."),
)

PROTOCOLS: dict[str, Protocol] = {
    each.name: each
    for each in (
        RAW,
        Protocol(
            "graphql",
            N_("GraphQL"),
            "graphql:/graphql",
            N_("Queries, mutations and subscriptions as JSON in text messages."),
        ),
        Protocol(
            "mqtt",
            N_("MQTT"),
            "mqtt:/mqtt",
            N_("Topics that are published to and subscribed to, as packets in binary messages."),
        ),
        Protocol(
            "binary",
            N_("binary"),
            "binary:/",
            N_("The lab's own protocol: headers, numbers and files in binary messages."),
        ),
    )
}
"""Every protocol by name, in the order in which it is learned."""

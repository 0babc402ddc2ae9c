"""GraphQL over WebSocket: one JSON text a message, in either of the two subprotocols."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import joined
from wslab.wire.decoding.decoded import Decoded, MessageDecoder, shortened
from wslab.wire.events import Direction
from wslab.wire.graphql.explain import explain
from wslab.wire.graphql.reader import Fault, Read, read
from wslab.wire.graphql.subprotocols import LEGACY, TRANSPORT, Side, Subprotocol

PROTOCOL = "graphql"

SIDES = {Direction.C2S: Side.CLIENT, Direction.S2C: Side.SERVER}


@dataclass(slots=True)
class Dialect:
    """What both directions of a connection know of its subprotocol."""

    subprotocol: Subprotocol = TRANSPORT
    sure: bool = False
    """Whether it was agreed on. Else the types of the messages tell: some belong to one of them alone."""

    def read(self, data: str | bytes, sender: Side) -> Read:
        """Read a message by the subprotocol."""
        found = read(data, self.subprotocol, sender)
        if not self.sure and found.type is None:
            other = LEGACY if self.subprotocol is TRANSPORT else TRANSPORT
            instead = read(data, other, sender)
            if instead.type is not None:
                self.subprotocol, found = other, instead
        return found


class GraphqlDecoder(MessageDecoder):
    """Decodes one direction of a connection."""

    def __init__(self, direction: Direction, dialect: Dialect, *, preview_limit: int) -> None:
        """Prepare for the first message.

        Args:
            direction: who sends.
            dialect: shared with the decoder of the other direction.
            preview_limit: bytes of each message to keep.
        """
        super().__init__(PROTOCOL)
        self._sender = SIDES[direction]
        self._dialect = dialect
        self._limit = preview_limit

    def decode(self, data: bytes, text: bool) -> list[Decoded]:
        """Decode a whole message."""
        found = self._dialect.read(data.decode("utf-8", "replace") if text else data, self._sender)
        explained = explain(found)
        operation = explained.operation
        words = [explained.name or "no message", explained.id or ""]
        if not explained.name:
            words = ["no message of", found.subprotocol.name]
        if operation is not None:
            words += [operation.kind, operation.name or ""]
        if explained.errors:
            words.append(f"error: {explained.errors[0]}")
        return [
            Decoded(
                PROTOCOL,
                found.subprotocol.name,
                explained.name,
                shortened(" ".join(filter(None, words))),
                explained.id,
                operation.name if operation is not None else None,
                0,
                len(data),
                data[: self._limit],
                tuple(violation(fault) for fault in found.fatal),
            )
        ]


def violation(fault: Fault) -> str:
    """Return a fault as violations are written; the headings of its sections have spaces in them."""
    return joined(" ", (fault.section.replace(" ", "-"), fault.text))

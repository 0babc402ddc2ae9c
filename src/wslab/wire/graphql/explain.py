"""A message of GraphQL over WebSocket in words, for who reads it on the wire."""

from __future__ import annotations

from typing import Any, NamedTuple

from wslab.i18n import Sentence, sentence
from wslab.wire.graphql.document import Operation, chosen
from wslab.wire.graphql.reader import Fault, Read
from wslab.wire.graphql.subprotocols import Shape


class Explained(NamedTuple):
    """What there is to say of one message."""

    name: str
    """Its type; empty where it has none that is known."""
    words: Sentence
    """What it is."""
    id: str | None
    """The operation it belongs to."""
    operation: Operation | None
    """Kind and name of the operation it starts, where its document tells."""
    errors: tuple[str, ...]
    """Messages of the errors it carries."""
    faults: tuple[Fault, ...]


def explain(read: Read) -> Explained:
    """Explain a message that was read; an invalid one too, as far as it goes."""
    if read.type is None:
        words = sentence("No message of {subprotocol}.", subprotocol=read.subprotocol.name)
        return Explained("", words, read.id, None, (), read.faults)
    payload = read.message.payload if read.message else None
    operation = None
    if read.type.payload is Shape.REQUEST and isinstance(payload, dict):
        operation = chosen(payload["query"], payload.get("operationName"))
    return Explained(
        read.type.name, sentence(read.type.words), read.id, operation, _errors(read.type.payload, payload),
        read.faults,
    )  # fmt: skip


def _errors(shape: Shape, payload: Any) -> tuple[str, ...]:
    if shape is Shape.RESULT and isinstance(payload, dict):
        payload = payload.get("errors")
    elif shape is Shape.ERROR:
        payload = [payload]
    elif shape is not Shape.ERRORS:
        return ()
    if not isinstance(payload, list):
        return ()
    messages = (each.get("message") for each in payload if isinstance(each, dict))
    return tuple(message for message in messages if isinstance(message, str))

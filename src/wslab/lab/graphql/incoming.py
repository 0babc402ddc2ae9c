"""What a message of a GraphQL server means for a client: reads it, and finds what it has no right to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wslab.i18n import joined, sentence
from wslab.lab.graphql.operation import Operation, OperationState
from wslab.lab.graphql.pretty import on_one_line, pretty
from wslab.wire.graphql.reader import Message, Read, read
from wslab.wire.graphql.subprotocols import TRANSPORT, Side, Subprotocol
from wslab.wire.graphql.writer import write

if TYPE_CHECKING:
    from wslab.lab.graphql.client import GraphqlClient

LONGEST_SHOWN = 200
"""Characters of something a server said that a note repeats."""
_ENDS = {"complete": OperationState.COMPLETED, "error": OperationState.FAILED}


class Incoming:
    """Takes the messages of the server one by one. None of them makes it raise."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client

    def take(self, data: str | bytes, subprotocol: Subprotocol) -> None:
        """Take a message by the rules of a subprotocol."""
        found = read(data, subprotocol, Side.SERVER)
        if found.message is None:
            self._invalid(found)
            return
        message = found.message
        match message.type.name:
            case "connection_ack":
                self._ack(message)
            case "connection_error":
                self._refused(message)
            case "ka":
                self._client.notebook.counts.keepalives += 1
            case "ping":
                self._ping(message)
            case "pong":
                self._client.take_pong(message.payload)
            case "next" | "data":
                self._result(message)
            case "complete":
                self._end(message, None)
            case "error":
                self._error(message, subprotocol)

    def _bad(self, text: str) -> None:
        self._client.note(text, bad=True)

    def _invalid(self, found: Read) -> None:
        first = found.fatal[0]
        self._bad(joined(" ", (first.section, first.text)))
        # Whatever is wrong with it, a server that sends this has ended the operation.
        if found.type is not None and found.type.name == "error" and found.id is not None:
            operation = self._client.operations.get(found.id)
            if operation is not None and operation.live:
                self._client.take_end(operation, OperationState.FAILED)

    def _ack(self, message: Message) -> None:
        counts = self._client.notebook.counts
        counts.acks += 1
        if counts.acks > counts.inits:
            if counts.inits:
                self._bad(sentence("connection_ack came once more than connection_init was sent"))
            else:
                self._bad(sentence("connection_ack came, and no connection_init was sent"))
            return
        if message.payload is None:
            self._client.note(sentence("connection_ack: the server lets this client in"))
        else:
            text = sentence(
                "connection_ack: the server lets this client in and says {payload}",
                payload=_short(message.payload),
            )
            self._client.note(text)
        self._client.let_in()

    def _refused(self, message: Message) -> None:
        self._bad(
            sentence("connection_error: the server refuses, {payload}", payload=_short(message.payload))
        )
        self._client.refused()

    def _ping(self, message: Message) -> None:
        counts = self._client.notebook.counts
        counts.pings_received += 1
        try:
            pong = write("pong") if message.payload is None else write("pong", payload=message.payload)
        except ValueError:
            self._bad(sentence("the payload of a ping has a number that JSON cannot give back"))
            pong = write("pong")
        if self._client.answer(pong):
            counts.pongs_sent += 1

    def _result(self, message: Message) -> None:
        operation = self._wanted(message)
        if operation is not None:
            self._client.take_result(operation, message.payload)

    def _end(self, message: Message, errors: object) -> None:
        operation = self._wanted(message)
        if operation is not None:
            self._client.take_end(operation, _ENDS[message.type.name], errors)

    def _error(self, message: Message, subprotocol: Subprotocol) -> None:
        if subprotocol is TRANSPORT:
            self._end(message, message.payload)
        elif message.id is not None:
            self._end(message, [message.payload])
        else:
            self._bad(
                sentence(
                    "error: the server did not understand a message, {payload}",
                    payload=_short(message.payload),
                )
            )

    def _wanted(self, message: Message) -> Operation | None:
        """Return the operation that a message is for; None where it has none to be for."""
        identity = message.id if message.id is not None else ""
        operation = self._client.operations.get(identity)
        kind = message.type.name
        if operation is None:
            text = sentence(
                "{type} for {id}: no such operation was started", type=kind, id=repr(identity[:40])
            )
            self._bad(text)
            return None
        if operation.state is OperationState.RUNNING:
            return operation
        if operation.state is OperationState.STOPPED:
            # It was on its way when this side said that it wants no more.
            operation.late += 1
        elif operation.state is OperationState.WAITING:
            self._bad(sentence("{type} for {id}, which was not started yet", type=kind, id=identity))
        else:
            self._bad(sentence("{type} for {id}, which was over already", type=kind, id=identity))
        return None


def _short(payload: Any) -> str:
    return on_one_line(pretty(payload, LONGEST_SHOWN))

"""The server's side of GraphQL over WebSocket, without I/O: messages in, what is to be done out.

    protocol = TransportProtocol(Limits(), lambda payload: True)
    for action in protocol.received(text):
        ...  # Send, Close, Start or Stop

Both subprotocols are here. They differ in what a client may do wrong: `graphql-transport-ws` closes with a
code of its own for each mistake, legacy `graphql-ws` answers with an `error` and stays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from wslab.wire.graphql import closing
from wslab.wire.graphql.reader import Message, Read, read
from wslab.wire.graphql.subprotocols import LEGACY, TRANSPORT, Side, Subprotocol
from wslab.wire.graphql.writer import write

LONGEST_ID = 256
"""Characters of an id at most. The specification has no limit, but ids are kept."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may take."""

    operations: int = 64
    """Operations that run at the same time."""
    document: int = 16 * 1024
    """Characters of a document."""


class Request(NamedTuple):
    """What is to be executed."""

    query: str
    operation_name: str | None
    variables: dict[str, Any] | None


@dataclass(slots=True, eq=False)
class Operation:
    """One operation of a connection. A later one of the same id is another."""

    id: str
    request: Request


class Send(NamedTuple):
    """Send this text message."""

    text: str


class Close(NamedTuple):
    """Close the connection. Nothing comes after it."""

    code: int
    reason: str


class Start(NamedTuple):
    """Execute this operation and hand in what comes of it."""

    operation: Operation


class Stop(NamedTuple):
    """Stop executing this operation: nobody wants to know any more."""

    operation: Operation


Action = Send | Close | Start | Stop


class GraphqlProtocol(ABC):
    """The state of one connection."""

    subprotocol: ClassVar[Subprotocol]
    init_timeout: ClassVar[bool]
    """Whether the subprotocol closes where `connection_init` does not come in time."""
    signs_of_life: ClassVar[bool]
    """Whether the server says regularly that it lives."""
    result_type: ClassVar[str]

    def __init__(self, limits: Limits, welcome: Callable[[Any], bool]) -> None:
        """Begin with the end of the handshake.

        Args:
            limits: what the connection may take.
            welcome: takes the payload of `connection_init` and tells whether to let its sender in.
        """
        self._limits = limits
        self._welcome = welcome
        self._operations: dict[str, Operation] = {}
        self._acknowledged = False
        self._closed = False

    @property
    def acknowledged(self) -> bool:
        """Whether the client was let in."""
        return self._acknowledged

    @property
    def operations(self) -> int:
        """How many operations run."""
        return len(self._operations)

    def received(self, data: str | bytes) -> list[Action]:
        """Take a message of the client and return what is to be done, in this order. Never raises."""
        if self._closed:
            return []
        found = read(data, self.subprotocol, Side.CLIENT)
        return self._invalid(found) if found.message is None else self._obey(found.message)

    def result(self, operation: Operation, result: dict[str, Any]) -> str | None:
        """Return the message that carries one result; None where nobody wants it any more.

        Raises:
            TypeError, ValueError: it holds something that JSON cannot say.
        """
        if self._operations.get(operation.id) is not operation:
            return None
        return write(self.result_type, operation.id, result)

    def completed(self, operation: Operation) -> list[Action]:
        """The last result of an operation was handed in."""
        if self._operations.get(operation.id) is not operation:
            return []
        del self._operations[operation.id]
        return [Send(write("complete", operation.id))]

    def failed(self, operation: Operation, errors: Sequence[dict[str, Any]]) -> list[Action]:
        """An operation is over because of these errors: no result comes, and no `complete` either."""
        if self._operations.get(operation.id) is not operation:
            return []
        del self._operations[operation.id]
        return [self._error(operation.id, errors)]

    def init_timed_out(self) -> list[Action]:
        """The time for `connection_init` is over; nothing happens if it came."""
        if self._acknowledged or self._closed or not self.init_timeout:
            return []
        return self._close(closing.INIT_TIMEOUT.code, closing.INIT_TIMEOUT.reason)

    def sign_of_life(self) -> list[Action]:
        """It is time to say that the server lives; nothing is said before the client was let in."""
        if not self._acknowledged or self._closed or not self.signs_of_life:
            return []
        return [Send(write("ka"))]

    @abstractmethod
    def _obey(self, message: Message) -> list[Action]:
        """Do what a valid message asks for."""

    @abstractmethod
    def _invalid(self, found: Read) -> list[Action]:
        """Say that a message is not valid."""

    @abstractmethod
    def _error(self, identity: str, errors: Sequence[dict[str, Any]]) -> Send:
        """Return the message that ends an operation with errors."""

    def _start(self, identity: str, payload: dict[str, Any]) -> list[Action]:
        query = payload["query"]
        if len(self._operations) >= self._limits.operations:
            most = self._limits.operations
            return [self._error(identity, [{"message": f"too many operations at once: at most {most}"}])]
        if len(query) > self._limits.document:
            text = f"the document has {len(query)} characters: at most {self._limits.document}"
            return [self._error(identity, [{"message": text}])]
        request = Request(query, payload.get("operationName"), payload.get("variables"))
        operation = self._operations[identity] = Operation(identity, request)
        return [Start(operation)]

    def _stop(self, identity: str) -> list[Action]:
        operation = self._operations.pop(identity, None)
        return [] if operation is None else [Stop(operation)]

    def _close(self, code: int, reason: str) -> list[Action]:
        self._closed = True
        stops: list[Action] = [Stop(operation) for operation in self._operations.values()]
        self._operations.clear()
        return [*stops, Close(code, reason)]


class TransportProtocol(GraphqlProtocol):
    """`graphql-transport-ws` (PROTOCOL.md of graphql-ws)."""

    subprotocol = TRANSPORT
    init_timeout = True
    signs_of_life = False
    result_type = "next"

    def _obey(self, message: Message) -> list[Action]:
        match message.type.name:
            case "connection_init":
                return self._init(message.payload)
            case "ping":
                # The payload comes back as it was; where there was none, none is made up.
                pong = write("pong") if message.payload is None else write("pong", payload=message.payload)
                return [Send(pong)]
            case "subscribe":
                assert message.id is not None  # a valid one has it
                return self._subscribe(message.id, message.payload)
            case "complete":
                assert message.id is not None
                return self._stop(message.id)  # one that is unknown is over already
        return []  # pong: a sign of life that nobody has to answer

    def _init(self, payload: Any) -> list[Action]:
        if self._acknowledged:
            return self._close(closing.TOO_MANY_INITS.code, closing.TOO_MANY_INITS.reason)
        if not self._welcome(payload):
            return self._close(closing.FORBIDDEN.code, closing.FORBIDDEN.reason)
        self._acknowledged = True
        return [Send(write("connection_ack"))]

    def _subscribe(self, identity: str, payload: dict[str, Any]) -> list[Action]:
        if not self._acknowledged:
            return self._close(closing.UNAUTHORIZED.code, closing.UNAUTHORIZED.reason)
        if identity in self._operations:
            return self._close(closing.DUPLICATE.code, closing.DUPLICATE.reason_for(id=identity))
        if len(identity) > LONGEST_ID:
            return self._bad(f"id has {len(identity)} characters: at most {LONGEST_ID}")
        return self._start(identity, payload)

    def _invalid(self, found: Read) -> list[Action]:
        what = f"{found.type.name}: " if found.type else ""
        return self._bad(f"{what}{found.fatal[0].text}")

    def _bad(self, why: str) -> list[Action]:
        return self._close(closing.INVALID.code, closing.INVALID.reason_for(message=why))

    def _error(self, identity: str, errors: Sequence[dict[str, Any]]) -> Send:
        return Send(write("error", identity, list(errors)))


class LegacyProtocol(GraphqlProtocol):
    """`graphql-ws` (PROTOCOL.md of subscriptions-transport-ws, whose servers decide what it leaves open)."""

    subprotocol = LEGACY
    init_timeout = False
    signs_of_life = True
    result_type = "data"

    def _obey(self, message: Message) -> list[Action]:
        match message.type.name:
            case "connection_init":
                return self._init(message.payload)
            case "start":
                assert message.id is not None
                return self._begin(message.id, message.payload)
            case "stop":
                assert message.id is not None
                stopped = self._stop(message.id)
                return [*stopped, Send(write("complete", message.id))] if stopped else []
        return self._close(1000, "")  # connection_terminate

    def _init(self, payload: Any) -> list[Action]:
        if not self._welcome(payload):
            refused = Send(write("connection_error", payload={"message": "Forbidden"}))
            return [refused, *self._close(closing.LEGACY_REFUSED.code, closing.LEGACY_REFUSED.reason)]
        # Its servers acknowledge a second time where they are asked a second time.
        self._acknowledged = True
        return [Send(write("connection_ack")), Send(write("ka"))]

    def _begin(self, identity: str, payload: dict[str, Any]) -> list[Action]:
        if not self._acknowledged:
            return [self._error(identity, [{"message": "connection_init has to come before start"}])]
        if len(identity) > LONGEST_ID:
            text = f"id has {len(identity)} characters: at most {LONGEST_ID}"
            return [Send(write("error", payload={"message": text}))]
        # One that is there already gives way, without a `complete` that the new one could be blamed for.
        return [*self._stop(identity), *self._start(identity, payload)]

    def _invalid(self, found: Read) -> list[Action]:
        why = str(found.fatal[0].text) if found.is_json else "Invalid JSON"
        identity = found.id if found.id is not None and len(found.id) <= LONGEST_ID else None
        return [Send(write("error", identity, {"message": why}))]

    def _error(self, identity: str, errors: Sequence[dict[str, Any]]) -> Send:
        # Here the payload is one error and not a list; the first is as good as any to begin with.
        return Send(write("error", identity, errors[0]))


PROTOCOLS: dict[str, type[GraphqlProtocol]] = {
    each.subprotocol.name: each for each in (TransportProtocol, LegacyProtocol)
}
"""Both by the name of their subprotocol; a server that may choose takes the first."""

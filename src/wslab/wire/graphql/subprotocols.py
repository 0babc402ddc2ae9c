"""The two subprotocols of GraphQL over WebSocket, as data.

Their names mislead: `graphql-transport-ws` is the current one, made by the library graphql-ws; `graphql-ws`
is the older one, made by the library subscriptions-transport-ws. They share no version and little syntax.

Sources, each named by its heading in violations:
`graphql-transport-ws#Subscribe` is that section of PROTOCOL.md of graphql-ws,
`graphql-ws#GQL_START` that of PROTOCOL.md of subscriptions-transport-ws.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from wslab.i18n import N_


class Side(Enum):
    """Who sends a message."""

    CLIENT = "client"
    SERVER = "server"


BOTH = frozenset(Side)
CLIENT = frozenset({Side.CLIENT})
SERVER = frozenset({Side.SERVER})


class Shape(Enum):
    """What the field `payload` of a message has to be."""

    NONE = "none"
    """There is no such field."""
    DETAILS = "details"
    """An object with anything in it, null, or not there."""
    REQUEST = "request"
    """An object with a document in `query`, and `variables`, `operationName` and `extensions`."""
    RESULT = "result"
    """An object: the result of an execution."""
    ERROR = "error"
    """An object: one error."""
    ERRORS = "errors"
    """An array of at least one error, each an object with a `message`."""


@dataclass(frozen=True, slots=True)
class MessageType:
    """One type of message of a subprotocol."""

    name: str
    """The value of its field `type`."""
    sides: frozenset[Side]
    """Who may send it."""
    needs_id: bool
    """Whether it belongs to one operation, which its field `id` names."""
    payload: Shape
    heading: str
    """The section of the specification that defines it."""
    words: str
    """What it is, in words for someone who meets it first; to be translated where it is shown."""
    optional_id: bool = False
    """Whether it may name an operation without having to."""


@dataclass(frozen=True, slots=True, eq=False)
class Subprotocol:
    """One of the two subprotocols."""

    name: str
    """As it stands in Sec-WebSocket-Protocol."""
    types: dict[str, MessageType]
    """Every type of message by its name."""
    empty_id: bool
    """Whether an empty `id` names an operation."""
    invalid: str
    """The section that says what happens to a message that is not valid."""
    errors: frozenset[str] = field(default=frozenset({"message", "locations", "path", "extensions"}))
    """The entries of an error (GraphQL specification, section Errors)."""


def _table(*types: MessageType) -> dict[str, MessageType]:
    return {each.name: each for each in types}


TRANSPORT = Subprotocol(
    "graphql-transport-ws",
    _table(
        MessageType(
            "connection_init", CLIENT, False, Shape.DETAILS, "ConnectionInit",
            N_("The client asks to be let in; the payload may say who it is. It comes first, and once."),
        ),
        MessageType(
            "connection_ack", SERVER, False, Shape.DETAILS, "ConnectionAck",
            N_("The server lets the client in. From now on there may be operations."),
        ),
        MessageType(
            "ping", BOTH, False, Shape.DETAILS, "Ping",
            N_("Are you there? Not a Ping frame, but a message: programs in a browser can send no frames."),
        ),
        MessageType(
            "pong", BOTH, False, Shape.DETAILS, "Pong",
            N_("The answer to a ping message. It may also come unasked, as a sign of life."),
        ),
        MessageType(
            "subscribe", CLIENT, True, Shape.REQUEST, "Subscribe",
            N_("The client starts an operation, which may be a query or a mutation too, and gives it an id."),
        ),
        MessageType(
            "next", SERVER, True, Shape.RESULT, "Next",
            N_("One result of the operation with this id. More may follow."),
        ),
        MessageType(
            "error", SERVER, True, Shape.ERRORS, "Error",
            N_("The operation failed and is over: nothing more comes with this id."),
        ),
        MessageType(
            "complete", BOTH, True, Shape.NONE, "Complete",
            N_("The operation is over: the server has no more results, or the client wants no more."),
        ),
    ),
    empty_id=False,
    invalid="Invalid message",
)  # fmt: skip

LEGACY = Subprotocol(
    "graphql-ws",
    _table(
        MessageType(
            "connection_init", CLIENT, False, Shape.DETAILS, "GQL_CONNECTION_INIT",
            N_("The client asks to be let in; the payload may say who it is."),
        ),
        MessageType(
            "connection_ack", SERVER, False, Shape.DETAILS, "GQL_CONNECTION_ACK",
            N_("The server lets the client in. From now on there may be operations."),
        ),
        MessageType(
            "connection_error", SERVER, False, Shape.ERROR, "GQL_CONNECTION_ERROR",
            N_("The server does not let the client in."), optional_id=True,
        ),
        MessageType(
            "ka", SERVER, False, Shape.NONE, "GQL_CONNECTION_KEEP_ALIVE",
            N_("A sign of life from the server: one follows the acknowledgement, others come regularly."),
        ),
        MessageType(
            "start", CLIENT, True, Shape.REQUEST, "GQL_START",
            N_("The client starts an operation, which may be a query or a mutation too, and gives it an id."),
        ),
        MessageType(
            "data", SERVER, True, Shape.RESULT, "GQL_DATA",
            N_("One result of the operation with this id. More may follow."),
        ),
        # Without an id it answers a message that could not be read.
        MessageType(
            "error", SERVER, False, Shape.ERROR, "GQL_ERROR",
            N_("An operation failed before it was executed, or a message could not be understood."),
            optional_id=True,
        ),
        MessageType(
            "complete", SERVER, True, Shape.NONE, "GQL_COMPLETE",
            N_("The operation is over: nothing more comes with this id."),
        ),
        MessageType(
            "stop", CLIENT, True, Shape.NONE, "GQL_STOP",
            N_("The client wants no more results of this operation."),
        ),
        MessageType(
            "connection_terminate", CLIENT, False, Shape.NONE, "GQL_CONNECTION_TERMINATE",
            N_("The client says goodbye; the server closes the connection."),
        ),
    ),
    empty_id=True,
    invalid="Client-server communication",
)  # fmt: skip

SUBPROTOCOLS: dict[str, Subprotocol] = {each.name: each for each in (TRANSPORT, LEGACY)}
"""Both by name, the current one first."""

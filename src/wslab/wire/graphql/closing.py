"""The close codes of GraphQL over WebSocket, with their reasons as the specifications write them."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import N_

LONGEST_REASON = 123
"""Bytes of a reason at most: 125 of a control frame less two of the code (RFC 6455 section 5.5)."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One way in which a server ends a connection."""

    code: int
    reason: str
    """Word for word; `{id}` and `{message}` stand for what differs."""
    heading: str
    """Subprotocol and section that define it, or the library whose servers do it."""
    meaning: str
    """What went wrong, in words; to be translated where it is shown."""

    def reason_for(self, **values: str) -> str:
        """Return the reason with these values, cut where a Close frame could not hold it."""
        return cut_reason(self.reason.format(**values))


def cut_reason(text: str) -> str:
    """Return as much of a text as fits into a Close frame, in whole characters that UTF-8 can carry."""
    data = text.encode("utf-8", "replace")
    if len(data) <= LONGEST_REASON:
        return data.decode()
    return data[: LONGEST_REASON - len("…".encode())].decode("utf-8", "ignore") + "…"


INVALID = Closing(
    4400, "{message}", "graphql-transport-ws#Invalid message",
    N_("A message was not JSON, of an unknown type, or lacked what its type must have."),
)  # fmt: skip
UNAUTHORIZED = Closing(
    4401, "Unauthorized", "graphql-transport-ws#Subscribe",
    N_("An operation was started before the server had acknowledged the connection."),
)  # fmt: skip
FORBIDDEN = Closing(
    4403, "Forbidden", "graphql-transport-ws#ConnectionInit",
    N_("What connection_init carried did not satisfy the server: a wrong token, for instance."),
)  # fmt: skip
NO_SUBPROTOCOL = Closing(
    4406, "Subprotocol not acceptable", "library graphql-ws",
    N_("The client offered no subprotocol that this server speaks."),
)  # fmt: skip
INIT_TIMEOUT = Closing(
    4408, "Connection initialisation timeout", "graphql-transport-ws#ConnectionInit",
    N_("connection_init did not come in time after the handshake."),
)  # fmt: skip
DUPLICATE = Closing(
    4409, "Subscriber for {id} already exists", "graphql-transport-ws#Subscribe",
    N_("An operation was started with the id of another that still runs on this connection."),
)  # fmt: skip
TOO_MANY_INITS = Closing(
    4429, "Too many initialisation requests", "graphql-transport-ws#ConnectionInit",
    N_("connection_init came a second time."),
)  # fmt: skip
LEGACY_NO_SUBPROTOCOL = Closing(
    1002, "", "library subscriptions-transport-ws",
    N_("The client offered no subprotocol that this server speaks."),
)  # fmt: skip
LEGACY_REFUSED = Closing(
    1011, "", "library subscriptions-transport-ws",
    N_("What connection_init carried did not satisfy the server; a connection_error came before."),
)  # fmt: skip

CLOSINGS: dict[int, Closing] = {
    each.code: each
    for each in (
        INVALID, UNAUTHORIZED, FORBIDDEN, NO_SUBPROTOCOL, INIT_TIMEOUT, DUPLICATE, TOO_MANY_INITS
    )
}  # fmt: skip
"""The codes of graphql-transport-ws by number."""

"""Choosing a subprotocol (RFC 6455 sections 1.9 and 4.2.2): each way that is allowed, and one that is not."""

from __future__ import annotations

from collections.abc import Sequence

from websockets.exceptions import NegotiationError
from websockets.typing import Subprotocol

from wslab.serving.query import Parameter
from wslab.wire.extensions import TOKEN

MOST_NAMES = 20


def names() -> Parameter:
    """Names of subprotocols with commas between them; the value is a tuple of them, None by default."""

    def read(text: str) -> object:
        listed = tuple(name.strip() for name in text.split(","))
        for name in listed:
            if not TOKEN.fullmatch(name):
                raise ValueError(f"{name!r} is not a name of a subprotocol: write them like chat.v2,chat.v1")
        if len(set(listed)) < len(listed):
            raise ValueError(f"{text!r} has a name twice (RFC 6455 section 4.1)")
        if len(listed) > MOST_NAMES:
            raise ValueError(f"{len(listed)} names are too many: at most {MOST_NAMES}")
        return listed

    return Parameter(read, None)


def choose_subprotocol(
    offered: Sequence[Subprotocol], spoken: Sequence[str] | None, prefer: str, otherwise: str
) -> Subprotocol | None:
    """Return the name that both sides know, None for none.

    Args:
        offered: what the client asks for, its favourite first.
        spoken: what the server speaks, its favourite first; None is whatever is offered.
        prefer: whose favourite counts where several are known to both, `server` or `client`.
        otherwise: what to do where none is. `none` goes on without a subprotocol, and the client decides
            whether that will do. `refuse` ends the handshake. `force` takes the server's favourite all the
            same: a client has to fail such a connection (section 4.1).

    Raises:
        NegotiationError: the handshake is refused; the message says what would have been taken.
    """
    if spoken is None:
        spoken = offered
    first, second = (spoken, offered) if prefer == "server" else (offered, spoken)
    for name in first:
        if name in second:
            return Subprotocol(name)
    if otherwise == "force" and spoken:
        return Subprotocol(spoken[0])
    if otherwise == "refuse":
        raise NegotiationError(
            f"this server speaks only {', '.join(spoken) or 'what you offer, and nothing was offered'}"
        )
    return None

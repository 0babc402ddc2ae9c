"""What the numbers in Close frames mean (RFC 6455 section 7.4 and the IANA registry of close codes).

Codes from 4000 on belong to the application. Where a subprotocol was agreed on that gives some of them a
meaning, they have that one.
"""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import N_
from wslab.wire.graphql.closing import CLOSINGS, INIT_TIMEOUT, LEGACY_REFUSED


@dataclass(frozen=True, slots=True)
class CloseCode:
    """A close code and what to make of it."""

    code: int | None
    """None is a Close frame whose body is empty."""
    name: str
    """Short name as the registry has it, in lower case."""
    meaning: str
    """One or two sentences for someone who has never seen a WebSocket."""
    section: str
    """Where it is defined: `6455#7.4.1` is RFC 6455 section 7.4.1, `iana` the registry alone,
    `graphql-transport-ws#Subscribe` that section of the protocol, `library NAME` what a library does."""
    sendable: bool
    """Whether a Close frame may carry it. False for the codes that only report what happened locally."""
    retry: bool
    """Whether connecting again may help. False where the same attempt would end the same way."""


_NAMED: dict[int | None, tuple[str, str, str, bool, bool]] = {
    None: (
        "no code",
        N_("A Close frame with an empty body: the connection ends and no reason is given. "
        "Programs show it as 1005."),
        "6455#5.5.1", True, True,
    ),
    1000: (
        "normal closure",
        N_("The conversation is over and both sides got what they came for. Like hanging up after goodbye."),
        "6455#7.4.1", True, True,
    ),
    1001: (
        "going away",
        N_("This side is leaving: the server shuts down, or the browser tab was closed or went to another "
           "page."),
        "6455#7.4.1", True, True,
    ),
    1002: (
        "protocol error",
        N_("The other side broke a rule of the WebSocket protocol, such as a client frame without a mask."),
        "6455#7.4.1", True, False,
    ),
    1003: (
        "unsupported data",
        N_("The message was of a kind this side does not take, such as binary where only text is "
           "understood."),
        "6455#7.4.1", True, False,
    ),
    1004: (
        "reserved",
        N_("Set aside and never given a meaning. Nobody may send it."),
        "6455#7.4.1", False, True,
    ),
    1005: (
        "no status received",
        N_("The connection was closed properly, but the Close frame held no code. "
        "Never sent: a program reports it to itself."),
        "6455#7.4.1", False, True,
    ),
    1006: (
        "abnormal closure",
        N_("The connection broke without a Close frame: a crash, a lost network or a proxy that gave up. "
        "Never sent: a program reports it to itself."),
        "6455#7.4.1", False, True,
    ),
    1007: (
        "invalid payload data",
        N_("The content does not fit its kind: most often a text message that is not valid UTF-8."),
        "6455#7.4.1", True, False,
    ),
    1008: (
        "policy violation",
        N_("The other side did something that is not allowed here. "
        "The general refusal where no other code fits or the details are to stay secret."),
        "6455#7.4.1", True, False,
    ),
    1009: (
        "message too big",
        N_("The message was larger than this side is willing to handle."),
        "6455#7.4.1", True, False,
    ),
    1010: (
        "mandatory extension",
        N_("The client needs an extension that the server did not agree to in the handshake. "
        "Only clients send it."),
        "6455#7.4.1", True, False,
    ),
    1011: (
        "internal error",
        N_("The sender, nearly always the server, met something it did not expect and cannot go on. "
        "Also sent where a ping was not answered in time."),
        "6455#7.4.1", True, True,
    ),
    1012: (
        "service restart",
        N_("The server restarts. Connect again, after a random pause so that not everybody comes at once."),
        "iana", True, True,
    ),
    1013: (
        "try again later",
        N_("The server has too much to do, or you read too slowly for what it sends. Come back later."),
        "iana", True, True,
    ),
    1014: (
        "bad gateway",
        N_("A proxy or gateway got no usable answer from the server behind it. Like HTTP status 502."),
        "iana", True, True,
    ),
    1015: (
        "TLS handshake failed",
        N_("The encrypted connection could not be set up, for instance because of a bad certificate. "
        "Never sent: a program reports it to itself."),
        "6455#7.4.1", False, True,
    ),
    3000: (
        "unauthorized",
        N_("This needs a login, or the one you gave was not accepted. Like HTTP status 401. "
        "Some libraries give this number a meaning of their own."),
        "iana", True, False,
    ),
    3003: (
        "forbidden",
        N_("You are known, but you may not do this. Like HTTP status 403. "
        "Some libraries give this number a meaning of their own."),
        "iana", True, False,
    ),
    3008: (
        "timeout",
        N_("You took too long to answer. Like HTTP status 408. "
        "Some libraries give this number a meaning of their own."),
        "iana", True, True,
    ),
}  # fmt: skip

_RANGES: tuple[tuple[int, int, str, str, str, bool, bool], ...] = (
    (
        0, 999, "unused", N_("Numbers below 1000 are not used. Nobody may send one."),
        "6455#7.4.2", False, True,
    ),
    (
        1016, 2999, "unassigned",
        N_("Kept for the protocol and its extensions, and not given a meaning yet. Nobody may send it."),
        "6455#7.4.2", False, True,
    ),
    (
        3000, 3499, "library code",
        N_("Belongs to a library or framework: its documentation says what it means."),
        "6455#7.4.2", True, True,
    ),
    (
        3500, 3999, "library code, final",
        N_("Belongs to a library or framework: its documentation says what it means. "
        "By a common convention, 3500 to 3999 ask the client not to connect again."),
        "6455#7.4.2", True, False,
    ),
    (
        4000, 4399, "application code",
        N_("Private to this application: only its makers know what it means."),
        "6455#7.4.2", True, True,
    ),
    (
        4400, 4499, "application code, refused",
        N_("Private to this application. By a common convention, 4400 to 4499 mirror the HTTP statuses "
        "400 to 499: the fault is on the client's side."),
        "6455#7.4.2", True, False,
    ),
    (
        4500, 4999, "application code",
        N_("Private to this application: only its makers know what it means."),
        "6455#7.4.2", True, True,
    ),
)  # fmt: skip

REGISTERED: tuple[int, ...] = tuple(code for code in _NAMED if code is not None)
"""Every code that has a name of its own, in ascending order."""


_SHORT = {4400: "invalid message", 4409: "subscriber already exists"}
"""Names of codes whose reason says something else each time."""

_OF_SUBPROTOCOL: dict[str, dict[int, CloseCode]] = {
    "graphql-transport-ws": {
        each.code: CloseCode(
            each.code, _SHORT.get(each.code, each.reason.lower()), each.meaning, each.heading, True,
            each is INIT_TIMEOUT,
        )
        for each in CLOSINGS.values()
    },
    "graphql-ws": {
        LEGACY_REFUSED.code: CloseCode(
            LEGACY_REFUSED.code, "internal error",
            N_("The server met something it did not expect; or, with this subprotocol, what connection_init "
            "carried did not satisfy it, and a connection_error came before."),
            LEGACY_REFUSED.heading, True, True,
        ),
    },
}  # fmt: skip
"""What codes mean where a subprotocol was agreed on that says so."""


def describe(code: int | None, subprotocol: str | None = None) -> CloseCode:
    """Return what any number means as a close code, and what None does: a Close frame with an empty body.

    Args:
        code: the number.
        subprotocol: what the connection agreed on, where that is known.
    """
    own = _OF_SUBPROTOCOL.get(subprotocol or "", {}).get(-1 if code is None else code)
    if own is not None:
        return own
    named = _NAMED.get(code)
    if named is not None:
        return CloseCode(code, *named)
    if code is not None:
        for first, last, name, meaning, section, sendable, retry in _RANGES:
            if first <= code <= last:
                return CloseCode(code, name, meaning, section, sendable, retry)
    meaning = N_("Outside of every range that has a meaning: codes end at 4999. Nobody may send it.")
    return CloseCode(code, "undefined", meaning, "6455#7.4.2", False, True)

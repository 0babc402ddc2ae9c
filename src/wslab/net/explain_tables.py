"""What numbers of the system, of OpenSSL and of HTTP mean, in plain words."""

from __future__ import annotations

import errno

from wslab.i18n import N_

NETWORK: dict[int, tuple[str, str, bool]] = {
    errno.ECONNREFUSED: (
        "refused",
        N_("nobody listens on {place}: start the server, or check host and port"), True,
    ),
    errno.ETIMEDOUT: (
        "timeout",
        N_("{place} does not answer at all: it is down, or a firewall drops what is sent to it"), True,
    ),
    errno.EHOSTUNREACH: ("unreachable", N_("there is no way to {place}: check network and address"), True),
    errno.ENETUNREACH: ("unreachable", N_("there is no way to {place}: is this machine on a network?"), True),
    errno.ENETDOWN: ("unreachable", N_("the network of this machine is down"), True),
    errno.EHOSTDOWN: ("unreachable", N_("the machine of {place} is down"), True),
    errno.ECONNRESET: ("reset", N_("{place} broke the connection off with a TCP reset"), True),
    errno.ECONNABORTED: ("reset", N_("the connection to {place} was broken off"), True),
    errno.EPIPE: ("reset", N_("{place} had already closed the connection when data was sent"), True),
    errno.EADDRNOTAVAIL: (
        "local",
        N_("this machine has no free port or no suitable address for a connection to {place}"), True,
    ),
    errno.EMFILE: ("local", N_("this program has too many files and connections open"), True),
    errno.ENFILE: ("local", N_("this machine has too many files and connections open"), True),
    errno.EACCES: (
        "local", N_("this machine does not allow connections to {place}: see its firewall"), False,
    ),
    errno.EPERM: (
        "local", N_("this machine does not allow connections to {place}: see its firewall"), False,
    ),
}  # fmt: skip
"""Errors of the system by number: the kind, what to say with `{place}` in it, whether again may help."""

CERTIFICATE: dict[int, str] = {
    9: N_("is not valid yet: check the clock of this machine"),
    10: N_("has expired"),
    18: N_("is self-signed: nobody vouches for it. Name it as CA file to trust it"),
    19: N_("comes from an authority that this machine does not know. Name its CA file to trust it"),
    20: N_("comes from an authority that this machine does not know. Name its CA file to trust it"),
    21: N_("comes without the chain that leads to a known authority"),
    23: N_("was revoked"),
    62: N_("is for another host"),
    64: N_("is for another address"),
}
"""What X509_V_ERR_… numbers of OpenSSL mean, as `the certificate of HOST …`."""

NO_TLS = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
)
"""What OpenSSL calls it when the other side speaks no TLS."""

STATUS: dict[int, str] = {
    200: N_("answered with an ordinary page: WebSocket is not spoken at this path"),
    204: N_("answered with an empty page: WebSocket is not spoken at this path"),
    400: N_("found the handshake malformed, or does not speak WebSocket here"),
    401: N_("wants a login: send an Authorization header, a cookie or user:password@ in the URL"),
    403: N_("knows the place but does not let you in: often a wrong Origin or token"),
    404: N_("has nothing at this path: check what follows the host in the URL"),
    405: N_("does not take GET at this path: WebSocket is not spoken here"),
    407: N_("is a proxy and wants a login"),
    408: N_("waited too long for the request"),
    410: N_("once had something at this path, and has no more"),
    421: N_("is not in charge of this host name"),
    426: N_("wants another protocol or WebSocket version: see its Upgrade and Sec-WebSocket-Version headers"),
    429: N_("had too many requests from you: wait before the next one"),
    500: N_("failed inside while it handled the handshake"),
    501: N_("cannot do what was asked: WebSocket is not spoken here"),
    502: N_("is a proxy that got no usable answer from the server behind it"),
    503: N_("is overloaded or being restarted: try again later"),
    504: N_("is a proxy that waited in vain for the server behind it"),
}
"""What HTTP statuses other than 101 mean as the answer to a handshake, as `the server …`."""

STATUS_MAY_CHANGE = frozenset({408, 421, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})
"""Statuses for which trying again without any change may help."""

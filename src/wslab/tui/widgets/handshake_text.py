"""The text of the Handshake tab: both heads as they were sent, what they agree on, how a key is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.content import Content

from wslab.i18n import N_, _
from wslab.tui.safe_text import visible
from wslab.tui.widgets.payload_text import text_lines
from wslab.tui.widgets.text_blocks import (
    BAD,
    BLANK,
    GOOD,
    MUTED,
    NOTE,
    STRONG,
    fit,
    fold,
    heading,
    line,
    paragraph,
    side_by_side,
    table,
)
from wslab.tui.widgets.violation_text import violation_lines
from wslab.wire.events import Body, Http
from wslab.wire.handshake import Handshake

SIDE_BY_SIDE_FROM = 100
"""Cells from which the two heads stand beside each other."""

NOTHING = N_(
    "No handshake yet: connect, and the request and its answer appear here with every header explained."
)

_REQUEST_NOTES = {
    "host": N_("which site: one address can serve many"),
    "upgrade": N_("asks to leave HTTP for WebSocket"),
    "connection": N_("says that Upgrade is meant for the next hop"),
    "sec-websocket-key": N_(
        "16 random bytes in base64; no secret, it shows that the answer is to this request"
    ),
    "sec-websocket-version": N_("13 is the only version in use"),
    "sec-websocket-protocol": N_(
        "subprotocols the client speaks, the best first; the server takes one or none"
    ),
    "sec-websocket-extensions": N_(
        "what the client offers, such as compression; the server takes what it likes"
    ),
    "origin": N_("the site whose page opens the connection; browsers always send it, servers check it"),
    "authorization": N_("who is asking; browsers cannot set it for a WebSocket"),
    "cookie": N_("sent along by browsers, also from other sites' pages: why Origin must be checked"),
    "user-agent": N_("the program that asks"),
}

_RESPONSE_NOTES = {
    "upgrade": N_("from here on: WebSocket"),
    "connection": N_("says that Upgrade is meant for the next hop"),
    "sec-websocket-accept": N_("made from the key: the server has understood the request (worked out below)"),
    "sec-websocket-protocol": N_("the one subprotocol that was chosen"),
    "sec-websocket-extensions": N_("what of the offer holds for this connection"),
    "sec-websocket-version": N_("the versions that the server speaks"),
    "server": N_("the program that answers"),
    "date": N_("when the answer was made"),
    "location": N_("where to ask instead; browsers do not follow it for a WebSocket"),
    "www-authenticate": N_("how to say who you are"),
    "retry-after": N_("when to come back"),
    "content-length": N_("bytes of the body that explains the refusal"),
    "content-type": N_("what the body is"),
}


def handshake_lines(
    handshake: Handshake | None,
    request: Http | None,
    response: Http | None,
    body: Body | None,
    width: int,
) -> list[Content]:
    """Return everything there is to say of a handshake, in lines of at most `width` cells."""
    if handshake is None and request is None and response is None:
        return paragraph(_(NOTHING), width, MUTED)
    lines = _verdict(handshake, width)
    if handshake is not None:
        lines += [BLANK, *_agreed(handshake, width)]
    lines += [BLANK, *_heads(request, response, width)]
    if handshake is not None and handshake.accept is not None:
        lines += [BLANK, *_accept(handshake, width)]
    if body is not None and body.length:
        lines += [BLANK, *heading(_("What the server said instead"), width)]
        lines += text_lines(body.preview, body.length, width)
    return lines


def _verdict(handshake: Handshake | None, width: int) -> list[Content]:
    if handshake is None:
        return paragraph(_("The request is sent. The answer has not come yet."), width, first=("… ", STRONG))
    answer = (
        f"{handshake.status} {visible(handshake.reason, 60)}".strip() if handshake.status else _("no answer")
    )
    if handshake.ok:
        said = _("{answer}: the handshake succeeded, frames may follow.").format(answer=answer)
        return paragraph(said, width, GOOD, first=("✓ ", GOOD))
    lines = paragraph(
        _("{answer}: the handshake failed.").format(answer=answer), width, BAD, first=("✗ ", BAD)
    )
    return lines + violation_lines(handshake.failures, width)


def _agreed(handshake: Handshake, width: int) -> list[Content]:
    rows = [
        (
            _("subprotocol"),
            _offer(handshake.subprotocols_offered),
            visible(handshake.subprotocol or _("none")),
        ),
        (
            _("extensions"),
            _offer([str(extension) for extension in handshake.extensions_offered]),
            _offer([str(extension) for extension in handshake.extensions]),
        ),
    ]
    lines = [*heading(_("Offered and chosen"), width)]
    names = max(12, *(cell_len(name) for name, _offered, _chosen in rows))
    verbs = max(7, cell_len(_("offered")), cell_len(_("chosen")))
    for name, offered, chosen in rows:
        lead = line((fit(name, names) + " ", STRONG), (fit(_("offered"), verbs) + " ", MUTED))
        lines += paragraph(offered, width, first=lead)
        if handshake.status != 101:
            chosen = _("none: there was no 101")
        lead = line(" " * (names + 1), (fit(_("chosen"), verbs) + " ", MUTED))
        lines += paragraph(chosen, width, STRONG, first=lead)
    return lines


def _offer(names: Sequence[str]) -> str:
    return visible(", ".join(names)) if names else _("none")


def _heads(request: Http | None, response: Http | None, width: int) -> list[Content]:
    if width < SIDE_BY_SIDE_FROM:
        return [
            *_head(_("> Request"), request, _REQUEST_NOTES, width),
            BLANK,
            *_head(_("< Response"), response, _RESPONSE_NOTES, width),
        ]
    left_width = (width - 3) // 2
    left = _head(_("> Request"), request, _REQUEST_NOTES, left_width)
    right = _head(_("< Response"), response, _RESPONSE_NOTES, width - 3 - left_width)
    return side_by_side(left, right, left_width)


def _head(title: str, http: Http | None, notes: Mapping[str, str], width: int) -> list[Content]:
    """One head in the order and spelling of the wire, a note under each header that matters."""
    lines = [*heading(title, width)]
    if http is None:
        return [*lines, *paragraph(_("none yet"), width, MUTED)]
    lines += fold(visible(http.start_line), width, STRONG)
    for name, value in http.headers:
        note = notes.get(name.lower())
        shown = visible(name)
        head, *more = fold(f"{shown}: {visible(value)}", width)
        lines += [head.stylize(STRONG, 0, min(len(shown), len(head.plain))), *more]
        if note:
            lines += paragraph(_(note), width, NOTE, first=("  ^ ", NOTE))
    return lines + violation_lines(http.violations, width)


def _accept(handshake: Handshake, width: int) -> list[Content]:
    working, received = handshake.accept, handshake.accept_received
    if working is None:
        return []
    rows = [
        ((_("key"), STRONG), visible(working.key)),
        (("+ GUID", STRONG), working.guid),
        (("SHA-1", STRONG), working.sha1_hex),
        (("base64", STRONG), working.accept),
    ]
    lines = [
        *heading(_("Sec-WebSocket-Accept worked out (RFC 6455 section 4.2.2)"), width),
        *table(rows, (8,), width),
    ]
    if received is None:
        return [*lines, *table([((_("received"), STRONG), (_("none ✗"), BAD))], (8,), width)]
    same = received == working.accept
    verdict = _("✓ the same") if same else _("✗ not the same")
    shown = (f"{visible(received)}  {verdict}", GOOD if same else BAD)
    return [*lines, *table([((_("received"), STRONG), shown)], (8,), width)]

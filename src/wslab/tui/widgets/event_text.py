"""The text of the Frame tab for all that is not a frame: messages, Close, states, HTTP, TCP, servers."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from wslab.i18n import N_, _, spoken
from wslab.tui.safe_text import visible
from wslab.tui.widgets.frame_text import direction_in_words, frame_lines
from wslab.tui.widgets.log_rows import clock_time
from wslab.tui.widgets.payload_text import TEXT_CHARACTERS, hex_lines, pretty_json, text_lines
from wslab.tui.widgets.seen import UNSEEN, Seen
from wslab.tui.widgets.text_blocks import (
    BAD,
    BLANK,
    MUTED,
    STRONG,
    count,
    fold,
    heading,
    line,
    number,
    paragraph,
)
from wslab.tui.widgets.violation_text import section_in_words, violation_lines
from wslab.units import format_duration
from wslab.wire.closecodes import describe
from wslab.wire.events import (
    Body,
    Close,
    Direction,
    Event,
    Frame,
    Http,
    Message,
    Opcode,
    Phase,
    Proc,
    Proto,
    State,
    Tcp,
    Ui,
)

NOTHING = N_("Nothing is selected: choose a row of the log with the arrow keys, then press enter.")

_ROOM_FOR_WHERE = 24
"""Cells that number and time of an event need behind its title."""

_PHASES = {
    Phase.DISCONNECTED: N_("There is no connection."),
    Phase.CONNECTING: N_(
        "First TCP, then TLS for wss://, then the opening handshake. No frame may travel yet."
    ),
    Phase.OPEN: N_("The handshake is done. Both sides may send frames at any time."),
    Phase.CLOSING: N_("A Close frame is on its way. Its sender may send no more; the other side answers it."),
    Phase.CLOSED: N_(
        "The connection is over. A WebSocket is never reopened: coming back means a new handshake."
    ),
    Phase.ERROR: N_("The attempt or the connection failed. Connecting again starts anew."),
}

_TCP = {
    "open": N_("The TCP connection stands. Bytes can travel; the WebSocket handshake comes next."),
    "fin": N_("One side has ended its half of the TCP connection in an orderly way (FIN)."),
    "reset": N_("The TCP connection was torn down at once (RST): a crash, an abort or a firewall."),
}

_PROC = {
    "started": N_("The process of a bundled server was started."),
    "ready": N_("The server listens and can be connected to."),
    "log": N_("The server wrote a line to its log."),
    "stderr": N_("The server wrote a line to its error output."),
    "exited": N_("The process of the server has ended."),
    "failed": N_("The server did not start, or ended by itself."),
}


_CLOSING = {
    (Direction.C2S, True): N_(
        "The client starts the closing handshake; the server is to answer with a Close frame."
    ),
    (Direction.S2C, True): N_(
        "The server starts the closing handshake; the client is to answer with a Close frame."
    ),
    (Direction.C2S, False): N_(
        "The client answers the Close frame of the server: the closing handshake is done."
    ),
    (Direction.S2C, False): N_(
        "The server answers the Close frame of the client: the closing handshake is done."
    ),
}


def event_lines(event: Event | None, width: int, seen: Seen = UNSEEN) -> list[Content]:
    """Return everything there is to say of an event, in lines of at most `width` cells.

    Args:
        event: the event; None where there is none.
        width: cells of a line.
        seen: what is known of it beside what stands in it.
    """
    match event:
        case None:
            return paragraph(_(NOTHING), width, MUTED)
        case Frame():
            return frame_lines(event, width, seen)
        case Message():
            return _message(event, width, seen)
        case Close():
            return _close(event, width, seen.subprotocol)
        case Proto():
            return _proto(event, width, seen)
        case Http():
            return _http(event, width)
        case Body():
            return _body(event, width)
        case State():
            return _state(event, width, seen.subprotocol)
        case Tcp():
            title = f"TCP {_(event.what)}"
            where = "" if event.direction is None else direction_in_words(event.direction)
            said = _(_TCP.get(event.what, ""))
            return _plain(event, title, said, [where, spoken(event.detail)], width)
        case Proc():
            said = _(_PROC.get(event.what, ""))
            title = _("server {server}: {what}").format(server=event.server, what=_(event.what))
            return _plain(event, title, said, [spoken(event.text)], width)
        case Ui():
            return _plain(
                event,
                _("you: {action}").format(action=_(event.action)),
                _("Something you did in the lab."),
                [spoken(event.detail)],
                width,
            )


def _title(event: Event, title: str, said: str, width: int) -> list[Content]:
    where = _("event {seq}, {time}").format(seq=event.seq, time=clock_time(event.wall)) + (
        f", {said}" if said else ""
    )
    shown = visible(title, 80)
    if cell_len(shown) + _ROOM_FOR_WHERE > width:
        return [*paragraph(shown, width, STRONG, indent=2), *paragraph(where, width)]
    return paragraph(where, width, first=line((shown, STRONG), "  "), indent=2)


def _plain(event: Event, title: str, said: str, details: list[str], width: int) -> list[Content]:
    lines = _title(event, title, "", width)
    if said:
        lines += paragraph(said, width)
    for detail in details:
        if detail:
            lines += paragraph(visible(detail), width)
    return lines


def _message(message: Message, width: int, seen: Seen) -> list[Content]:
    name = Opcode(message.opcode).name
    title = f"{message.direction.arrow} " + _("{name} message").format(name=name)
    lines = _title(message, title, direction_in_words(message.direction), width)
    parts = _("{size} from {frames}").format(
        size=count(message.length, "byte"), frames=count(message.frames, "frame")
    )
    if message.frames > 1:
        parts += _(", {time} from the first to the last").format(
            time=format_duration(message.t - message.started)
        )
    lines += paragraph(parts, width)
    if message.compressed:
        said = _("compressed: {wire} bytes on the wire became {size}").format(
            wire=number(message.wire_length), size=number(message.length)
        )
        if message.length:
            said += _("; {share:.3g} % of the size").format(share=100 * message.wire_length / message.length)
        lines += paragraph(f"{said} (RFC 7692)", width)
    lines += violation_lines(message.violations, width)
    if not message.length:
        return [*lines, *paragraph(_("The message is empty."), width, MUTED)]
    # Loaded here: what opens messages knows every protocol there is.
    from wslab.tui.widgets.layer_text import layer_lines, opened, overview_lines

    shown = opened(message, seen)
    if shown is None:
        return [*lines, BLANK, *_payload(message, width)]
    lines += [BLANK, *overview_lines(message, shown, width)]
    if not any(layer.kind in ("mqtt", "binary") for layer in shown.layers):
        lines += [BLANK, *_payload(message, width)]
    return lines + layer_lines(shown, width)


def _proto(unit: Proto, width: int, seen: Seen) -> list[Content]:
    from wslab.tui.widgets.layer_text import kind_name, layer_lines, opened, overview_lines

    title = f"{unit.direction.arrow} {kind_name(unit.protocol, unit.version)}: {unit.name}"
    lines = _title(unit, title, direction_in_words(unit.direction), width)
    shown = opened(unit, seen)
    if shown is None or not shown.layers:
        lines += violation_lines(unit.violations, width)
        return [*lines, BLANK, *hex_lines(unit.preview, unit.length, width, ".text--payload")]
    return [*lines, BLANK, *overview_lines(unit, shown, width), *layer_lines(shown, width)]


def _payload(message: Message, width: int) -> list[Content]:
    data, length = message.preview, message.length
    if message.opcode == Opcode.BINARY:
        return [*heading(_("Payload"), width), *hex_lines(data, length, width, ".text--payload")]
    pretty = pretty_json(data) if len(data) == length else None
    if pretty is None:
        return [*heading(_("Payload"), width), *text_lines(data, length, width)]
    lines = [*heading(_("Payload: JSON, laid out"), width)]
    cut = pretty[:TEXT_CHARACTERS]
    for source in cut.split("\n"):
        lines += fold(visible(source), width)
    if len(cut) < len(pretty):
        lines.append(line((_("… more of it was left out"), MUTED)))
    return lines


def _close(close: Close, width: int, subprotocol: str | None) -> list[Content]:
    code = describe(close.code, subprotocol)
    shown = _("no code") if close.code is None else str(close.code)
    title = f"{close.direction.arrow} Close: {shown}" + (f", {code.name}" if close.code is not None else "")
    lines = _title(close, title, direction_in_words(close.direction), width)
    lines += paragraph(f"{_(code.meaning)} ({section_in_words(code.section)})", width)
    if close.reason:
        lines += paragraph(visible(close.reason), width, STRONG, first=_("reason given: "))
    lines += paragraph(_(_CLOSING[close.direction, close.first]), width)
    if not code.sendable:
        lines += paragraph(_("This number must never be sent in a Close frame."), width, BAD)
    lines += paragraph(
        _("Connecting again may help.")
        if code.retry
        else _("Connecting again in the same way will not help."),
        width,
    )
    return lines + violation_lines(close.violations, width)


def _http(http: Http, width: int) -> list[Content]:
    request = http.direction is Direction.C2S
    title = f"{http.direction.arrow} " + (_("HTTP request") if request else _("HTTP response"))
    lines = _title(http, title, f"{count(http.length, 'byte')}, {direction_in_words(http.direction)}", width)
    said = (
        _("Every WebSocket starts as an HTTP request that asks for an upgrade.")
        if request
        else _("101 says yes: from here on the connection carries frames. Any other status says no.")
    )
    lines += paragraph(_("{said} The Handshake tab explains each header.").format(said=said), width)
    lines += violation_lines(http.violations, width)
    lines += [BLANK, *fold(visible(http.start_line), width, STRONG)]
    for name, value in http.headers:
        lines += fold(f"{visible(name)}: {visible(value)}", width)
    return lines


def _body(body: Body, width: int) -> list[Content]:
    title = f"{body.direction.arrow} " + _("HTTP body")
    lines = _title(body, title, count(body.length, "byte"), width)
    lines += paragraph(_("What came with an answer that was no 101: no frames, but text for people."), width)
    return [*lines, BLANK, *text_lines(body.preview, body.length, width)]


def _state(state: State, width: int, subprotocol: str | None) -> list[Content]:
    by = {"client": _("by the client"), "server": _("by the server")}.get(state.side, "")
    lines = _title(state, state.phase.upper(), by, width)
    if state.why:
        lines += paragraph(visible(spoken(state.why)), width, BAD if state.phase is Phase.ERROR else STRONG)
    if state.code is not None and state.code >= 1000:
        code = describe(state.code, subprotocol)
        said = f"{state.code}, {code.name}: {_(code.meaning)} ({section_in_words(code.section)})"
        lines += paragraph(said, width)
    elif state.code is not None:
        lines += paragraph(_("HTTP status {code}").format(code=state.code), width)
    return lines + paragraph(_(_PHASES[state.phase]), width, MUTED)

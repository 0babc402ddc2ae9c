"""Patterns and events in words, for learners: `a TEXT message from you with "hello"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wslab.i18n import N_, _
from wslab.wire.event_fields import FIELDS, FieldType, payload_is_whole
from wslab.wire.events import KINDS, Direction, Event, Frame, Message, Proto
from wslab.wire.predicates import PREDICATES
from wslab.wire.wants import Equal, Saved, Values, show, show_bytes

if TYPE_CHECKING:
    from wslab.wire.patterns import Part, Pattern

_KINDS: Final = {
    "tcp": N_("a change of the TCP connection"),
    "http": N_("an HTTP head"),
    "body": N_("an HTTP body"),
    "state": N_("a change of state"),
    "frame": N_("a frame"),
    "message": N_("a message"),
    "close": N_("a Close frame"),
    "proto": N_("a decoded message"),
    "proc": N_("news of a server"),
    "ui": N_("a doing in the lab"),
}

_WHAT: Final = {
    ("tcp", "what", "open"): N_("a TCP connection that opens"),
    ("tcp", "what", "fin"): N_("the end of TCP"),
    ("tcp", "what", "reset"): N_("a TCP connection that breaks"),
    ("http", "dir", "c>s"): N_("an HTTP request"),
    ("http", "dir", "s>c"): N_("an HTTP answer"),
    ("state", "phase", "connecting"): N_("the state CONNECTING"),
    ("state", "phase", "open"): N_("the state OPEN"),
    ("state", "phase", "closing"): N_("the state CLOSING"),
    ("state", "phase", "closed"): N_("the state CLOSED"),
    ("state", "phase", "error"): N_("the state ERROR"),
}
"""Kinds that one word of theirs says better."""

_SIDES: Final = {"method": "c>s", "path": "c>s", "status": "s>c"}
"""Fields of a head that only one side's has."""

_LABELS: Final = {
    "conn": N_("connection {value}"),
    "what": N_("event {value}"),
    "dir": N_("direction {value}"),
    "line": N_("start line {value}"),
    "method": N_("method {value}"),
    "path": N_("path {value}"),
    "status": N_("status {value}"),
    "violations": N_("violation {value}"),
    "phase": N_("state {value}"),
    "side": N_("caused by: {value}"),
    "why": N_("reason {value}"),
    "code": N_("code {value}"),
    "op": N_("opcode {value}"),
    "rsv": N_("reserved bits {value}"),
    "key": N_("masking key {value}"),
    "header_len": N_("header of {value} bytes"),
    "len": N_("length {value}"),
    "text": N_("text {value}"),
    "hex": N_("bytes {value}"),
    "wire_len": N_("length on the wire {value}"),
    "frames": N_("number of frames {value}"),
    "json": N_("JSON like {value}"),
    "reason": N_("reason {value}"),
    "protocol": N_("protocol {value}"),
    "version": N_("version {value}"),
    "name": N_("name {value}"),
    "id": N_("id {value}"),
    "topic": N_("topic {value}"),
    "qos": N_("QoS {value}"),
    "payload": N_("payload {value}"),
    "server": N_("server {value}"),
    "action": N_("action {value}"),
    "detail": N_("detail {value}"),
}
"""What to say of each field where nothing shorter fits."""

_FLAGS: Final = {
    "fin": (N_("FIN set"), N_("FIN not set")),
    "masked": (N_("a mask"), N_("no mask")),
    "compressed": (N_("compression"), N_("no compression")),
    "retain": (N_("RETAIN set"), N_("RETAIN not set")),
    "first": (N_("no Close frame before it"), N_("a Close frame before it")),
}


def describe(pattern: Pattern, saved: Saved, you: Direction = Direction.C2S) -> str:
    """Say which event a pattern is about; see `Pattern.describe`."""
    parts = list(pattern.parts)
    what = _what(pattern.on, parts)
    sender = _sender(parts, you)
    details = [_detail(part, saved) for part in parts]
    if pattern.predicate is not None:
        details.append(_(PREDICATES[pattern.predicate].words))
    if sender and details:
        sentence = _("{what} {sender} with {details}")
    elif sender:
        sentence = _("{what} {sender}")
    elif details:
        sentence = _("{what} with {details}")
    else:
        return what
    return sentence.format(what=what, sender=sender, details=", ".join(details))


def kind_words(kind: str) -> str:
    """Say what a kind of event is."""
    return _(_KINDS.get(kind, kind))


def wanted_words(part: Part, saved: Saved, you: Direction) -> str:
    """Say what a pattern wants of a field."""
    if part.name == "dir" and isinstance(part.want, Equal):
        return _from(part.want.value, you)
    return part.want.words(saved)


def found_words(event: Event, name: str, values: Values | None, you: Direction) -> str:
    """Say what an event has in a field.

    Args:
        event: the event.
        name: the field, `header.NAME` for a header.
        values: what the field holds; None where such an event never has it.
        you: the direction in which the learner sends.
    """
    if name == "dir" and values:
        return _from(values[0], you)
    if not values and name in ("text", "hex", "json") and isinstance(event, Frame | Message | Proto):
        if not payload_is_whole(event):
            return _("{size} bytes, of which {kept} were kept").format(
                size=event.length, kept=len(event.preview)
            )
        if name == "json":
            return _("no JSON")
        return _("bytes that are not UTF-8")
    described = FIELDS[KINDS[type(event)]].get(name)
    if values and described is not None and described.type is FieldType.WORD:
        return str(values[0])
    if values and described is not None and described.type is FieldType.HEX:
        return show_bytes(values[0])
    return ", ".join(show(value) for value in values or ()) or _("none")


def _what(kind: str, parts: list[Part]) -> str:
    """Name the kind of event, and take out the part that the name says."""
    for part in parts:
        if isinstance(part.want, Equal):
            if part.name == "op":
                parts.remove(part)
                template = _("a {op} frame") if kind == "frame" else _("a {op} message")
                return template.format(op=part.want.value)
            if kind == "proto" and part.name == "name":
                parts.remove(part)
                return _("a {op} message").format(op=part.want.value)
            named = _WHAT.get((kind, part.name, str(part.want.value)))
            if named is not None:
                if part.name != "dir":
                    parts.remove(part)
                return _(named)
    sides = {_SIDES[part.name] for part in parts if kind == "http" and part.name in _SIDES}
    return _(_WHAT["http", "dir", sides.pop()]) if len(sides) == 1 else _(_KINDS[kind])


def _sender(parts: list[Part], you: Direction) -> str:
    for part in parts:
        if part.name == "dir" and isinstance(part.want, Equal):
            parts.remove(part)
            return _from(part.want.value, you)
    return ""


def _from(direction: str, you: Direction) -> str:
    if direction == you:
        return _("from you")
    return _("from the server") if you is Direction.C2S else _("from the client")


def _detail(part: Part, saved: Saved) -> str:
    want, name = part.want, part.name
    if name in _FLAGS and isinstance(want, Equal):
        return _(_FLAGS[name][0 if want.value else 1])
    words = want.words(saved)
    if name.startswith("header."):
        return _("header {name} {value}").format(name=name.removeprefix("header."), value=words)
    if name in ("text", "hex") and words.startswith('"'):
        return words
    label: Any = _LABELS.get(name)
    return f"{name} {words}" if label is None else _(label).format(value=words)

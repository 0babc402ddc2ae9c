"""The parts of a frame, bit by bit, as RFC 6455 section 5.2 lays them out.

Everything is worked out again from a Frame event: an event carries values, not the bytes they were read from.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from enum import StrEnum

from wslab.i18n import N_, _
from wslab.wire.closecodes import describe
from wslab.wire.encoder import apply_mask, encode_frame, minimal_form
from wslab.wire.events import Direction, Frame, Opcode
from wslab.wire.violations import MISPLACED_RSV1, RESERVED_BITS

MASK_ROWS = 16
"""Bytes for which the mask is worked out unless a caller says otherwise."""

_FORMS = {2: 7, 4: 16, 10: 64}
"""Form of the length by the size of a header without its masking key."""


class Part(StrEnum):
    """What a field is, for those who draw it."""

    FIN = "fin"
    RSV = "rsv"
    OPCODE = "opcode"
    MASK = "mask"
    LENGTH = "length"
    EXTENDED = "extended"
    KEY = "key"
    PAYLOAD = "payload"
    CODE = "code"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a frame."""

    part: Part
    name: str
    """As RFC 6455 calls it: `FIN`, `RSV1`, `opcode`, `MASK`, `Payload len`, …"""
    start: int
    """First bit, counted from the start of the frame."""
    width: int
    """Bits. Of the payload and a close reason: of all of it, not only of the preview."""
    bits: str
    """The bits, in groups of eight where there are more; empty for the payload and a reason."""
    value: str
    """The value as people write it: `1`, `0x1 TEXT`, `126`, `37 fa 21 3d`."""
    meaning: str
    """One or two sentences in plain words."""
    section: str
    """Where the rule stands: `6455#5.2`."""

    @property
    def first_byte(self) -> int:
        """Index of the byte in which the field starts."""
        return self.start // 8

    @property
    def end_byte(self) -> int:
        """Index of the first byte after it."""
        return (self.start + self.width + 7) // 8


@dataclass(frozen=True, slots=True)
class MaskRow:
    """How one byte of the payload is unmasked: `wire ^ key = payload`."""

    index: int
    """Place in the payload, from 0."""
    wire: int
    key: int
    payload: int

    @property
    def character(self) -> str:
        """The byte as ASCII draws it; empty where it does not."""
        return chr(self.payload) if 0x20 <= self.payload < 0x7F else ""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A frame taken apart."""

    header: bytes
    """The header as it was on the wire, 2 to 14 bytes."""
    fields: tuple[Field, ...]
    """In the order of the wire, the payload last where there is one."""
    body: tuple[Field, ...]
    """Code and reason inside the payload of a Close frame; empty for every other frame."""
    payload: bytes
    """Start of the payload, unmasked."""
    wire_payload: bytes
    """The same bytes as they were on the wire."""
    mask_rows: tuple[MaskRow, ...]
    """The mask of the first bytes, worked out; empty where there is none."""
    length: int
    """Bytes of the payload."""
    total: int
    """Bytes of header and payload."""

    @property
    def overhead(self) -> float:
        """Share of the header in the bytes of the frame, 0 to 1."""
        return len(self.header) / self.total

    def field(self, name: str) -> Field:
        """Return the field of that name.

        Raises:
            KeyError: the frame has none.
        """
        for field in (*self.fields, *self.body):
            if field.name == name:
                return field
        raise KeyError(name)


def dissect(frame: Frame, mask_rows: int = MASK_ROWS, subprotocol: str | None = None) -> Anatomy:
    """Take a frame apart.

    Args:
        frame: the event.
        mask_rows: bytes of the payload for which to work the mask out at most.
        subprotocol: what the connection agreed on, which may give close codes a meaning.

    Raises:
        ValueError: the values of the event contradict each other, which no reader of bytes makes.
    """
    form = _FORMS.get(frame.header_len - 4 * frame.masked)
    if form is None:
        raise ValueError(f"no header has {frame.header_len} bytes with masked={frame.masked}")
    header = encode_frame(
        frame.opcode,
        fin=frame.fin,
        rsv=frame.rsv,
        mask=frame.mask_key if frame.masked else None,
        length_form=form,
        declared_length=frame.length,
    )
    payload = frame.preview
    wire_payload = apply_mask(payload, frame.mask_key) if frame.masked else payload
    fields = [*_first_byte(frame), *_second_byte(frame, header, form)]
    if form != 7:
        fields.append(_extended(frame, form))
    if frame.masked:
        fields.append(_key(frame, 8 * (len(header) - 4)))
    if frame.length:
        fields.append(_payload(frame, 8 * len(header)))
    rows = tuple(
        MaskRow(index, wire, frame.mask_key[index % 4], plain)
        for index, (wire, plain) in enumerate(zip(wire_payload[:mask_rows], payload, strict=False))
        if frame.masked
    )
    return Anatomy(
        header=header,
        fields=tuple(fields),
        body=_close_body(frame, 8 * len(header), subprotocol) if frame.opcode == Opcode.CLOSE else (),
        payload=payload,
        wire_payload=wire_payload,
        mask_rows=rows,
        length=frame.length,
        total=len(header) + frame.length,
    )


def _bits(value: int, width: int) -> str:
    text = f"{value:0{width}b}"
    return " ".join(text[at : at + 8] for at in range(0, width, 8))


def _first_byte(frame: Frame) -> list[Field]:
    if frame.fin:
        fin = (
            _("A control frame is always complete.")
            if frame.control
            else _("The message ends with this frame.")
        )
    elif frame.control:
        fin = _("More would follow, but a control frame must never be fragmented.")
    else:
        fin = _("The message goes on: more frames of it follow.")
    fields = [Field(Part.FIN, "FIN", 0, 1, str(int(frame.fin)), str(int(frame.fin)), fin, "6455#5.4")]
    for place in (1, 2, 3):
        bit = frame.rsv >> (3 - place) & 1
        fields.append(
            Field(
                Part.RSV, f"RSV{place}", place, 1, str(bit), str(bit),
                _rsv_meaning(frame, place, bit),
                "7692#6" if place == 1 and bit and RESERVED_BITS not in frame.violations else "6455#5.2",
            )
        )  # fmt: skip
    meaning, section = _opcode_meaning(frame.opcode)
    value = f"0x{frame.opcode:X} {frame.name}" if frame.opcode in set(Opcode) else f"0x{frame.opcode:X}"
    fields.append(Field(Part.OPCODE, "opcode", 4, 4, _bits(frame.opcode, 4), value, meaning, section))
    return fields


def _rsv_meaning(frame: Frame, place: int, bit: int) -> str:
    if not bit:
        return _("Not compressed.") if place == 1 else _("Reserved for extensions.")
    if place == 1 and frame.control:
        return _("Set, but a control frame is never compressed.")
    if MISPLACED_RSV1 in frame.violations:
        return _("Set, but only the first frame of a message says whether it is compressed.")
    if RESERVED_BITS in frame.violations:
        return _("Set, though nothing agreed on in the handshake gives it a meaning.")
    if place == 1:
        return _("The message is compressed with permessage-deflate.")
    return _("Set for an extension.")


_OPCODES: dict[int, tuple[str, str]] = {
    Opcode.CONT: (N_("Continues the message that an earlier frame began."), "6455#5.4"),
    Opcode.TEXT: (N_("Begins a text message: UTF-8."), "6455#5.6"),
    Opcode.BINARY: (N_("Begins a binary message: any bytes."), "6455#5.6"),
    Opcode.CLOSE: (N_("Starts or answers the closing handshake. Nothing may follow it."), "6455#5.5.1"),
    Opcode.PING: (N_("Asks for a Pong with the same payload."), "6455#5.5.2"),
    Opcode.PONG: (N_("Answers a Ping with its payload; without a Ping, a sign of life."), "6455#5.5.3"),
}


def _opcode_meaning(opcode: int) -> tuple[str, str]:
    if opcode in _OPCODES:
        meaning, section = _OPCODES[opcode]
        return _(meaning), section
    if opcode >= 8:
        return _("Reserved for a further control frame that nobody has defined: an error."), "6455#5.2"
    return _("Reserved for a further data frame that nobody has defined: an error."), "6455#5.2"


def _second_byte(frame: Frame, header: bytes, form: int) -> list[Field]:
    by_client = frame.direction is Direction.C2S
    if frame.masked:
        mask = (
            _("Masked with the key below, as every frame of a client must be.")
            if by_client
            else _("Masked, but a server must not mask.")
        )
    else:
        mask = (
            _("Not masked, but a client must mask every frame.")
            if by_client
            else _("Not masked: a server never masks.")
        )
    mark = header[1] & 0x7F
    if form == 7:
        length = _("Bytes of payload.") if mark else _("No payload.")
    else:
        length = _("No length itself: it says that the length follows in {form} bits.").format(form=form)
    if frame.control and form != 7:
        length += " " + _("A control frame may hold 125 bytes at most.")
    return [
        Field(Part.MASK, "MASK", 8, 1, str(int(frame.masked)), str(int(frame.masked)), mask, "6455#5.1"),
        Field(Part.LENGTH, "Payload len", 9, 7, _bits(mark, 7), str(mark), length, "6455#5.2"),
    ]


def _extended(frame: Frame, form: int) -> Field:
    minimal = minimal_form(frame.length)
    meaning = _("Bytes of payload, the most significant byte first.")
    if minimal < form:
        meaning = _(
            "Bytes of payload, in more bits than needed: {minimal} would do, and the shortest is demanded."
        ).format(minimal=minimal)
    elif frame.length >> 63:
        meaning = _("Bytes of payload. The most significant bit must be 0, and is not.")
    name = "Extended payload length"
    return Field(
        Part.EXTENDED, name, 16, form, _bits(frame.length, form), str(frame.length), meaning, "6455#5.2"
    )


def _key(frame: Frame, start: int) -> Field:
    meaning = _("Byte i of the payload is XORed with byte i mod 4 of this key.")
    if frame.mask_key == bytes(4):
        meaning = _("All zero: XOR changes nothing, so the payload is as readable as without a mask.")
    bits = _bits(int.from_bytes(frame.mask_key, "big"), 32)
    return Field(Part.KEY, "Masking-key", start, 32, bits, frame.mask_key.hex(" "), meaning, "6455#5.3")


def _payload(frame: Frame, start: int) -> Field:
    if frame.opcode == Opcode.CLOSE:
        meaning = _("Two bytes of close code, then the reason as UTF-8.")
        if frame.length == 1:
            meaning = _("One byte, but a close code has two.")
    elif frame.opcode in (Opcode.PING, Opcode.PONG):
        meaning = _("Application data: the Pong has to repeat that of its Ping.")
    elif frame.rsv & 4 and not frame.control:
        meaning = _("Compressed: read it in the message that it belongs to.")
    elif not frame.fin or frame.opcode == Opcode.CONT:
        meaning = _("A piece of the message; a character of UTF-8 may be cut at its ends.")
    else:
        meaning = _("The message itself.")
    value = f"{frame.length} byte" + ("s" if frame.length != 1 else "")
    return Field(Part.PAYLOAD, "Payload data", start, 8 * frame.length, "", value, meaning, "6455#5.2")


def _close_body(frame: Frame, start: int, subprotocol: str | None) -> tuple[Field, ...]:
    if frame.length < 2 or len(frame.preview) < 2:
        return ()
    code = int.from_bytes(frame.preview[:2], "big")
    known = describe(code, subprotocol)
    fields = [
        Field(
            Part.CODE,
            "Close code",
            start,
            16,
            _bits(code, 16),
            f"{code} {known.name}",
            _(known.meaning),
            known.section,
        )
    ]
    if frame.length > 2:
        # A preview may end within a character: that is no fault of the frame.
        whole = len(frame.preview) == frame.length
        reason = codecs.utf_8_decode(frame.preview[2:], "replace", whole)[0]
        try:
            codecs.utf_8_decode(frame.preview[2:], "strict", whole)
            meaning = _("Why, for people and logs; programs look at the code alone.")
        except UnicodeDecodeError:
            meaning = _("Why, for people and logs; but it is not valid UTF-8.")
        fields.append(
            Field(
                Part.REASON, "Reason", start + 16, 8 * (frame.length - 2), "", reason, meaning, "6455#5.5.1"
            )
        )
    return tuple(fields)

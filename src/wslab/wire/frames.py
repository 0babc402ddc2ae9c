"""Frames of one direction, read from any split of their bytes (RFC 6455 section 5.2).

The reader never raises and never loses its place: what breaks a rule is flagged and read on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wslab.i18n import joined, sentence
from wslab.wire import violations as rule
from wslab.wire.decoding.decoded import Decoded, Decoder
from wslab.wire.deflate import DeflateParameters, Inflater
from wslab.wire.encoder import apply_mask
from wslab.wire.events import OPCODE_NAMES, Close, Direction, Event, Frame, Message, Opcode, Proto
from wslab.wire.messages import Assembler, inflated_violations, is_utf8, read_close_body

BLOCK = 32 * 1024
"""Payload is taken in blocks of this many bytes, the last one shorter, however it arrives.

Everything that looks at payload sees the same blocks for every split of the input, so it cannot depend on the
split. No more than this is ever held back. A multiple of four, so that the masking key starts over with each.
"""

_CONTROL_LIMIT = 125
_TOP_BIT = 1 << 63


@dataclass(slots=True)
class Closing:
    """What both directions of a connection know of its closing handshake."""

    first: Direction | None = None
    """The direction of the first Close frame."""


class FrameReader:
    """Turns the bytes of one direction into `Frame`, `Message`, `Proto` and `Close` events."""

    def __init__(
        self,
        conn: int,
        direction: Direction,
        numbers: Iterator[int],
        closing: Closing,
        *,
        preview_limit: int,
        inflate_limit: int,
    ) -> None:
        """Start at the first byte of a frame.

        Args:
            conn: number of the connection.
            direction: which way the bytes travel; decides whether frames must be masked.
            numbers: where events get their `seq` from.
            closing: shared with the reader of the other direction.
            preview_limit: bytes of payload to keep of each frame and message.
            inflate_limit: bytes to which a message is inflated at most.
        """
        self._conn = conn
        self._direction = direction
        self._numbers = numbers
        self._closing = closing
        self._preview_limit = preview_limit
        self._inflate_limit = inflate_limit
        self._mask_bit = 0x80 if direction is Direction.C2S else 0
        self._deflate = False
        self._opaque = False
        self._rules = rule.of_first_byte(False, False)
        self._assembler = Assembler(preview_limit, None)
        # What decodes messages, and what decodes the one that is under way.
        self._decoder: Decoder | None = None
        self._decoding: Decoder | None = None
        self._closed = False
        # Whether frames come before they are allowed to, and whether only the next one does.
        self._early = False
        self._early_once = False

        # Bytes that are not enough to go on, and how many it takes.
        self._buffer = bytearray()
        self._needed = 2
        # The longest payload that is waited for as a whole.
        self._whole = BLOCK
        # The frame whose payload is arriving in blocks, and what is to come of it.
        self._in_frame = False
        self._left = 0
        self._first = 0
        self._header_length = 0
        self._length = 0
        self._key = b""
        self._preview = b""
        self._close_body = b""
        self._in_message = False
        self._violations: tuple[str, ...] = ()

    def negotiate(self, parameters: DeflateParameters | None, opaque: bool) -> None:
        """Set what was agreed on in the handshake.

        Args:
            parameters: of permessage-deflate, None where it was not agreed on.
            opaque: whether an extension was agreed on that this reader does not know.
        """
        self._deflate = parameters is not None
        self._opaque = opaque
        self._rules = rule.of_first_byte(self._deflate, opaque)
        if parameters is not None:
            takeover = parameters.takeover(self._direction)
            self._assembler.inflater = Inflater(takeover, self._inflate_limit)

    def decode_with(self, decoder: Decoder | None) -> None:
        """Have messages that begin from here on decoded; their frames take the long way."""
        self._decoder = decoder

    def set_early(self, early: bool) -> None:
        """Say whether frames that begin from here on come too early (RFC 6455 section 4.1)."""
        # A frame of which a part of the header is here has begun.
        self._early_once = not early and self._early and bool(self._buffer) and not self._in_frame
        self._early = early or self._early_once

    def feed(self, data: bytes, t: float, wall: float, events: list[Event]) -> None:
        """Read the next bytes and append what they complete.

        Args:
            data: any number of bytes.
            t: monotonic seconds of their arrival.
            wall: Unix time of their arrival.
            events: the list to append to.
        """
        buffer = self._buffer
        if buffer:
            buffer += data
            if len(buffer) < self._needed:
                return
            data = bytes(buffer)
            buffer.clear()

        # Everything that the loop touches is a local name: one frame must take about a microsecond.
        new = tuple.__new__
        emit = events.append
        numbers, conn, direction = self._numbers, self._conn, self._direction
        limit, mask_bit, whole = self._preview_limit, self._mask_bit, self._whole
        # Up to here the second byte of a frame that is not masked is its length, and nothing more is to know.
        short = 126 if not mask_bit and whole > 0 else 0
        plain = self._plain
        inflater = self._assembler.inflater
        size = len(data)
        at = 0
        while True:
            if self._in_frame:
                at = self._read_blocks(data, at, t, wall, events)
                if self._left:
                    self._needed = min(BLOCK, self._left)
                    break
                plain = self._plain
            start = at + 2
            if start > size:
                self._needed = 2
                break
            first = data[at]
            second = data[at + 1]
            if second < short:
                length, key, end, shortest, legal = second, b"", start + second, True, plain
            else:
                length = second & 0x7F
                shortest = True
                if length > 125:
                    start += 2 if length == 126 else 8
                    if start > size:
                        self._needed = start - at
                        break
                    most = 125 if length == 126 else 0xFFFF
                    length = int.from_bytes(data[at + 2 : start], "big")
                    shortest = length > most
                key = b""
                if second & 0x80:
                    start += 4
                    if start > size:
                        self._needed = start - at
                        break
                    key = data[start - 4 : start]
                end = start + length
                legal = plain and shortest and second & 0x80 == mask_bit
                if length > whole:
                    self._begin(first, key, start - at, length, shortest, t)
                    at = start
                    continue
            if end > size:
                self._needed = end - at
                break
            # The common case is a message in one frame that breaks no rule.
            if legal and (first == 0x81 or first == 0x82):
                payload = data[start:end]
                if mask_bit:
                    words = length + 3 >> 2
                    masked = int.from_bytes(payload, "little") ^ int.from_bytes(key * words, "little")
                    payload = masked.to_bytes(words * 4, "little")[:length]
                if first == 0x82 or payload.isascii() or is_utf8(payload):
                    preview = payload if length <= limit else payload[:limit]
                    opcode = first & 0x0F
                    emit(
                        new(
                            Frame,
                            (
                                next(numbers), t, wall, conn, direction, opcode, True, 0, mask_bit > 0, key,
                                start - at, length, preview, (),
                            ),
                        )
                    )  # fmt: skip
                    emit(
                        new(
                            Message,
                            (
                                next(numbers), t, wall, conn, direction, opcode, 1, t, length, length, False,
                                preview, (),
                            ),
                        )
                    )  # fmt: skip
                    at = end
                    continue
            if legal and inflater is not None and (first == 0xC1 or first == 0xC2):
                payload = apply_mask(data[start:end], key) if key else data[start:end]
                content = inflater.whole(payload)
                if content is not None:
                    opcode = first & 0x0F
                    broken = inflated_violations(opcode, content, inflater.problem)
                    emit(
                        new(
                            Frame,
                            (
                                next(numbers), t, wall, conn, direction, opcode, True, 4, mask_bit > 0, key,
                                start - at, length, payload[:limit], broken,
                            ),
                        )
                    )  # fmt: skip
                    emit(
                        new(
                            Message,
                            (
                                next(numbers), t, wall, conn, direction, opcode, 1, t, length, len(content),
                                True, content[:limit], broken,
                            ),
                        )
                    )  # fmt: skip
                    at = end
                    continue
            self._begin(first, key, start - at, length, shortest, t)
            self._take(data[start:end])
            self._end(t, wall, events)
            plain = self._plain
            at = end
        if at < size:
            buffer += data[at:] if at else data

    def finish(self, t: float, wall: float, events: list[Event]) -> str:
        """Say in words what the end of this direction cuts off, empty where it cuts nothing.

        A frame that was cut becomes a `Frame` of as much payload as came; its header names more.
        """
        if self._buffer and not self._in_frame:
            # A frame that is waited for as a whole is read again as one that arrives in blocks.
            self._whole, self._needed = -1, 0
            self.feed(b"", t, wall, events)
            self._whole = BLOCK
        cut: list[str] = []
        if self._in_frame:
            declared = self._length
            self._take(bytes(self._buffer))
            self._length += len(self._buffer) - self._left
            name = OPCODE_NAMES[self._first & 0x0F]
            cut.append(
                sentence(
                    "in the middle of a {name} frame: {came} of {declared} payload bytes came",
                    name=name,
                    came=self._length,
                    declared=declared,
                )
            )
            self._end(t, wall, events, cut=True)
        elif self._buffer:
            cut.append(
                sentence("in the middle of a frame header: {count} bytes of it came", count=len(self._buffer))
            )
        self._buffer.clear()
        message = self._assembler
        if message.active:
            if message.frames > 1 or not cut:
                name = OPCODE_NAMES[message.opcode]
                cut.append(
                    sentence(
                        "in the middle of a fragmented {name} message: frames {frames}, payload bytes {size}",
                        name=name,
                        frames=message.frames,
                        size=message.wire_length,
                    )
                )
            message.abandon()
        return joined(", ", cut) if cut else ""

    @property
    def _plain(self) -> bool:
        """Whether a data frame may start here, and nobody but this reader wants its payload."""
        return not (self._assembler.active or self._closed or self._early or self._decoder is not None)

    def _read_blocks(self, data: bytes, at: int, t: float, wall: float, events: list[Event]) -> int:
        """Take every complete block of the present frame from `data[at:]`; return where they end."""
        size = len(data)
        while self._left:
            end = at + min(BLOCK, self._left)
            if end > size:
                return at
            self._left -= end - at
            self._take(data[at:end])
            if self._decoding is not None:
                self._tell(self._decoding.overflow(), t, wall, events)
            at = end
        self._end(t, wall, events)
        return at

    def _begin(
        self, first: int, key: bytes, header_length: int, length: int, shortest: bool, t: float
    ) -> None:
        """Judge the header of a frame and get ready for its payload."""
        opcode = first & 0x0F
        broken = self._rules[first]
        if bool(key) != bool(self._mask_bit):
            broken += (rule.UNMASKED_CLIENT if self._mask_bit else rule.MASKED_SERVER,)
        if not shortest:
            broken += (rule.LENGTH_NOT_MINIMAL,)
        if length >= _TOP_BIT:
            broken += (rule.LENGTH_TOP_BIT,)
        if opcode >= 8 and length > _CONTROL_LIMIT:
            broken += (rule.LONG_CONTROL,)
        if self._closed:
            broken += (rule.AFTER_CLOSE,)
        if self._early:
            broken += (rule.EARLY_FRAME,)
            if self._early_once:
                self._early = self._early_once = False
        assembler = self._assembler
        self._in_message = False
        if opcode == Opcode.CONT:
            self._in_message = assembler.active
            if not assembler.active:
                broken += (rule.STRAY_CONTINUATION,)
        elif opcode <= Opcode.BINARY:
            if assembler.active:
                broken += (rule.INTERRUPTED_MESSAGE,)
                assembler.abandon()
            rsv = first >> 4 & 7
            compressed = self._deflate and rsv & 4 != 0
            changed = self._opaque and rsv != (4 if compressed else 0)
            broken += assembler.start(opcode, compressed, not changed, t)
            self._in_message = True
            decoder = self._decoding = self._decoder
            assembler.tee = None if decoder is None else decoder.feed
            if decoder is not None:
                decoder.begin(opcode == Opcode.TEXT)
        if self._in_message:
            assembler.frames += 1
        self._in_frame = True
        self._left = self._length = length
        self._first = first
        self._header_length = header_length
        self._key = key
        self._preview = self._close_body = b""
        self._violations = broken

    def _take(self, block: bytes) -> None:
        """Take the next block of payload as it is on the wire."""
        room = self._preview_limit - len(self._preview)
        opcode = self._first & 0x0F
        wanted = self._in_message and not self._assembler.indifferent
        if wanted or opcode == Opcode.CLOSE:
            payload = apply_mask(block, self._key) if self._key else block
        elif room > 0:
            payload = apply_mask(block[:room], self._key) if self._key else block[:room]
        else:
            payload = b""
        if room > 0:
            self._preview += payload[:room]
        if wanted:
            self._violations += self._assembler.add(payload)
        elif self._in_message:
            self._assembler.skip(len(block))
        elif opcode == Opcode.CLOSE:
            self._close_body = (self._close_body + payload)[:_CONTROL_LIMIT]

    def _end(self, t: float, wall: float, events: list[Event], *, cut: bool = False) -> None:
        """Emit the present frame and what it completes."""
        self._in_frame = False
        first, direction, conn = self._first, self._direction, self._conn
        assembler = self._assembler
        opcode, fin = first & 0x0F, first & 0x80 != 0
        broken = self._violations
        complete = self._in_message and fin and not cut
        if complete:
            broken += assembler.finish()
        close = None
        if opcode == Opcode.CLOSE and not cut:
            close = read_close_body(self._close_body, whole=self._length <= _CONTROL_LIMIT)
            broken += close.violations
        if cut:
            broken += (rule.FRAME_CUT,)
        events.append(
            tuple.__new__(
                Frame,
                (
                    next(self._numbers), t, wall, conn, direction, opcode, fin, first >> 4 & 7,
                    bool(self._key), self._key, self._header_length, self._length, self._preview, broken,
                ),
            )
        )  # fmt: skip
        if complete:
            events.append(
                tuple.__new__(
                    Message,
                    (
                        next(self._numbers), t, wall, conn, direction, assembler.opcode, assembler.frames,
                        assembler.started, assembler.wire_length, assembler.length, assembler.compressed,
                        assembler.preview, assembler.violations,
                    ),
                )
            )  # fmt: skip
        if self._decoding is not None:
            units = self._decoding.end(assembler.whole) if complete else self._decoding.overflow()
            self._tell(units, t, wall, events)
            if complete:
                self._decoding = assembler.tee = None
        if close is not None:
            self._closed = True
            initial = self._closing.first is None
            if initial:
                self._closing.first = direction
            events.append(
                Close(
                    next(self._numbers), t, wall, conn, direction, close.code, close.reason, initial,
                    close.violations,
                )
            )  # fmt: skip

    def _tell(self, units: list[Decoded], t: float, wall: float, events: list[Event]) -> None:
        """Emit what was decoded."""
        for unit in units:
            stamp = (next(self._numbers), t, wall, self._conn, self._direction)
            events.append(tuple.__new__(Proto, stamp + unit))

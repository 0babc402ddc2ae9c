"""Both directions of one connection: HTTP heads first, frames after a 101 (RFC 6455 section 4)."""

from __future__ import annotations

from enum import Enum, auto
from http import HTTPStatus

from wslab.i18n import joined, sentence
from wslab.wire import violations as rule
from wslab.wire.body import BodyReader
from wslab.wire.clock import Clock
from wslab.wire.decoding.choosing import AUTO, decoders, protocol_of
from wslab.wire.deflate import agreed
from wslab.wire.events import Body, Direction, Event, Http, Tcp
from wslab.wire.frames import Closing, FrameReader
from wslab.wire.handshake import Handshake, asks_for_websocket, examine
from wslab.wire.head import Head, HeadReader, read_status

HOLD_LIMIT = 64 * 1024
"""Bytes of a client that are kept unread until the server's answer says what they are."""

_HEAD_PORTION = 4096
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class _Stage(Enum):
    HEAD = auto()
    HELD = auto()
    """The client sent its request and the answer is not there yet."""
    FRAMES = auto()
    BODY = auto()


class _Side:
    """One direction of a connection."""

    def __init__(self, direction: Direction, frames: FrameReader) -> None:
        self.direction = direction
        self.stage = _Stage.HEAD
        self.ended = False
        self.head = HeadReader(direction)
        self.held = bytearray()
        self.frames = frames
        self.body: BodyReader | None = None


class ConnectionReader:
    """Turns the bytes of a connection into events, both directions through one object.

    Nothing raises, whatever arrives, and how the bytes of a direction are split makes no difference. Time and
    `seq` come from the clock; all events of one call of `receive` have the same time.
    """

    def __init__(
        self,
        conn: int,
        clock: Clock,
        *,
        preview_limit: int = 4096,
        inflate_limit: int = 16 * 2**20,
        decoding: str = AUTO,
    ) -> None:
        """Start before the first byte.

        Args:
            conn: number of the connection, put into every event.
            clock: where events get number and time from.
            preview_limit: bytes of payload to keep of each frame, message and body.
            inflate_limit: bytes to which a compressed message is inflated at most.
            decoding: what messages are decoded by, one of `CHOICES` of `wslab.wire.decoding.choosing`.
        """
        self._conn = conn
        self._clock = clock
        self._preview_limit = preview_limit
        self._decoding = decoding
        self._closing = Closing()
        self._sides = {
            direction: _Side(
                direction,
                FrameReader(
                    conn,
                    direction,
                    clock.numbers,
                    self._closing,
                    preview_limit=preview_limit,
                    inflate_limit=inflate_limit,
                ),
            )
            for direction in Direction
        }
        self.request: Http | None = None
        """The client's head, once it is complete."""
        self.response: Http | None = None
        """The server's final head, once it is complete; interim answers such as 103 are events alone."""
        self.body: Body | None = None
        """What the server said with an answer other than 101, once it is complete."""
        self.handshake: Handshake | None = None
        """What both heads come to, as soon as the answer is there."""
        self.upgraded = False
        """Whether the server answered 101, so that frames follow."""

    @property
    def close_sent_first(self) -> Direction | None:
        """The direction of the first Close frame: its sender started the closing handshake."""
        return self._closing.first

    def decode_as(self, decoding: str) -> None:
        """Decode the messages that begin from here on by something else; see `__init__`."""
        if decoding != self._decoding:
            self._decoding = decoding
            if self.upgraded:
                self._choose_decoders()

    def opened(self, detail: str) -> list[Event]:
        """Record that the TCP connection is open; `detail` holds the addresses."""
        return [Tcp(*self._clock.stamp(), self._conn, "open", None, detail)]

    def receive(self, direction: Direction, data: bytes) -> list[Event]:
        """Read bytes of one direction, in any portion, and return what they complete."""
        events: list[Event] = []
        side = self._sides[direction]
        t, wall = self._clock.monotonic(), self._clock.wall()
        if side.stage is _Stage.FRAMES:
            side.frames.feed(data, t, wall, events)
        else:
            self._read(side, data, t, wall, events)
        return events

    def end(self, direction: Direction | None, what: str = "fin") -> list[Event]:
        """Record the end of a direction, or of both.

        Args:
            direction: the one that ended; None for both.
            what: `fin` for an orderly end, `reset` for a broken connection.

        Returns:
            What the end completes or cuts off, and a `Tcp` event whose detail says what was cut.
        """
        events: list[Event] = []
        t, wall = self._clock.monotonic(), self._clock.wall()
        cuts: list[str] = []
        for side in self._sides.values():
            if direction is None or side.direction is direction:
                side.ended = True
                cut = self._finish(side, t, wall, events)
                if cut:
                    cuts.append(joined(" ", (side.direction.arrow, cut)) if direction is None else cut)
        if self.response is None and self._sides[Direction.S2C].ended:
            # No answer will come that says what the client's bytes are.
            self.handshake = examine(self.request, None)
            self._release(False, t, wall, events)
        detail = joined("; ", cuts) if cuts else ""
        events.append(Tcp(*self._stamp(t, wall), self._conn, what, direction, detail))
        return events

    def _stamp(self, t: float, wall: float) -> tuple[int, float, float]:
        return next(self._clock.numbers), t, wall

    def _http(self, side: _Side, head: Head, t: float, wall: float) -> Http:
        return Http(
            *self._stamp(t, wall),
            self._conn,
            side.direction,
            head.start_line,
            head.headers,
            head.length,
            head.violations,
        )

    def _read(self, side: _Side, data: bytes, t: float, wall: float, events: list[Event]) -> None:
        """Read on whatever stage the direction is in, until the bytes are used up."""
        at = 0
        while at < len(data):
            if side.stage is _Stage.HEAD:
                # A portion at a time: many short heads in one chunk must not copy the rest of it each.
                portion = data[at : at + _HEAD_PORTION]
                at += len(portion)
                found = side.head.feed(portion)
                if found is not None:
                    head, rest = found
                    at -= len(rest)
                    self._take_head(side, head, t, wall, events)
            elif side.stage is _Stage.HELD:
                held = data[at : at + HOLD_LIMIT - len(side.held)]
                side.held += held
                at += len(held)
                if at < len(data):
                    # The wait is over: what asked for WebSocket is taken for frames.
                    self._release(asks_for_websocket(self.request), t, wall, events)
            elif side.stage is _Stage.FRAMES:
                side.frames.feed(data[at:], t, wall, events)
                return
            else:
                assert side.body is not None  # made where the stage begins
                at = side.body.feed(data, at)
                if side.body.done:
                    self._end_body(side, t, wall, events)

    def _take_head(self, side: _Side, head: Head, t: float, wall: float, events: list[Event]) -> None:
        event = self._http(side, head, t, wall)
        events.append(event)
        if side.direction is Direction.C2S:
            self.request = event
            if self.response is None:
                side.stage = _Stage.HELD
            else:
                self._start(side, event)
                self.handshake = examine(self.request, self.response, self.body)
            return
        status = read_status(head.start_line)
        code = None if status is None else status.code
        if code is not None and 100 <= code < 200 and code != HTTPStatus.SWITCHING_PROTOCOLS:
            # RFC 9110 section 15.2: an interim answer; the final one is still to come.
            return
        self.response = event
        self.handshake = examine(self.request, self.response)
        self.upgraded = code == HTTPStatus.SWITCHING_PROTOCOLS and not _incomplete(event)
        if self.upgraded:
            parameters, opaque = agreed(self.handshake.extensions)
            for each in self._sides.values():
                each.frames.negotiate(parameters, opaque)
            self._choose_decoders()
        self._start(side, event)
        self._release(self.upgraded, t, wall, events)

    def _choose_decoders(self) -> None:
        subprotocol = None if self.handshake is None else self.handshake.subprotocol
        known = protocol_of(subprotocol, self._decoding)
        found = None if known is None else decoders(known, preview_limit=self._preview_limit)
        for direction, side in self._sides.items():
            side.frames.decode_with(None if found is None else found[direction])

    def _start(self, side: _Side, head: Http) -> None:
        """Begin what follows the head of a direction once the answer is known."""
        if self.upgraded:
            side.stage = _Stage.FRAMES
            return
        side.stage = _Stage.BODY
        status = read_status(head.start_line) if side.direction is Direction.S2C else None
        bodiless = status is not None and status.code in _BODILESS
        side.body = BodyReader(head.headers, self._preview_limit, empty=bodiless)

    def _release(self, frames: bool, t: float, wall: float, events: list[Event]) -> None:
        """Read what the client sent before there was an answer, as frames or as a body."""
        side = self._sides[Direction.C2S]
        if side.stage is _Stage.HELD:
            assert self.request is not None  # bytes are held once the request is complete
            held = bytes(side.held)
            side.held.clear()
            self._start(side, self.request)
            if frames:
                side.stage = _Stage.FRAMES
                side.frames.set_early(True)
            self._read(side, held, t, wall, events)
            if side.ended:
                self._finish(side, t, wall, events)
        elif frames and side.stage is _Stage.BODY:
            self._end_body(side, t, wall, events)
            side.stage = _Stage.FRAMES
        if self.upgraded:
            side.frames.set_early(False)

    def _end_body(self, side: _Side, t: float, wall: float, events: list[Event]) -> None:
        """Emit the body so far; what follows it is one that only the connection ends."""
        body, side.body = side.body, BodyReader((), self._preview_limit)
        if body is None or not body.length:
            return
        event = Body(*self._stamp(t, wall), self._conn, side.direction, body.length, body.preview)
        events.append(event)
        if side.direction is Direction.S2C and self.body is None:
            self.body = event
            self.handshake = examine(self.request, self.response, self.body)

    def _finish(self, side: _Side, t: float, wall: float, events: list[Event]) -> str:
        """Emit what the end of a direction leaves unfinished; say what it cuts off."""
        if side.stage is _Stage.HEAD:
            came = side.head.pending
            head = side.head.finish()
            if head is None:
                return ""
            event = self._http(side, head, t, wall)
            events.append(event)
            if side.direction is Direction.C2S:
                self.request = event
            else:
                self.response = event
                self.handshake = examine(self.request, self.response)
            return sentence("in the middle of an HTTP head: {came} bytes came", came=came)
        if side.stage is _Stage.FRAMES:
            return side.frames.finish(t, wall, events)
        if side.stage is _Stage.BODY:
            assert side.body is not None
            side.body.finish()
            cut = (
                sentence("in the middle of an HTTP body: {came} bytes came", came=side.body.length)
                if side.body.cut
                else ""
            )
            self._end_body(side, t, wall, events)
            return cut
        return ""


def _incomplete(head: Http) -> bool:
    return rule.HEAD_TOO_LONG in head.violations or rule.HEAD_CUT in head.violations

"""Messages put together from the payloads of their frames (RFC 6455 sections 5.4, 5.6, 8.1; RFC 7692)."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import NamedTuple

from wslab.wire import closecodes
from wslab.wire import violations as rule
from wslab.wire.deflate import Inflater
from wslab.wire.events import Opcode

_utf8_decoder = codecs.getincrementaldecoder("utf-8")


class CloseBody(NamedTuple):
    """What the payload of a Close frame says."""

    code: int | None
    reason: str
    violations: tuple[str, ...]


def read_close_body(body: bytes, *, whole: bool = True) -> CloseBody:
    """Take the payload of a Close frame apart (RFC 6455 section 5.5.1).

    Args:
        body: the unmasked payload, or its start.
        whole: whether `body` is all of it; a character cut off at the end of a part is no violation.
    """
    if not body:
        return CloseBody(None, "", ())
    if len(body) == 1:
        return CloseBody(None, "", (rule.CLOSE_BODY_OF_ONE,) if whole else ())
    code = body[0] << 8 | body[1]
    broken: tuple[str, ...] = () if closecodes.describe(code).sendable else (rule.BAD_CLOSE_CODE,)
    try:
        reason = _utf8_decoder().decode(body[2:], whole)
    except UnicodeDecodeError:
        reason = body[2:].decode("utf-8", "replace")
        broken = (*broken, rule.INVALID_UTF8)
    return CloseBody(code, reason, broken)


def is_utf8(payload: bytes) -> bool:
    """Whether bytes are UTF-8 as a whole (RFC 6455 section 8.1)."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def inflated_violations(opcode: int, content: bytes, problem: str | None) -> tuple[str, ...]:
    """Judge a message that was inflated as a whole.

    Args:
        opcode: TEXT or BINARY.
        content: what it inflated to.
        problem: why it was not inflated any further; what follows is then unknown.
    """
    broken: tuple[str, ...] = ()
    if opcode == Opcode.TEXT and not content.isascii():
        try:
            _utf8_decoder().decode(content, problem is None)
        except UnicodeDecodeError:
            broken = (rule.INVALID_UTF8,)
    return broken if problem is None else (*broken, problem)


class Assembler:
    """The message of one direction that is being received: sizes, preview, inflating and UTF-8.

    A message takes `start`, `add` for each piece of payload and `finish`. Nothing of the payload is kept but
    the preview; who wants all of it is `tee`.
    """

    def __init__(self, preview_limit: int, inflater: Inflater | None) -> None:
        """Prepare for messages.

        Args:
            preview_limit: bytes of each message to keep.
            inflater: what inflates compressed messages; None where no compression was agreed on.
        """
        self._preview_limit = preview_limit
        self.inflater = inflater
        self.active = False
        """Whether a message has started and not ended."""
        self.opcode = 0
        self.frames = 0
        self.started = 0.0
        self.wire_length = 0
        self.length = 0
        self.compressed = False
        self.preview = b""
        self.violations: tuple[str, ...] = ()
        self.tee: Callable[[bytes], None] | None = None
        """Takes the payload too, unmasked and inflated, piece by piece and to its end."""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._mid_character = False

    def start(self, opcode: int, compressed: bool, checked: bool, t: float) -> tuple[str, ...]:
        """Begin a message.

        Args:
            opcode: TEXT or BINARY.
            compressed: whether its first frame has RSV1 set and compression was agreed on.
            checked: whether text in it must be UTF-8; not so where an unknown extension may have changed it.
            t: monotonic time of its first frame.

        Returns:
            Violations that came to light.
        """
        self.active = True
        self.opcode = opcode
        self.frames = 0
        self.started = t
        self.wire_length = 0
        self.length = 0
        self.compressed = compressed
        self.preview = b""
        self._decoder = _utf8_decoder() if checked and opcode == Opcode.TEXT else None
        self._mid_character = False
        self.violations = ()
        if compressed:
            assert self.inflater is not None  # only an agreement on compression makes a message compressed
            self.violations = self.inflater.start()
        return self.violations

    def add(self, piece: bytes) -> tuple[str, ...]:
        """Take the next bytes of payload, unmasked; return violations that came to light."""
        self.wire_length += len(piece)
        if not self.compressed:
            return self._take(piece)
        assert self.inflater is not None
        return self._inflated(self.inflater.feed(piece))

    def skip(self, length: int) -> None:
        """Count bytes of payload whose content no longer matters; see `indifferent`."""
        self.wire_length += length
        if not self.compressed:
            self.length += length

    @property
    def indifferent(self) -> bool:
        """Whether further bytes of the message need only be counted."""
        if self.compressed:
            assert self.inflater is not None
            return self.inflater.problem is not None
        return self._decoder is None and self.tee is None and len(self.preview) >= self._preview_limit

    @property
    def whole(self) -> bool:
        """Whether nothing of the message is missing because it could not be inflated."""
        return not (self.compressed and self.inflater is not None and self.inflater.problem is not None)

    def finish(self) -> tuple[str, ...]:
        """End the message; return violations that came to light. Attributes stay until the next `start`."""
        self.active = False
        found: tuple[str, ...] = ()
        if self.compressed:
            assert self.inflater is not None
            found = self._inflated(self.inflater.finish())
        if self._decoder is not None and self._mid_character:
            found += self._broken(rule.INVALID_UTF8)
        return found

    def abandon(self) -> None:
        """Give up a message that another one interrupted."""
        self.active = False
        if self.compressed:
            assert self.inflater is not None
            self.inflater.abandon()

    def _inflated(self, pieces: list[bytes]) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for piece in pieces:
            found += self._take(piece)
        assert self.inflater is not None
        if self.inflater.problem is not None:
            # What follows is unknown, so a character may well be complete there.
            self._decoder = None
            found += self._broken(self.inflater.problem)
        return found

    def _take(self, piece: bytes) -> tuple[str, ...]:
        self.length += len(piece)
        if self.tee is not None:
            self.tee(piece)
        room = self._preview_limit - len(self.preview)
        if room > 0:
            self.preview += piece[:room]
        if self._decoder is None or (not self._mid_character and piece.isascii()):
            return ()
        try:
            self._decoder.decode(piece)
        except UnicodeDecodeError:
            self._decoder = None
            return self._broken(rule.INVALID_UTF8)
        self._mid_character = bool(self._decoder.getstate()[0])
        return ()

    def _broken(self, violation: str) -> tuple[str, ...]:
        if violation in self.violations:
            return ()
        self.violations += (violation,)
        return (violation,)

"""permessage-deflate: what was agreed on, and inflating within bounds (RFC 7692 section 7)."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from wslab.i18n import sentence
from wslab.wire import violations as rule
from wslab.wire.events import Direction
from wslab.wire.extensions import Extension

NAME = "permessage-deflate"
WINDOW = 32 * 1024
"""The longest history that deflate can refer to, in bytes."""

_TAIL = b"\x00\x00\xff\xff"
_PIECE = 16 * 1024
_STEP = 64 * 1024
# Deflate at its best is 1032 to 1, so this cannot inflate to much more than a mebibyte.
_SMALL = 1024
_MOST = 2**31 - 1
_FINAL_BLOCKS = 16


@dataclass(frozen=True, slots=True)
class DeflateParameters:
    """What a server's answer says about compression (RFC 7692 section 7.1)."""

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int = 15
    client_max_window_bits: int = 15

    def takeover(self, direction: Direction) -> bool:
        """Whether messages of this direction may refer to earlier ones (section 7.1.1)."""
        if direction is Direction.C2S:
            return not self.client_no_context_takeover
        return not self.server_no_context_takeover

    def window_bits(self, direction: Direction) -> int:
        """The size of the window of this direction as a power of two (section 7.1.2)."""
        return self.client_max_window_bits if direction is Direction.C2S else self.server_max_window_bits


_FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
_WINDOWS = ("server_max_window_bits", "client_max_window_bits")
_BITS = {str(bits): bits for bits in range(8, 16)}


def agreed(extensions: Sequence[Extension]) -> tuple[DeflateParameters | None, bool]:
    """Read how the two sides compress from the extensions that a server chose.

    Returns:
        The parameters of permessage-deflate, None where it was not chosen, with their defaults where they
        cannot be read; and whether an extension was chosen that is not known here.
    """
    chosen = next((extension for extension in extensions if extension.name == NAME), None)
    opaque = any(extension.name != NAME for extension in extensions)
    if chosen is None:
        return None, opaque
    params = dict(chosen.params)
    bits = [_BITS.get(params.get(name) or "", 15) for name in _WINDOWS]
    return DeflateParameters(_FLAGS[0] in params, _FLAGS[1] in params, bits[0], bits[1]), opaque


def judge_choice(chosen: Extension, offers: Sequence[Extension]) -> list[str]:
    """Return why a server may not choose these parameters, as `7692#7.1 plain words`.

    Args:
        chosen: permessage-deflate as the server answered.
        offers: every permessage-deflate that the client offered, one of which has to fit; none where the
            offer was not seen.
    """
    problems = _judge_parameters(chosen)
    if problems or not offers:
        return problems
    by_offer = [_judge_against(dict(chosen.params), dict(offer.params)) for offer in offers]
    return min(by_offer, key=len)


def _judge_parameters(chosen: Extension) -> list[str]:
    problems: list[str] = []
    seen: set[str] = set()
    for name, value in chosen.params:
        if name in seen:
            problems.append(
                sentence("7692#7.1 the server's answer has the parameter {name} twice", name=name[:40])
            )
        seen.add(name)
        if name in _FLAGS:
            if value is not None:
                section = "7.1.1.1" if name == _FLAGS[0] else "7.1.1.2"
                problems.append(
                    sentence(
                        "7692#{section} {name} takes no value, the server's answer gives it one",
                        section=section,
                        name=name,
                    )
                )
        elif name in _WINDOWS:
            if value is None or value not in _BITS:
                section = "7.1.2.1" if name == _WINDOWS[0] else "7.1.2.2"
                given = sentence("none") if value is None else repr(value[:40])
                problems.append(
                    sentence(
                        "7692#{section} {name} must be 8 to 15, the server's answer gives {given}",
                        section=section,
                        name=name,
                        given=given,
                    )
                )
        else:
            problems.append(sentence("7692#7.1 permessage-deflate has no parameter {name!r}", name=name[:40]))
    return problems


def _judge_against(answer: dict[str, str | None], offer: dict[str, str | None]) -> list[str]:
    problems: list[str] = []
    if _FLAGS[0] in offer and _FLAGS[0] not in answer:
        problems.append(
            sentence("7692#7.1.1.1 server_no_context_takeover was offered and the answer leaves it out")
        )
    if _WINDOWS[0] in offer:
        most = _BITS.get(offer[_WINDOWS[0]] or "", 15)
        given = answer.get(_WINDOWS[0])
        if given is None:
            problems.append(
                sentence("7692#7.1.2.1 server_max_window_bits was offered and the answer leaves it out")
            )
        elif _BITS[given] > most:
            problems.append(
                sentence(
                    "7692#7.1.2.1 server_max_window_bits is {given}, more than the {most} offered",
                    given=given,
                    most=most,
                )
            )
    if _WINDOWS[1] in answer and _WINDOWS[1] not in offer:
        problems.append(sentence("7692#7.1.2.2 the answer has client_max_window_bits, which was not offered"))
    return problems


class Inflater:
    """Inflates the messages of one direction, never further than a limit each.

    Every message takes `start`, any number of `feed` and one `finish`. The window is always the largest one:
    how zlib treats a reference beyond a smaller window depends on how its input is cut into pieces, and a
    reader of the wire must not.
    """

    def __init__(self, takeover: bool, limit: int) -> None:
        """Prepare for messages.

        Args:
            takeover: whether messages may refer to earlier ones.
            limit: bytes to which a message is inflated at most.
        """
        self._takeover = takeover
        self._limit = limit
        self._zlib = zlib.decompressobj(-15)
        self._recent: deque[bytes] = deque()
        self._recent_length = 0
        self._lost = False
        self._finals = 0
        self._fresh = True
        self.length = 0
        """Bytes to which the present message is inflated so far."""
        self.problem: str | None = None
        """Why the present message is not inflated any further."""

    def start(self) -> tuple[str, ...]:
        """Begin a message; return what is to be said of it before anything is inflated."""
        if not self._takeover and not self._fresh:
            self._reset()
        self.length = 0
        self.problem = None
        self._finals = 0
        return (rule.CONTEXT_LOST,) if self._lost else ()

    def feed(self, data: bytes) -> list[bytes]:
        """Inflate the next bytes of a message; empty once there is a problem.

        Cut at the same places, the same bytes give the same result, also where they are corrupt.
        """
        self._fresh = False
        out: list[bytes] = []
        for start in range(0, len(data), _PIECE):
            if self.problem is not None:
                break
            self._inflate(data[start : start + _PIECE], out)
        return out

    def finish(self) -> list[bytes]:
        """End the message: inflate what the sender left out (section 7.2.2)."""
        # A sender may end with a final block and forget the empty one behind it: nothing is to complete then.
        out = [] if self._zlib.eof else self.feed(_TAIL)
        if self.problem is None and self._lost and self._recent_length >= WINDOW:
            self._lost = False
        return out

    def whole(self, data: bytes) -> bytes | None:
        """Inflate a small message that is there as a whole: `start`, `feed` and `finish` in one, and quick.

        Returns:
            The content, as far as it was inflated where `problem` is set; None where it takes the long way,
            nothing having happened.
        """
        if len(data) > _SMALL or self._lost or self._zlib.eof:
            return None
        self.start()
        self._fresh = False
        stream = self._zlib
        try:
            content = stream.decompress(data + _TAIL, min(_MOST, self._limit + 1))
        except zlib.error:
            self._stop(rule.CORRUPT_DEFLATE)
            return b""
        if stream.eof or len(content) > self._limit:
            return self._end_whole(content)
        self.length = size = len(content)
        recent = self._recent
        recent.append(content)
        self._recent_length += size
        while self._recent_length - len(recent[0]) >= WINDOW:
            self._recent_length -= len(recent.popleft())
        return content

    def _end_whole(self, content: bytes) -> bytes:
        """Finish a small message that reached a limit or holds a final block."""
        out: list[bytes] = []
        self._deliver(content[: self._limit], out)
        if len(content) > self._limit:
            self._stop(rule.INFLATE_LIMIT)
            return out[0]
        rest = self._zlib.unused_data
        if len(rest) < len(_TAIL):
            # The final block took a part of what the sender is to leave out.
            out += self.feed(rest)
        else:
            out += self.feed(rest[: -len(_TAIL)])
            out += self.finish()
        return b"".join(out)

    def abandon(self) -> None:
        """Forget a message whose end will not come."""
        self._lose()

    def _inflate(self, data: bytes, out: list[bytes]) -> None:
        while True:
            if self._zlib.eof:
                # Section 7.2.3.4: a message may hold a final block. The window outlives it.
                self._finals += 1
                if self._finals > _FINAL_BLOCKS:
                    self._stop(rule.CORRUPT_DEFLATE)
                    return
                window = b"".join(self._recent)[-WINDOW:]
                self._recent = deque((window,))
                self._recent_length = len(window)
                self._zlib = zlib.decompressobj(-15, zdict=window)
            step = min(_STEP, self._limit + 1 - self.length)
            try:
                piece = self._zlib.decompress(data, step)
            except zlib.error:
                self._stop(rule.CONTEXT_LOST if self._lost else rule.CORRUPT_DEFLATE)
                return
            if self.length + len(piece) > self._limit:
                piece = piece[: self._limit - self.length]
                self._deliver(piece, out)
                self._stop(rule.INFLATE_LIMIT)
                return
            if piece:
                self._deliver(piece, out)
            if self._zlib.eof:
                data = self._zlib.unused_data
                if not data:
                    return
                continue
            data = self._zlib.unconsumed_tail
            # A full step may leave output inside zlib even where all input is taken.
            if len(piece) < step:
                return

    def _deliver(self, piece: bytes, out: list[bytes]) -> None:
        self.length += len(piece)
        out.append(piece)
        recent = self._recent
        recent.append(piece)
        self._recent_length += len(piece)
        while self._recent_length - len(recent[0]) >= WINDOW:
            self._recent_length -= len(recent.popleft())

    def _stop(self, problem: str) -> None:
        self.problem = problem
        self._lose()

    def _lose(self) -> None:
        self._reset()
        self._lost = self._takeover

    def _reset(self) -> None:
        self._zlib = zlib.decompressobj(-15)
        self._fresh = True
        self._recent.clear()
        self._recent_length = 0

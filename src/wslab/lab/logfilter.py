"""Which events become rows of the log, and which of these a filter lets through."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from wslab.i18n import SOURCE, language, sentence, spoken
from wslab.wire.events import (
    OPCODE_NAMES,
    Body,
    Direction,
    Event,
    Frame,
    Http,
    Message,
    Opcode,
    Proc,
    Proto,
    State,
    Tcp,
    Ui,
)

Level = Literal["frames", "messages"]

LEVELS: tuple[Level, ...] = ("frames", "messages")

_DIRECTIONS = {direction.arrow: direction for direction in Direction}
_OPCODES = {name: number for number, name in enumerate(OPCODE_NAMES)}
_PROC_ROWS = frozenset({"started", "ready", "exited", "failed"})


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the log shows. Where more than one criterion is given, a row has to meet all of them.

    Raises:
        ValueError: the pattern is not a regular expression, or the level is none; the message says why.
    """

    direction: Direction | None = None
    """Only what travelled this way. Rows without a direction, such as states, are left out then."""
    opcodes: frozenset[int] = frozenset()
    """Only frames and messages with one of these opcodes; empty for all."""
    pattern: str = ""
    """Only what has a match for this regular expression in its text (see `searchable`); empty for all."""
    level: Level = "frames"
    """`frames` shows each frame, `messages` what was put together from them."""
    regex: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    """The compiled pattern."""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(
                sentence(
                    "{level!r} is not a level of the log: it is one of {levels}",
                    level=self.level,
                    levels=", ".join(LEVELS),
                )
            )
        object.__setattr__(self, "regex", compile_pattern(self.pattern) if self.pattern else None)

    @classmethod
    def parse(cls, text: str, level: Level = "frames") -> LogFilter:
        """Read a filter as people type it: `> TEXT PING hello.*`.

        Leading words are `>` or `<` and names of opcodes in capitals (`0x3` for a reserved one); what follows
        is a regular expression. Between slashes it is one whatever it looks like: `/TEXT/`.

        Raises:
            ValueError: the regular expression is not one.
        """
        direction = None
        opcodes = set()
        rest = text.strip()
        while rest:
            word, _, after = rest.partition(" ")
            if word in _DIRECTIONS:
                direction = _DIRECTIONS[word]
            elif word in _OPCODES:
                opcodes.add(_OPCODES[word])
            else:
                break
            rest = after.strip()
        if len(rest) > 2 and rest[0] == rest[-1] == "/":
            rest = rest[1:-1]
        return cls(direction, frozenset(opcodes), rest, level)

    @property
    def narrows(self) -> bool:
        """Whether this leaves out rows that its level has."""
        return self.direction is not None or bool(self.opcodes) or self.regex is not None

    def __str__(self) -> str:
        """The filter as `parse` reads it; empty where it lets everything through."""
        words = [self.direction.arrow] if self.direction else []
        words += [OPCODE_NAMES[opcode] for opcode in sorted(self.opcodes)]
        if self.pattern:
            words.append(f"/{self.pattern}/")
        return " ".join(words)

    def with_level(self, level: Level) -> LogFilter:
        """The same criteria on another level."""
        return replace(self, level=level)

    def matches(self, event: Event) -> bool:
        """Whether a row of the level meets the criteria."""
        if self.opcodes and _opcode(event) not in self.opcodes:
            return False
        if self.direction is not None and getattr(event, "direction", None) != self.direction:
            return False
        return self.regex is None or self.regex.search(searchable(event)) is not None


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression. It ignores case unless it has a capital letter in it.

    Raises:
        ValueError: it is not one; the message shows where.
    """
    # In `\S` and `\D` the capital is no letter to look for.
    literal = re.sub(r"\\.", "", pattern)
    flags = re.NOFLAG if literal != literal.lower() else re.IGNORECASE
    try:
        return re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(
            sentence("{pattern!r} is not a regular expression: {error}", pattern=pattern, error=str(error))
        ) from error


def is_row(event: Event, level: Level) -> bool:
    """Whether an event is a row of the log.

    Each thing that happened is one row: a Close frame is shown as a frame and not once more as `Close`, and
    what a server wrote stands in its own log. The messages level has control frames, because they belong to
    no message, and frames that break a rule, because they may never become one. What was decoded of a message
    stands for it there; on the frames level it is a row where it breaks a rule of its protocol.
    """
    match event:
        case Frame():
            return level == "frames" or event.control or bool(event.violations)
        case Message():
            return level == "messages"
        case Proto():
            return level == "messages" or bool(event.violations)
        case Proc():
            return event.what in _PROC_ROWS
        case Tcp():
            return level == "frames" or event.what == "reset"
        case _:
            return isinstance(event, State | Http | Body | Ui)


def rows_among(events: Sequence[Event], level: Level, following: Event | None = None) -> list[int]:
    """Return the positions of those events that are rows of the log, as `is_row` says, and do it fast.

    Args:
        events: one after the other.
        level: of the log.
        following: what comes behind them, if anything does.
    """
    if level == "frames":
        return [
            position
            for position, event in enumerate(events)
            if (kind := type(event)) is Frame or (kind is not Message and is_row(event, level))
        ]
    rows = [
        position
        for position, event in enumerate(events)
        if (kind := type(event)) is Message
        or (kind is Frame and (event[5] >= 8 or event[13]))  # type: ignore[operator, misc]
        or (kind is not Frame and is_row(event, level))
    ]
    if type(following) is not Proto and Proto not in set(map(type, events)):
        return rows
    behind = [*events[1:], following]
    return [row for row in rows if not _stands_for(behind[row], events[row])]


def _stands_for(unit: Event | None, message: Event) -> bool:
    """Whether what follows a message was decoded of it."""
    return (
        type(unit) is Proto
        and type(message) is Message
        and (unit.conn, unit.direction) == (message.conn, message.direction)
    )


def searchable(event: Event) -> str:
    """The text of an event that patterns are matched against: its payload or what it says.

    Payloads are searched as far as their preview goes. What is shown in hexadecimal is searched so. Of what
    the lab says both is found: what is shown in the language in use, and what is kept.
    """
    if language() == SOURCE or isinstance(event, Frame | Message | Proto):
        return in_words(event)
    shown, kept = in_words(event), _text(event, str)
    return kept if shown == kept else f"{shown}\n{kept}"


def in_words(event: Event) -> str:
    """The payload of an event, or what it says in the language in use."""
    return _text(event, spoken)


def _text(event: Event, say: Callable[[str], str]) -> str:
    match event:
        case Frame() | Message():
            text = payload_as_text(event)
            return event.preview.hex(" ") if text is None else text
        case Proto():
            text = event.preview.decode("utf-8", "replace")
            return f"{event.protocol} {event.summary}\n{text}"
        case Http():
            return "\n".join([event.start_line, *(f"{name}: {value}" for name, value in event.headers)])
        case Body():
            return event.preview.decode("utf-8", "replace")
        case State():
            return f"{event.phase.upper()} {say(event.why)}"
        case Tcp():
            return f"tcp {event.what} {say(event.detail)}"
        case Proc():
            return f"{event.server} {event.what} {say(event.text)}"
        case Ui():
            return f"{event.action} {say(event.detail)}"
        case _:
            return ""


def _opcode(event: Event) -> int | None:
    """The opcode of a frame or message, or of the messages that a protocol uses."""
    if isinstance(event, Proto):
        return Opcode.TEXT if event.protocol == "graphql" else Opcode.BINARY
    return event.opcode if isinstance(event, Frame | Message) else None


def carried_text(event: Event) -> str:
    """What an event carries, as it came from the network: text, or hexadecimal; else what it says."""
    if isinstance(event, Proto):
        return proto_text(event)
    if isinstance(event, Frame | Message):
        text = payload_as_text(event)
        return event.preview.hex(" ") if text is None else text
    return in_words(event)


def proto_text(event: Proto) -> str:
    """The bytes of a decoded unit as text where they are, else in hexadecimal."""
    text = _decode(event.preview, len(event.preview) < event.length)
    return text if "\ufffd" not in text and _looks_like_text(text) else event.preview.hex(" ")


def payload_as_text(event: Frame | Message, limit: int | None = None) -> str | None:
    """The payload as text, or None where it is to be shown in hexadecimal.

    That a TEXT payload is not UTF-8 is shown, not hidden. A continuation does not say what it continues and a
    control frame has no type: they are text where they are UTF-8. A compressed frame is never text.

    Args:
        event: a frame or a message.
        limit: bytes of the payload to look at; None for the whole preview.
    """
    data = event.preview[:limit]
    opcode = event.opcode
    cut = len(data) < event.length
    if isinstance(event, Frame) and event.rsv & 4:
        return None
    if opcode == Opcode.TEXT:
        return _decode(data, cut)
    if opcode == Opcode.CLOSE:
        if len(data) < 2:
            return None if data else ""
        return f"{int.from_bytes(data[:2], 'big')} {_decode(data[2:], cut)}".rstrip()
    if opcode in (Opcode.CONT, Opcode.PING, Opcode.PONG):
        text = _decode(data, cut)
        return None if "\ufffd" in text or not _looks_like_text(text) else text
    return None


def _looks_like_text(text: str) -> bool:
    return all(character.isprintable() or character in "\t\r\n" for character in text)


def _decode(data: bytes, cut: bool) -> str:
    """Decode, leaving out a last character that was cut in the middle."""
    return codecs.utf_8_decode(data, "replace", not cut)[0]

"""What the lab's client does in a server exercise: the lines of `play` (`docs/lesson-format.md`), read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wslab.units import parse_duration
from wslab.wire.extensions import TOKEN
from wslab.wire.rawspec import RawSpecError, parse_raw

LONGEST_WAIT = 10.0
"""Seconds that `wait` can last at most."""
EXAMPLES = "connect /path, frame SPEC, wait 200ms, expect, end or reset"

_PATH = re.compile(r"/[!-~]*")
_SEED = re.compile(r"\{([^{}]*)\}")
_SAMPLE = {"seed.word": "abcdefgh", "seed.hex": "6162636465666768", "seed.number": "1234"}


class PlayError(ValueError):
    """A line that the lab's client cannot carry out. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection with a correct handshake."""

    path: str
    subprotocols: tuple[str, ...] = ()
    """What is offered, the favourite first."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send bytes as they are."""

    spec: str
    """In the language of `/raw`."""

    def data(self, new_key: Callable[[], bytes]) -> bytes:
        """Return the bytes, with new masking keys."""
        return parse_raw(self.spec, new_key=new_key)


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait until what the step expects has come."""


@dataclass(frozen=True, slots=True)
class End:
    """End TCP in order."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Break TCP off."""


Action = Connect | Send | Wait | Expect | End | Reset

_PLAIN: dict[str, Action] = {"expect": Expect(), "end": End(), "reset": Reset()}


def parse_play(line: str, seed: Mapping[str, str] | None = None) -> Action:
    """Read one line.

    Args:
        line: as the lesson has it.
        seed: what stands for `{seed.word}`, `{seed.hex}` and `{seed.number}`; a sample where it is None,
            which does to check a line.

    Raises:
        PlayError: it is none, or names what a seed does not have.
    """
    values = _SAMPLE if seed is None else seed
    verb, _space, rest = line.strip().partition(" ")
    rest = _SEED.sub(lambda found: _value(found[1], values, line), rest.strip())
    if verb in _PLAIN:
        if rest:
            raise PlayError(f"{line!r} is too long: {verb} stands alone")
        return _PLAIN[verb]
    if verb == "connect":
        path, *offered = rest.split() or [""]
        if not _PATH.fullmatch(path):
            raise PlayError(f"{line!r} has no path: write it like connect /")
        if wrong := next((name for name in offered if not TOKEN.fullmatch(name)), None):
            raise PlayError(
                f"{line!r}: {wrong!r} is no name of a subprotocol: write it like connect /mqtt mqtt"
            )
        if len(set(offered)) < len(offered):
            raise PlayError(f"{line!r} offers a subprotocol twice (RFC 6455 section 4.1)")
        return Connect(path, tuple(offered))
    if verb == "wait":
        return Wait(_seconds(rest, line))
    if verb == "frame":
        try:
            parse_raw(rest, new_key=lambda: bytes(4))
        except RawSpecError as error:
            raise PlayError(f"{line!r}: {error}") from None
        return Send(rest)
    raise PlayError(f"{line!r} is not a line of play: write {EXAMPLES}")


def check_play(steps: Sequence[Sequence[str]]) -> None:
    """Make sure that the lines of all steps of a lesson, in order, can be carried out.

    Raises:
        PlayError: one cannot be read, or something is sent before there is a connection.
    """
    connected = False
    for lines in steps:
        for line in lines:
            action = parse_play(line)
            if isinstance(action, Connect):
                connected = True
            elif isinstance(action, Send | End | Reset) and not connected:
                raise PlayError(f"{line!r} comes before any connect")


def _value(name: str, values: Mapping[str, str], line: str) -> str:
    try:
        return values[name]
    except KeyError:
        known = ", ".join(f"{{{each}}}" for each in _SAMPLE)
        raise PlayError(f"{line!r} has {{{name}}}: there are {known}") from None


def _seconds(text: str, line: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise PlayError(f"{line!r}: {error}") from None
    if seconds > LONGEST_WAIT:
        raise PlayError(f"{line!r} waits too long: {LONGEST_WAIT:g}s is the most")
    return seconds

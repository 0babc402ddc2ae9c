"""Scripts for `wslab pilot`: TOML in, steps out.

    format = 1
    name = "say hello"
    size = "120x36"

    [[step]]
    name = "connect"
    press = ["c"]
    wait = { state = "open" }

    [[step]]
    type = "hello"
    press = ["enter"]
    wait = { event = { kind = "frame", opcode = "TEXT", direction = "s>c", text = "hello" }, within = "5s" }
    expect = { text = ["TEXT", "hello"], absent = ["error"] }
    screenshot = "hello.svg"

A step does, in this order: resize, type, press, wait, expect, screenshot.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wslab.units import parse_duration
from wslab.wire.events import KINDS, OPCODE_NAMES, Phase

FORMAT = 1
PATIENCE = 5.0
"""Seconds a step waits unless it says otherwise."""
EVENT_FIELDS = {"kind", "direction", "opcode", "text", "code", "state", "reason"}


class ScriptError(Exception):
    """A script that can't be run. The message names the step, the key and what would be right."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true: all that is given."""

    state: Phase | None = None
    """State of the connection."""
    text: tuple[str, ...] = ()
    """Texts that must be on the screen."""
    absent: tuple[str, ...] = ()
    """Texts that must not be on the screen."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """Fields of an event that must have come since the step began."""

    def __str__(self) -> str:
        parts = []
        if self.state:
            parts.append(f"state {self.state}")
        parts += [f"{text!r} on the screen" for text in self.text]
        parts += [f"no {text!r} on the screen" for text in self.absent]
        if self.event:
            parts.append(
                "an event with " + ", ".join(f"{key} {value!r}" for key, value in self.event.items())
            )
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a script."""

    name: str
    resize: tuple[int, int] | None = None
    type: str = ""
    press: tuple[str, ...] = ()
    wait: Condition | None = None
    within: float = PATIENCE
    """Seconds that ``wait`` may take."""
    expect: Condition | None = None
    screenshot: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its name, the size it is made for and its steps."""

    name: str
    size: tuple[int, int]
    steps: tuple[Step, ...]


def load_script(path: Path) -> Script:
    """Read a script from a file.

    Raises:
        ScriptError: it can't be read or is not a script.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: can't be read: {error}") from None
    return parse_script(source, str(path))


def parse_script(source: str, name: str) -> Script:
    """Read a script from text; ``name`` stands in error messages.

    Raises:
        ScriptError: the text is not a script.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{name}: not TOML: {error}") from None
    _only(data, {"format", "name", "size", "step"}, name)
    if data.get("format") != FORMAT:
        raise ScriptError(
            f"{name}: format is {data.get('format')!r}; this version of wslab reads format = {FORMAT}"
        )
    steps = data.get("step")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) for step in steps):
        raise ScriptError(f"{name}: there must be at least one [[step]]")
    return Script(
        name=_text(data, "name", name, default=Path(name).stem),
        size=parse_size_text(_text(data, "size", name, default="120x36"), name),
        steps=tuple(_step(step, f"{name}: step {number}") for number, step in enumerate(steps, 1)),
    )


def parse_size_text(text: str, where: str) -> tuple[int, int]:
    """Return columns and rows of `80x24`.

    Raises:
        ScriptError: the text is no such size; the message starts with ``where``.
    """
    match = re.fullmatch(r"(\d{2,4})x(\d{1,4})", text)
    if match is None or int(match[1]) < 20 or int(match[2]) < 8:
        raise ScriptError(f'{where}: size is {text!r}; write it like "80x24", at least 20x8')
    return int(match[1]), int(match[2])


def _step(data: dict[str, Any], where: str) -> Step:
    _only(data, {"name", "resize", "type", "press", "wait", "expect", "screenshot"}, where)
    if not data.keys() - {"name"}:
        raise ScriptError(f"{where}: does nothing; give it press, type, wait, expect, resize or screenshot")
    wait = dict(_table(data, "wait", where))
    within = wait.pop("within", None)
    if within is not None and not wait:
        raise ScriptError(f"{where}: wait has nothing to wait for; give it state, text, absent or event")
    try:
        patience = PATIENCE if within is None else parse_duration(str(within))
    except ValueError as error:
        raise ScriptError(f"{where}: wait.within: {error}") from None
    expect = _table(data, "expect", where)
    press = _texts(data, "press", where)
    return Step(
        name=_text(data, "name", where, default=" ".join(press) or "step"),
        resize=parse_size_text(_text(data, "resize", where), where) if "resize" in data else None,
        type=_text(data, "type", where),
        press=press,
        wait=_condition(wait, f"{where}: wait") if wait else None,
        within=patience,
        expect=_condition(expect, f"{where}: expect") if expect else None,
        screenshot=_text(data, "screenshot", where),
    )


def _condition(data: Mapping[str, Any], where: str) -> Condition:
    _only(data, {"state", "text", "absent", "event"}, where)
    state = _text(data, "state", where)
    if state and state not in set(Phase):
        raise ScriptError(f"{where}: state is {state!r}; it must be one of {', '.join(Phase)}")
    event = _table(data, "event", where)
    _only(event, EVENT_FIELDS, f"{where}: event")
    if event and event.get("kind") not in KINDS.values():
        raise ScriptError(
            f"{where}: event: kind is {event.get('kind')!r}; it must be one of {', '.join(KINDS.values())}"
        )
    if "opcode" in event and event["opcode"] not in OPCODE_NAMES:
        raise ScriptError(f"{where}: event: opcode is {event['opcode']!r}; write its name, such as TEXT")
    return Condition(
        state=Phase(state) if state else None,
        text=_texts(data, "text", where),
        absent=_texts(data, "absent", where),
        event=event,
    )


def _only(data: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = data.keys() - known
    if unknown:
        raise ScriptError(f"{where}: unknown key {min(unknown)!r}; known are {', '.join(sorted(known))}")


def _text(data: Mapping[str, Any], key: str, where: str, default: str = "") -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise ScriptError(f"{where}: {key} is {value!r}; it must be a text")
    return value


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ScriptError(f"{where}: {key} is {value!r}; it must be a text or a list of texts")
    return tuple(value)


def _table(data: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise ScriptError(f'{where}: {key} is {value!r}; it must be a table, such as {{ state = "open" }}')
    return value

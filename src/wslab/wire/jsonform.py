"""Events as JSON, one a line: the recording format, and what `--json` prints.

The first line is a header with the `format` number. Each further line has the kind in `event` and the fields
of the event under their own names, but for bytes: `preview` becomes `preview_text` where it is UTF-8 (up to a
character that the preview cuts, kept in `preview_rest_base64`), else `preview_base64`; `mask_key` becomes
`mask_key_hex`. `docs/recording-format.md` has every kind with its fields. A line holds no control
characters and no invisible ones: it is safe to show in a terminal.
"""

from __future__ import annotations

import base64
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from wslab.wire.events import KINDS, Event, Frame

FORMAT: Final = 1
"""Number of the form that `dump` writes and `load` reads."""

_HEADER: Final = "header"
_readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_escaped = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


class JsonFormError(ValueError):
    """A line is not an event or a header; the message says what is wrong with it."""


class Header(NamedTuple):
    """The first line of a recording."""

    format: int
    version: str
    """Version of wslab that wrote it."""
    wall: float
    """Unix time in seconds at which it began."""
    source: str
    """What was recorded, such as a URL."""


def header(version: str, wall: float, source: str = "") -> str:
    """Return the first line of a recording, without a line end; see `Header`."""
    return _line({"event": _HEADER, "format": FORMAT, "version": version, "wall": wall, "source": source})


def dump(event: Event) -> str:
    """Return an event as one line of JSON, without a line end.

    Raises:
        ValueError: a time in the event is not a finite number.
    """
    fields: dict[str, object] = {"event": KINDS[type(event)]}
    for name, value in zip(event._fields, event, strict=True):
        if isinstance(value, bytes):
            fields.update(_dump_bytes(name, value))
        else:
            fields[name] = value
    return _line(fields)


def load(line: str) -> Event | Header:
    """Return what a line says. Fields that are not known are left out, for lines of later versions.

    Raises:
        JsonFormError: the line is not an event or a header of this format.
    """
    try:
        fields = json.loads(line, parse_constant=_refuse_constant)
    except JsonFormError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonFormError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise JsonFormError(f"an event is a JSON object, not {_show(fields)}")
    kind = fields.get("event")
    if kind == _HEADER:
        return _load_header(fields)
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join((_HEADER, *_READERS))
        given = f"`event` is {_show(kind)}" if "event" in fields else "there is no `event`"
        raise JsonFormError(f"{given}; it must be one of {known}")
    return reader(fields)


def _line(fields: Mapping[str, object]) -> str:
    line = _readable(fields)
    return line if line.isprintable() else _escaped(fields)


def _dump_bytes(name: str, value: bytes) -> dict[str, str]:
    if name in _HEX_FIELDS:
        return {f"{name}_hex": value.hex()}
    try:
        return {f"{name}_text": value.decode()}
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return {f"{name}_base64": base64.b64encode(value).decode()}
        rest = base64.b64encode(value[error.start :]).decode()
        return {f"{name}_text": value[: error.start].decode(), f"{name}_rest_base64": rest}


_HEX_FIELDS: Final = ("mask_key",)
_RANGES: Final[Mapping[tuple[type, str], range]] = {
    (Frame, "opcode"): range(16),
    (Frame, "rsv"): range(8),
    (Frame, "header_len"): range(2, 15),
}
"""Numbers that an event must keep to because other parts look things up by them."""


def _refuse_constant(name: str) -> None:
    raise JsonFormError(f"not JSON: {name} is not a number there")


def _load_header(fields: Mapping[str, Any]) -> Header:
    number = fields.get("format")
    if number != FORMAT or isinstance(number, bool):
        raise JsonFormError(f"header: `format` is {_show(number)}, this version reads {FORMAT}")
    values = [
        _decoder(hint)(_required(fields, name, _HEADER), f"{_HEADER}: `{name}`")
        for name, hint in typing.get_type_hints(Header).items()
    ]
    return Header(*values)


def _show(value: object) -> str:
    try:
        text = _escaped(value)
    except (ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:59] + "…"


def _required(fields: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in fields:
        raise JsonFormError(f"{kind}: `{name}` is missing")
    return fields[name]


_Decoder = Callable[[Any, str], Any]


def _decoder(hint: Any) -> _Decoder:
    """Return what turns a JSON value, and the name of its field for errors, into a value of a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        decode = _decoder(inner)
        return lambda value, where: None if value is None else decode(value, where)
    if origin is tuple:
        items = [_decoder(argument) for argument in arguments if argument is not ...]
        return _list_decoder(items[0]) if ... in arguments else _row_decoder(items)
    if hint is float:
        return _decode_float
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum_decoder(hint)
    return _plain_decoder(hint)


_JSON_NAMES: Final = {int: "a whole number", str: "a string", bool: "true or false"}


def _plain_decoder(wanted: type) -> _Decoder:
    name = _JSON_NAMES[wanted]

    def decode(value: Any, where: str) -> Any:
        if type(value) is not wanted:
            raise JsonFormError(f"{where} must be {name}, it is {_show(value)}")
        return value

    return decode


def _decode_float(value: Any, where: str) -> float:
    if type(value) not in (int, float):
        raise JsonFormError(f"{where} must be a number, it is {_show(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise JsonFormError(f"{where} is too large for a number of seconds")
    return number


def _enum_decoder(wanted: type[StrEnum]) -> _Decoder:
    members = {member.value: member for member in wanted}

    def decode(value: Any, where: str) -> StrEnum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise JsonFormError(f"{where} must be one of {', '.join(members)}, it is {_show(value)}")
        return member

    return decode


def _list_decoder(item: _Decoder) -> _Decoder:
    def decode(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise JsonFormError(f"{where} must be a list, it is {_show(value)}")
        return tuple(item(element, f"{where}[{index}]") for index, element in enumerate(value))

    return decode


def _row_decoder(items: list[_Decoder]) -> _Decoder:
    def decode(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(items):
            raise JsonFormError(f"{where} must be a list of {len(items)}, it is {_show(value)}")
        return tuple(item(element, where) for item, element in zip(items, value, strict=True))

    return decode


def _load_bytes(fields: Mapping[str, Any], name: str, kind: str) -> bytes:
    forms = [form for form in ("text", "base64", "hex") if f"{name}_{form}" in fields]
    if len(forms) != 1:
        given = "all of them are missing" if not forms else f"there are {' and '.join(forms)}"
        raise JsonFormError(
            f"{kind}: one of `{name}_text`, `{name}_base64`, `{name}_hex` must be there, {given}"
        )
    parts = [f"{name}_{forms[0]}"]
    if forms == ["text"] and f"{name}_rest_base64" in fields:
        parts.append(f"{name}_rest_base64")
    return b"".join(_decode_bytes(fields[part], part, kind) for part in parts)


def _decode_bytes(value: Any, part: str, kind: str) -> bytes:
    if not isinstance(value, str):
        raise JsonFormError(f"{kind}: `{part}` must be a string, it is {_show(value)}")
    try:
        if part.endswith("_text"):
            return value.encode()
        return bytes.fromhex(value) if part.endswith("_hex") else base64.b64decode(value, validate=True)
    except ValueError as error:
        raise JsonFormError(f"{kind}: `{part}` cannot be read: {error}") from error


def _reader(made: type[Event], kind: str) -> Callable[[Mapping[str, Any]], Event]:
    hints = typing.get_type_hints(made)
    decoders = [(name, None if hints[name] is bytes else _decoder(hints[name])) for name in made._fields]

    def read(fields: Mapping[str, Any]) -> Event:
        values: list[Any] = []
        for name, decode in decoders:
            if decode is None:
                values.append(_load_bytes(fields, name, kind))
                continue
            value = decode(_required(fields, name, kind), f"{kind}: `{name}`")
            allowed = _RANGES.get((made, name))
            if allowed is not None and value not in allowed:
                raise JsonFormError(f"{kind}: `{name}` must be {allowed[0]} to {allowed[-1]}, it is {value}")
            values.append(value)
        return made(*values)

    return read


_READERS: Final = {kind: _reader(made, kind) for made, kind in KINDS.items()}

"""Values in the patterns of lessons, read as what they want: `"!1000"`, `"1..125"`, `"$sent.hex"`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wslab.wire import violations
from wslab.wire.event_fields import FieldType
from wslab.wire.wants import (
    Equal,
    ExactJson,
    Found,
    JsonArray,
    JsonObject,
    Not,
    OneOf,
    Range,
    Reference,
    Same,
    Starts,
    Want,
    as_number,
)


class InWords(str):
    """What was found where that is no value: shown as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


ABSENT = InWords("missing")
"""What was found where something has to be."""


class PatternError(ValueError):
    """A check is not as it must be. The message names the key, what was found and what would be right."""

    def __init__(self, where: str, found: object, right: str) -> None:
        """Say that what stands at ``where`` is ``found`` and must be as ``right`` says."""
        shown = repr(found)
        if len(shown) > 120:
            shown = shown[:119] + "…"
        super().__init__(f"{where} is {shown}; it must be {right}")


VIOLATIONS = tuple(
    value for name, value in vars(violations).items() if name.isupper() and isinstance(value, str)
)
"""Every violation there is."""

REGEX_LIMIT = 200
"""Characters of a regular expression at most."""

_NAME = r"[a-z][a-z0-9_-]*"
NAME = re.compile(_NAME)
"""What events are saved as."""
_REFERENCE = re.compile(rf"\$({_NAME})\.([a-z_]+)")
_RANGE = re.compile(r"(-?[0-9]{1,18})?\.\.(-?[0-9]{1,18})?")
_RANGED = frozenset({FieldType.NUMBER, FieldType.TEXT, FieldType.HEADERS, FieldType.JSON})
_SEARCHED = _RANGED | {FieldType.HEX, FieldType.VIOLATIONS, FieldType.WORD}


def parse_want(value: Any, kind: FieldType, where: str, words: tuple[str, ...] = ()) -> Want:
    """Read one value.

    Args:
        value: as TOML gave it.
        kind: type of the field that it is for. `HEADERS` reads the value of one header, `JSON` a whole JSON.
        where: name of the key, for messages.
        words: of a `WORD` field every word that can be.

    Raises:
        PatternError: it is none.
    """
    if isinstance(value, list):
        if not value or any(isinstance(item, list) for item in value):
            raise PatternError(where, value, "a value or a list of values")
        return OneOf(tuple(parse_want(item, kind, where, words) for item in value))
    if kind is FieldType.JSON:
        return _parse_json(value, where, top=True)
    if isinstance(value, dict):
        if value.keys() != {"is"} or isinstance(value["is"], dict | list):
            raise PatternError(where, value, f'{_right(kind, words)}, or {{ is = "a literal value" }}')
        return _literal(value["is"], kind, where, words)
    if isinstance(value, str):
        return _parse_text(value, kind, where, words)
    return _literal(value, kind, where, words)


def parse_range(value: Any, where: str) -> tuple[int, int | None]:
    """Read how many: a whole number, or a range such as `3..`, as the least and the greatest, None for any.

    Raises:
        PatternError: it is neither.
    """
    right = 'a number such as 3, or a range such as "3.."'
    if type(value) is int and value >= 0:
        return value, value
    match = _RANGE.fullmatch(value) if isinstance(value, str) and value != ".." else None
    if match is None:
        raise PatternError(where, value, right)
    low, high = int(match[1] or 0), None if match[2] is None else int(match[2])
    if low < 0 or (high is not None and high < low):
        raise PatternError(where, value, right)
    return low, high


def _parse_text(value: str, kind: FieldType, where: str, words: tuple[str, ...]) -> Want:
    if value.startswith("!"):
        if value.startswith("!!"):
            raise PatternError(where, value, "one ! and a value; { is = … } takes a text as it is")
        return Not(_parse_text(value[1:], kind, where, words))
    if value.startswith("$"):
        return Same(_parse_reference(value, where), FieldType.TEXT if kind is FieldType.HEADERS else kind)
    if value.startswith("~"):
        if kind not in _SEARCHED:
            raise PatternError(where, value, _right(kind, words))
        return Found(parse_regex(value[1:], where))
    match = _RANGE.fullmatch(value)
    if match is not None and value != ".." and kind in _RANGED:
        low, high = (None if end is None else int(end) for end in match.groups())
        if low is not None and high is not None and high < low:
            raise PatternError(where, value, "a range whose first number is not above its last")
        return Range(low, high)
    if kind is FieldType.JSON:
        return ExactJson(value)
    return _literal(value, kind, where, words)


def _parse_reference(value: str, where: str) -> Reference:
    match = _REFERENCE.fullmatch(value)
    if match is None:
        raise PatternError(where, value, "a reference such as $sent.text; { is = … } takes a text as it is")
    return Reference(match[1], match[2])


def _literal(value: Any, kind: FieldType, where: str, words: tuple[str, ...]) -> Want:
    right = _right(kind, words)
    if kind is FieldType.FLAG and isinstance(value, bool):
        return Equal(value, kind)
    if kind is FieldType.NUMBER:
        number = as_number(value)
        if number is not None:
            return Equal(number, kind)
    elif isinstance(value, str):
        if kind is FieldType.WORD and value in words:
            return Equal(value, kind)
        if kind is FieldType.VIOLATIONS and value and any(rule.startswith(value) for rule in VIOLATIONS):
            return Starts(value)
        if kind is FieldType.HEX and (data := _bytes(value)) is not None:
            return Equal(data.hex(), kind)
        if kind in (FieldType.TEXT, FieldType.HEADERS):
            return Equal(value)
    raise PatternError(where, value, right)


def _bytes(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _right(kind: FieldType, words: tuple[str, ...]) -> str:
    """Say what would be right for a field."""
    if kind is FieldType.WORD:
        return "one of " + ", ".join(words)
    if kind is FieldType.VIOLATIONS:
        return "the start of a violation there is, such as 6455#5.1"
    examples = {
        FieldType.NUMBER: 'a number such as 5, "!5" or "1..125"',
        FieldType.TEXT: 'a text such as "hello", "!hello" or "~^hel+o$"',
        FieldType.HEADERS: 'a text such as "13", "!13" or "~(?i)websocket"',
        FieldType.FLAG: "true or false",
        FieldType.HEX: 'bytes in hexadecimal such as "68656c6c6f"',
        FieldType.JSON: 'a table such as { type = "echo" }',
    }
    return examples[kind]


def _parse_json(value: Any, where: str, *, top: bool = False) -> Want:
    """Read what JSON must have: tables have at least their members, lists just their items."""
    if isinstance(value, Mapping):
        if value.keys() == {"is"}:
            return ExactJson(_plain_json(value["is"], where))
        if not value and top:
            raise PatternError(where, value, _right(FieldType.JSON, ()))
        return JsonObject(tuple((name, _parse_json(item, f"{where}.{name}")) for name, item in value.items()))
    if isinstance(value, str):
        want = _parse_text(value, FieldType.JSON, where, ())
        # By itself a text would say nothing of what the JSON holds; the JSON of a saved event does.
        if not top or any(want.references()):
            return want
    elif isinstance(value, list):
        return JsonArray(tuple(_parse_json(item, where) for item in value))
    elif not top:
        return ExactJson(_plain_json(value, where))
    raise PatternError(where, value, _right(FieldType.JSON, ()))


def _plain_json(value: Any, where: str) -> Any:
    """Refuse what TOML has and JSON has not."""
    if isinstance(value, Mapping):
        return {name: _plain_json(item, where) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain_json(item, where) for item in value]
    if not isinstance(value, str | int | float) or value != value or value in (float("inf"), float("-inf")):
        raise PatternError(
            where, value, "a value that JSON has: a text, a number, true or false, a list, a table"
        )
    return value


def parse_regex(text: str, where: str) -> re.Pattern[str]:
    """Compile a regular expression.

    One that could take for ever on a text made for it is refused: a repeat of what has repeats or choices
    in it (`(a+)+`, `(a|aa)+`).

    Raises:
        PatternError: it is none, is too long, or could take for ever.
    """
    if len(text) > REGEX_LIMIT:
        raise PatternError(where, "~" + text, f"a regular expression of at most {REGEX_LIMIT} characters")
    try:
        regex = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(where, "~" + text, f"a regular expression: {error}") from error
    if not text or repeats_in_repeats(text):
        raise PatternError(
            where, "~" + text, "a regular expression without a repeat of what has repeats or choices in it"
        )
    return regex


_ATOM = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]*,?[0-9]*\}|\(\?[a-zA-Z-]+\)"
    r"|\(\?(?:P<[^>]*>|<?[=!]|[a-zA-Z-]*:|>|#)|.",
    re.DOTALL,
)
"""An escape, a class, a count, flags, the start of a special group, or one character."""


def repeats_in_repeats(text: str) -> bool:
    """Whether a group with repeats or choices in it is itself repeated."""
    # Of the whole text and each open group: whether something in it can match in more ways than one.
    open_groups = [False]
    # The same of the group that has just been closed.
    closed = False
    for match in _ATOM.finditer(text):
        atom = match[0]
        repeat = atom in ("*", "+") or (len(atom) > 1 and atom[0] == "{")
        if repeat and closed:
            return True
        if repeat or atom in ("?", "|"):
            open_groups[-1] = True
        closed = False
        if atom[0] == "(" and atom[-1] != ")":
            open_groups.append(False)
        elif atom == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            open_groups[-1] = open_groups[-1] or closed
    return False

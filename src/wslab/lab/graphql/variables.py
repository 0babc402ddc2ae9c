"""Reads JSON objects that people type: the variables of an operation, the payload of connection_init."""

from __future__ import annotations

import json
from typing import Any

from wslab.i18n import sentence

LONGEST = 100_000
"""Characters of such a text at most."""
MOST_DIGITS = 1000
"""Digits of a whole number at most; Python itself reads no more than some thousand."""
EXAMPLE = '{"name": "garden"}'


def read_object(text: str, what: str) -> dict[str, Any] | None:
    """Return the object that a text is; None where there is nothing in it.

    Args:
        text: what was typed.
        what: what it is called in messages.

    Raises:
        ValueError: it is no JSON object (RFC 8259); the message says where it goes wrong.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise ValueError(
            sentence("{what}: {count} characters, at most {most}", what=what, count=len(text), most=LONGEST)
        )
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_whole,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise ValueError(
            sentence(
                "{what}: not JSON at line {line}, column {column}: {why}; write it like {example}",
                what=what,
                line=error.lineno,
                column=error.colno,
                why=error.msg,
                example=EXAMPLE,
            )
        ) from None
    except RecursionError:
        raise ValueError(sentence("{what}: nested too deeply", what=what)) from None
    except ValueError as error:
        raise ValueError(sentence("{what}: {why}", what=what, why=error.args[0])) from None
    if not isinstance(value, dict):
        raise ValueError(
            sentence(
                "{what}: {found} is not an object; write it like {example}",
                what=what,
                found=_short(text.strip()),
                example=EXAMPLE,
            )
        )
    return value


def _no_constant(name: str) -> float:
    raise ValueError(sentence("{name} is no number of JSON", name=name))


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(sentence("{name} is no number of JSON", name=_short(text)))
    return value


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(
            sentence("a number of {count} digits: at most {most}", count=len(text), most=MOST_DIGITS)
        )
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(sentence("{name} is there twice", name=repr(_short(twice))))
    return value


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"

"""Echo for JSON: every message gets a JSON answer, whatever it was."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

MOST_DIGITS = 4300
"""Longest integer that is read: Python's own limit, since time grows with the square of the length."""


def now() -> str:
    """The time as ISO 8601 in UTC, to the millisecond: `2026-03-01T12:00:00.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_answer(message: str | bytes) -> str:
    """Return `{"type": "echo", "data": …, "server_time": …}` or, for what cannot be echoed, an error.

    Any JSON value will do, not only an object; of a repeated key the last value counts. The answer is always
    valid JSON by RFC 8259 and valid UTF-8. An error is `{"type": "error", "code": "INVALID_JSON",
    "message": …}`. These are errors too:

    - NaN and Infinity, which Python's parser would take (section 6)
    - numbers out of the range of a double, such as 1e999, and integers of more than `MOST_DIGITS` digits
    - half of a surrogate pair written as an escape, which UTF-8 cannot carry (section 8.2)
    - nesting too deep for Python's parser, about 1000 levels (section 9 allows such a limit)
    - a binary message: JSON is text
    """
    try:
        if isinstance(message, bytes):
            raise ValueError("this was a binary message: send JSON as text")
        data = json.loads(message, parse_float=_finite, parse_int=_whole, parse_constant=_refuse)
        answer = json.dumps({"type": "echo", "data": data, "server_time": now()}, ensure_ascii=False)
        answer.encode()
    except RecursionError:
        why = "nested too deeply"
    except UnicodeEncodeError:
        why = "half of a surrogate pair is not a character (RFC 8259 section 8.2)"
    except ValueError as error:
        why = str(error)
    else:
        return answer
    return json.dumps({"type": "error", "code": "INVALID_JSON", "message": why})


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:40]} is out of range")
    return value


def _whole(digits: str) -> int:
    length = len(digits.lstrip("-"))
    if length > MOST_DIGITS:
        raise ValueError(f"an integer of {length} digits is too long: at most {MOST_DIGITS}")
    return int(digits)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not JSON (RFC 8259 section 6)")

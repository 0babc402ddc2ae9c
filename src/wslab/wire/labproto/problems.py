"""What is wrong with a message of the lab's binary protocol, and the ERROR that says so."""

from __future__ import annotations

from typing import NamedTuple

from wslab.i18n import Sentence, sentence
from wslab.wire.labproto.bodies import Error
from wslab.wire.labproto.layout import LAYOUTS, ErrorCode, Type, offset_of

LONGEST_ERROR = 200
"""Bytes of UTF-8 in the text of an ERROR that is made here, at most."""


class Problem(NamedTuple):
    """One thing that is wrong with a message."""

    code: ErrorCode
    field: str
    """Name of the field as the document has it."""
    value: str
    """What stands there, as people write it."""
    offset: int
    """Byte of the message at which the field begins."""
    right: Sentence
    """What would be right, or why this is not."""
    section: str
    """Where the rule stands in the document: `binary#3.3`."""

    @property
    def text(self) -> Sentence:
        """All of it in one line."""
        return sentence("{field} is {value}: {right}", field=self.field, value=self.value, right=self.right)


def error_for(problem: Problem) -> Error:
    """Return the ERROR that names a problem. Its text is English, as everything on the wire is."""
    return _error(problem.code, problem.offset, f"{problem.text} ({problem.section})")


def refusal(code: ErrorCode, kind: Type, field: str, value: object, right: str) -> Error:
    """Return the ERROR for a message that is right in itself and cannot be served.

    Args:
        code: what is wrong.
        kind: type of the message.
        field: the field that it lies in.
        value: what stands there.
        right: what would be right, in English.
    """
    section = LAYOUTS[kind].section
    return _error(code, offset_of(kind, field), f"{field} is {value}: {right} ({section})")


def _error(code: ErrorCode, offset: int, text: str) -> Error:
    return Error(code, offset, text.encode()[:LONGEST_ERROR].decode(errors="ignore"))

"""What can go wrong between a client of the binary protocol and its server."""

from __future__ import annotations

from wslab.i18n import sentence
from wslab.wire.labproto.bodies import Error
from wslab.wire.labproto.layout import ErrorCode


class Refused(ValueError):
    """The other side answered with an ERROR."""

    def __init__(self, error: Error) -> None:
        super().__init__(sentence("refused: {code}: {text}", code=error_name(error.code), text=error.text))
        self.error = error


class NoAnswer(OSError):
    """An answer will not come: the connection is over, or it took too long."""


def error_name(code: int) -> str:
    """Return the name of the code of an ERROR; its number where it has none."""
    return ErrorCode(code).name if code in set(ErrorCode) else str(code)

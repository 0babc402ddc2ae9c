"""One operation of a connection: where it stands, and the results that are kept of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from wslab.i18n import N_
from wslab.lab.graphql.document import Request
from wslab.lab.graphql.pretty import pretty

KEPT_RESULTS = 200
"""Results that are kept of an operation; all of them are counted."""
KEPT_CHARACTERS = 256 * 1024
"""Characters that the kept results of an operation may have together; the last one is kept in any case."""
LONGEST_RESULT = 16 * 1024
"""Characters that are kept of one result."""
KEPT_ERRORS = 20
_LONGEST_MESSAGE = 2000
_LONGEST_PATH = 200


class OperationState(Enum):
    """Where an operation stands; the values are words for it, to be translated where they are shown."""

    WAITING = N_("waiting")
    """It is started as soon as the server lets this client in."""
    RUNNING = N_("running")
    COMPLETED = N_("complete")
    """The server has said that it is over."""
    STOPPED = N_("stopped")
    """This client has said that it wants no more."""
    FAILED = N_("failed")
    """The server has ended it with errors."""
    LOST = N_("lost")
    """The connection ended before it did."""


LIVE = (OperationState.WAITING, OperationState.RUNNING)
"""The states of what is not over."""


class Trouble(NamedTuple):
    """An error as the GraphQL specification describes it (section 7.1.2)."""

    message: str
    line: int | None
    """Of the document, from 1; None where the error names no place in it."""
    column: int | None
    path: str
    """The field of the result that it belongs to, such as `rooms.0.name`; empty where it names none."""


class Result(NamedTuple):
    """One result."""

    number: int
    """From 1, in the order they came."""
    after: float
    """Seconds since the operation was started."""
    text: str
    """What JSON says of it, over several lines and cut where it is long."""
    errors: tuple[Trouble, ...]

    @property
    def characters(self) -> int:
        """How many are kept of it."""
        return len(self.text) + sum(len(each.message) + len(each.path) for each in self.errors)


@dataclass(slots=True, eq=False)
class Operation:
    """One operation, from its start on."""

    id: str
    request: Request
    message: str
    """The message that starts it."""
    started: float
    """Monotonic seconds."""
    state: OperationState = OperationState.WAITING
    results: deque[Result] = field(default_factory=deque)
    """The last ones."""
    received: int = 0
    """How many there were."""
    late: int = 0
    """Messages that came for it after this client had stopped it."""
    errors: tuple[Trouble, ...] = ()
    """With which the server ended it."""
    why: str = ""
    """Why it was lost."""
    _characters: int = 0

    @property
    def live(self) -> bool:
        """Whether it is not over."""
        return self.state in LIVE

    @property
    def label(self) -> str:
        """Kind and name, as far as the document tells."""
        return " ".join(filter(None, (self.request.kind, self.request.name)))

    def add(self, payload: dict[str, Any], now: float) -> None:
        """Take a result, and let go of the oldest where there are too many."""
        self.received += 1
        text = pretty(payload, LONGEST_RESULT)
        errors = self.troubles(payload.get("errors"))
        self.results.append(Result(self.received, now - self.started, text, errors))
        self._characters += self.results[-1].characters
        while len(self.results) > 1 and (
            len(self.results) > KEPT_RESULTS or self._characters > KEPT_CHARACTERS
        ):
            self._characters -= self.results.popleft().characters

    def troubles(self, errors: object) -> tuple[Trouble, ...]:
        """Return what a list of errors says, whatever it holds; not more than so many of them."""
        if not isinstance(errors, list):
            return ()
        return tuple(self._trouble(each) for each in errors[:KEPT_ERRORS])

    def _trouble(self, error: object) -> Trouble:
        if not isinstance(error, dict):
            return Trouble(pretty(error, _LONGEST_MESSAGE), None, None, "")
        message = error.get("message")
        if not isinstance(message, str):
            message = pretty(error, _LONGEST_MESSAGE)
        line, column = self._place(error.get("locations"))
        return Trouble(message[:_LONGEST_MESSAGE], line, column, _path(error.get("path")))

    def _place(self, locations: object) -> tuple[int | None, int | None]:
        first = locations[0] if isinstance(locations, list) and locations else None
        if not isinstance(first, dict):
            return None, None
        line, column = first.get("line"), first.get("column")
        lines = self.request.lines
        if not isinstance(line, int) or not 1 <= line <= len(lines):
            return None, None
        return lines[line - 1], column if isinstance(column, int) else None


def _path(path: object) -> str:
    if not isinstance(path, list):
        return ""
    steps: Iterable[str] = (str(step) for step in path[:_LONGEST_PATH] if isinstance(step, str | int))
    return ".".join(steps)[:_LONGEST_PATH]

"""Messages that may still be answered, found again by the number that the answer repeats."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from wslab.wire.labproto.bodies import Body

MOST_WAITING = 1024
"""Messages that are remembered. Of many nobody wants an answer, but each may be answered with an ERROR."""


@dataclass(slots=True, eq=False)
class Question:
    """A message that was sent."""

    sequence: int
    name: str
    """Name of its type."""
    answer: asyncio.Future[Body] | None = None
    """What whoever waits for the answer waits for."""
    quiet: bool = False
    """Whether it is one of many, so that neither it nor an answer without news is worth an entry."""

    def fail(self, why: Exception) -> None:
        """Tell whoever waits that no answer comes, unless one has come."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(why)
            self.answer.exception()  # perhaps nobody waits any more, which is no error


class Waiting:
    """The messages that were not answered yet, the oldest first."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._questions: dict[int, deque[Question]] = {}
        self._casual: deque[Question] = deque()
        """Those whose answer nobody waits for."""
        self._count = 0

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def add(self, question: Question) -> None:
        """Remember a message. The oldest whose answer nobody waits for is let go where there are too many."""
        self._questions.setdefault(question.sequence, deque()).append(question)
        self._count += 1
        if question.answer is None:
            self._casual.append(question)
            if len(self._casual) > self._most:
                self._forget(self._casual.popleft())

    def answered(self, sequence: int) -> Question | None:
        """Return the message that an answer belongs to, the oldest of its number; it waits no longer."""
        found = self._questions.get(sequence)
        if not found:
            return None
        question = found[0]
        if question.answer is None:
            self._casual.remove(question)
        self._forget(question)
        return question

    def drop(self, question: Question) -> None:
        """Wait no longer for the answer to a message; nothing happens where it is not waited for."""
        if question in self._questions.get(question.sequence, ()):
            if question.answer is None:
                self._casual.remove(question)
            self._forget(question)

    def end(self, why: Exception) -> None:
        """Wait for nothing any more, and tell everybody who waits."""
        for questions in self._questions.values():
            for question in questions:
                question.fail(why)
        self._questions.clear()
        self._casual.clear()
        self._count = 0

    def _forget(self, question: Question) -> None:
        questions = self._questions[question.sequence]
        questions.remove(question)
        if not questions:
            del self._questions[question.sequence]
        self._count -= 1

"""Watches over one attempt at an exercise: hands the wire to the judge and says when nothing more can come.

An attempt is over as soon as it is decided, not when its time is up: between saving a file and the verdict
nobody should wait for a clock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum

from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.steps import Status, Step, Verdict
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event

GRACE = 0.05
"""Seconds of silence after which a program that has ended and left no connection behind will show no more."""
FIRST_EVENTS = 200
"""Events of the start of an attempt that are kept."""
LAST_EVENTS = 800
"""Events of its end that are kept."""


class Ending(StrEnum):
    """Why an attempt was over."""

    DECIDED = "decided"
    """Every step was passed, or one was not."""
    EXITED = "exited"
    """The program had ended, or the lab had nothing left to send, and the wire was quiet."""
    TIMEOUT = "timeout"


class Trace:
    """The start and the end of what was seen in an attempt, whatever the flood between them."""

    def __init__(self, first: int = FIRST_EVENTS, last: int = LAST_EVENTS) -> None:
        self._room = first
        self._start: list[Event] = []
        self._end: deque[Event] = deque(maxlen=last)
        self._total = 0

    def add(self, events: Sequence[Event]) -> None:
        """Take in events, in their order."""
        self._total += len(events)
        room = self._room - len(self._start)
        if room > 0:
            self._start += events[:room]
            events = events[room:]
        self._end.extend(events)

    def events(self) -> tuple[Event, ...]:
        """Return what is kept, in order."""
        return (*self._start, *self._end)

    @property
    def left_out(self) -> int:
        """Events that are missing between the start and the end."""
        return self._total - len(self._start) - len(self._end)


class Referee:
    """One attempt at all steps of an exercise.

    Args:
        steps: of the lesson.
        seed: of the attempt.
        clock: numbers and times of its events, of nobody else's.
        timeout: seconds for the whole attempt, from now on.
        you: the direction in which the learner's program sends.
        grace: seconds of silence that count as the end.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        seed: Seed,
        clock: Clock,
        timeout: float,
        *,
        you: Direction = Direction.C2S,
        grace: float = GRACE,
    ) -> None:
        self._clock = clock
        self._skipped = 0.0
        self._deadline = clock.monotonic() + timeout
        self._grace = grace
        self._last_event = clock.monotonic()
        self._news = asyncio.Event()
        self._listeners: list[Callable[[Sequence[Event]], None]] = []
        self._errors: list[Exception] = []
        self.trace = Trace()
        self.run = LessonRun(
            steps,
            seed,
            Clock(self._now, clock.wall, clock.numbers),
            you=you,
            report=self._errors.append,
        )

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Have ``listener`` called with events after they were judged."""
        self._listeners.append(listener)

    def observe(self, events: Sequence[Event]) -> None:
        """Take in what was on the wire. This is a sink."""
        self._last_event = self._clock.monotonic()
        self.trace.add(events)
        self.run.observe(events)
        for listener in self._listeners:
            listener(events)
        self._news.set()

    def wake(self) -> None:
        """Look again whether the attempt is over: something changed that is no event."""
        self._news.set()

    @property
    def decided(self) -> bool:
        """Whether nothing that may still come changes anything."""
        return self.run.passed or self.run.failed or self.run.error is not None

    @property
    def error(self) -> Exception | None:
        """The error of the lab by which nothing can be said, if there was one."""
        return self._errors[0] if self._errors else self.run.error

    async def until_over(self, ended: Callable[[], bool]) -> Ending:
        """Wait until the attempt is over.

        Args:
            ended: whether nothing more is to be expected, such as of a program that has ended and has no
                connection any more; asked after each event and each `wake`.
        """
        while True:
            self.run.tick()
            if self.decided:
                return Ending.DECIDED
            now = self._clock.monotonic()
            if now >= self._deadline:
                return Ending.TIMEOUT
            times = [self._deadline]
            if ended():
                silent = self._last_event + self._grace
                if now >= silent:
                    return Ending.EXITED
                times.append(silent)
            due = self.run.due()
            if due is not None:
                times.append(due)
            self._news.clear()
            await self._sleep(min(times) - now)

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until a condition holds, or the attempt is decided or out of time, or so many seconds.

        Returns:
            Whether the condition holds.
        """
        deadline = min(self._deadline, self._clock.monotonic() + timeout)
        while not (condition() or self.decided):
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            due = self.run.due()
            self._news.clear()
            await self._sleep(left if due is None else min(left, max(0.0, due - self._clock.monotonic())))
            self.run.tick()
        return condition()

    async def until_gone(self, gone: Callable[[], bool], timeout: float) -> None:
        """Wait so many seconds at most, once all is decided, for something that a `wake` tells of."""
        deadline = self._clock.monotonic() + timeout
        while not gone() and (left := deadline - self._clock.monotonic()) > 0:
            self._news.clear()
            await self._sleep(left)

    def play_out(self) -> None:
        """Let the rest of time pass at once: nothing comes any more, so what only waits is decided.

        A step that had to hold for a while holds, and what had to come within a time did not.
        """
        while not self.decided and (due := self.run.due()) is not None:
            # A little more, since what comes at the very end of a time is still in it.
            self._skipped += max(0.0, due - self._now()) + 1e-6
            before = self.run.statuses
            self.run.tick()
            if self.run.statuses == before and self.run.due() == due:
                return

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return the verdict of each step."""
        return self.run.verdicts

    @property
    def active(self) -> int:
        """Index of the step that was not passed; of the last one where all were."""
        return self.run.current

    @property
    def unknown(self) -> bool:
        """Whether the lab itself failed while it judged."""
        return self.error is not None or Status.UNKNOWN in self.run.statuses

    def _now(self) -> float:
        return self._clock.monotonic() + self._skipped

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._news.wait()
        except TimeoutError:
            return

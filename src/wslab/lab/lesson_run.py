"""One attempt at all steps of a lesson: a sink of events that ticks one step after the other."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wslab.lab.steps import Status, Step, StepRun, Verdict
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event
from wslab.wire.patterns import SEED
from wslab.wire.predicates import Earlier
from wslab.wire.wants import Saved, printable

_CONSONANTS: Final = "bdfghjkmnprstvz"
_VOWELS: Final = "aeiou"

Listener = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Seed:
    """The values of one attempt, made of a number. The same number gives the same values for ever."""

    number: int
    """0 or more."""

    @property
    def values(self) -> Mapping[str, str | int]:
        """`word`: eight letters that can be said, but no word; `hex`: its bytes; `number`: 1000 to 9999."""
        digest = hashlib.sha256(f"wslab seed {self.number}".encode()).digest()
        sounds = zip(digest[0:8:2], digest[1:8:2], strict=True)
        word = "".join(
            _CONSONANTS[one % len(_CONSONANTS)] + _VOWELS[two % len(_VOWELS)] for one, two in sounds
        )
        number = 1000 + int.from_bytes(digest[8:16], "big") % 9000
        return {"word": word, "hex": word.encode().hex(), "number": number}

    def fill(self, text: str) -> str:
        """Return a text with `{seed.word}`, `{seed.hex}` and `{seed.number}` filled in."""
        for name, value in self.values.items():
            text = text.replace(f"{{{SEED}.{name}}}", str(value))
        return text


def report_error(error: Exception) -> None:
    """Say on stderr, with a traceback, that the lab failed."""
    sys.excepthook(type(error), error, error.__traceback__)


class LessonRun:
    """One attempt at a lesson. It is a sink: give it every event, in order, in batches of any size.

    Steps become active one after the other, each with the events that come after the one that decided the
    step before. Nothing that goes wrong in here ever reaches whoever emits events: a step that cannot be
    judged is unknown, and the error is reported.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        seed: Seed,
        clock: Clock,
        *,
        you: Direction = Direction.C2S,
        report: Callable[[Exception], None] = report_error,
    ) -> None:
        """Begin with the first step.

        Args:
            steps: of the lesson, in order.
            seed: the attempt's own values.
            clock: where times come from; the one that stamps the events.
            you: the direction in which the learner sends: `s>c` where they write a server.
            report: takes errors of the lab itself.

        Raises:
            ValueError: there is no step.
        """
        if not steps:
            raise ValueError("a lesson has at least one step")
        self.steps = tuple(steps)
        self.seed = seed
        self.you = you
        self.current = 0
        """Index of the active step; that of the last one once all are passed."""
        self.attempts = [1] + [0] * (len(steps) - 1)
        """Attempts that each step has seen."""
        self.error: Exception | None = None
        """The error of the lab by which the current step is unknown."""
        self._clock = clock
        self._report = report
        self._listeners: list[Listener] = []
        # Whether somebody tells what the learner does: nobody does for programs.
        self._is_told = False
        self._earlier = Earlier(frozenset(name for step in steps for name in step.predicates))
        self._saved: Saved = {SEED: seed.values}
        self._paused_at: float | None = None
        # Whether it was reported that a verdict cannot be put into words: once will do.
        self._wordless = False
        self._runs = [self._start(clock.monotonic())]
        # The step that takes events; None where nothing is judged, which must cost nothing.
        self._active: StepRun | None = self._runs[0]

    @property
    def saved(self) -> Saved:
        """Everything saved so far, the seed included."""
        return self._runs[-1].saved

    @property
    def statuses(self) -> tuple[Status, ...]:
        """How each step stands. Cheap."""
        found = [run.status for run in self._runs] + [Status.PENDING] * (len(self.steps) - len(self._runs))
        if self.error is not None:
            found[self.current] = Status.UNKNOWN
        return tuple(found)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict of each step, in words; of those that are not active yet just that they are pending."""
        return tuple(self._verdict(place) for place in range(len(self.steps)))

    @property
    def verdict(self) -> Verdict:
        """The verdict of the current step, in words."""
        return self._verdict(self.current)

    @property
    def passed(self) -> bool:
        """Whether all steps are passed."""
        return all(status is Status.PASSED for status in self.statuses)

    @property
    def failed(self) -> bool:
        """Whether the current step has failed. `restart_step` begins it anew."""
        return self.error is None and self._runs[-1].status is Status.FAILED

    @property
    def paused(self) -> bool:
        """Whether nothing is judged for now."""
        return self._paused_at is not None

    def listen(self, listener: Listener) -> None:
        """Have ``listener`` called after whatever changed a verdict, once for each batch."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Call it no longer."""
        self._listeners.remove(listener)

    def observe(self, events: Sequence[Event]) -> None:
        """Take in events, in their order. This is a sink: it never raises."""
        run = self._active
        if run is None:
            return
        before = run.changes
        try:
            self._observe(events)
        except Exception as error:  # noqa: BLE001 - the lab's fault must break no connection
            self._break(error)
        if self._active is not run or run.changes != before:
            self._tell()

    __call__ = observe

    def act(self) -> None:
        """The learner does something new: a mistake seen from now on replaces the one before."""
        self._is_told = True
        if self._active is not None:
            self._active.act()

    def tick(self) -> None:
        """Let time pass: steps that wait for time alone are decided. Never raises."""
        run = self._active
        if run is None:
            return
        try:
            decided = self._tick()
        except Exception as error:  # noqa: BLE001 - as above
            self._break(error)
            decided = True
        if decided:
            self._tell()

    def due(self) -> float | None:
        """Return the monotonic time at which `tick` has something to do; None where there is none."""
        return None if self._active is None else self._active.due()

    def pause(self) -> None:
        """Judge nothing from now on: whatever comes is free play. Time stands still for the step."""
        if self._paused_at is None:
            self._paused_at = self._clock.monotonic()
            self._active = None
            self._tell()

    def resume(self) -> None:
        """Judge again."""
        if self._paused_at is None:
            return
        self._runs[-1].delay(self._clock.monotonic() - self._paused_at)
        self._paused_at = None
        self._activate()
        self._tell()

    def restart_step(self) -> bool:
        """Begin the current step anew, with what earlier steps saved. What comes from now on counts.

        Returns:
            Whether there was one to begin: a step that is passed stays so.
        """
        if self.error is None and self._runs[-1].status is Status.PASSED:
            return False
        now = self._clock.monotonic()
        self.error = None
        self.attempts[self.current] += 1
        self._runs[self.current :] = [self._start(now)]
        if self._paused_at is not None:
            self._paused_at = now
        self._activate()
        self._tell()
        return True

    def _observe(self, events: Sequence[Event]) -> None:
        run = self._active
        while run is not None:
            taken = run.observe(events)
            if run.status is Status.PENDING:
                return
            self._next(run)
            run = self._active
            events = events[taken:]

    def _tick(self) -> bool:
        now = self._clock.monotonic()
        decided = False
        while (run := self._active) is not None and run.tick(now):
            decided = True
            self._next(run)
        return decided

    def _next(self, run: StepRun) -> None:
        """Go on from a step that was decided."""
        if run.status is Status.PASSED and self.current + 1 < len(self.steps):
            self._saved = run.saved
            self.current += 1
            self.attempts[self.current] = 1
            self._runs.append(self._start(run.decided_at))
        self._activate()

    def _start(self, started: float) -> StepRun:
        step = self.steps[self.current]
        return StepRun(step, self._saved, started, earlier=self._earlier, you=self.you, idle=self._is_told)

    def _activate(self) -> None:
        run = self._runs[-1]
        judged = self._paused_at is None and self.error is None and run.status is Status.PENDING
        self._active = run if judged else None

    def _break(self, error: Exception) -> None:
        """The lab itself failed: the step is unknown until it is begun anew."""
        self.error = error
        self._active = None
        self._safely(error)

    def _safely(self, error: Exception) -> None:
        try:
            self._report(error)
        except Exception as worse:  # noqa: BLE001 - whoever reports must not break the sink either
            report_error(worse)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            try:
                listener()
            except Exception as error:  # noqa: BLE001 - who shows verdicts must not break the sink
                self._safely(error)

    def _verdict(self, place: int) -> Verdict:
        if self.error is not None and place == self.current:
            return Verdict(Status.UNKNOWN, reason=_in_words(self.error))
        if place >= len(self._runs):
            return Verdict(Status.PENDING)
        run = self._runs[place]
        try:
            return run.verdict
        except Exception as error:  # noqa: BLE001 - a step that is judged stays so where words fail
            if not self._wordless:
                self._wordless = True
                self._safely(error)
            return Verdict(run.status, reason=_in_words(error))


def _in_words(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}", 200)

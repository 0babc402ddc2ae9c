"""One attempt at one step: events in, a verdict out.

Events come in their order and are judged by their own times, so that how they are cut into batches makes no
difference. Looking costs next to nothing for kinds of events that the step does not ask for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from wslab.lab.seen_events import SeenEvents
from wslab.lab.step_clauses import Count, Diagnosis, Distinct, Step, parse_steps
from wslab.lab.step_words import Progress, StepWords
from wslab.lab.verdict import Status, Tick, Verdict, values_of
from wslab.wire.event_fields import MISSING
from wslab.wire.event_fields import field as field_of
from wslab.wire.events import KINDS, Close, Direction, Event, Frame, Message, Proto
from wslab.wire.patterns import Nearest, Pattern, PatternError, nearest
from wslab.wire.predicates import Earlier
from wslab.wire.wants import Saved

__all__ = [
    "Count",
    "Diagnosis",
    "Distinct",
    "PatternError",
    "Status",
    "Step",
    "StepRun",
    "Tick",
    "Verdict",
    "parse_steps",
]

EITHER: Final = None
"""Both directions, or an event that has none."""
NEITHER: Final = object()
EVERYTHING: Final[Mapping[type[Event], Direction | None]] = dict.fromkeys(KINDS, EITHER)
DIRECTED: Final = frozenset((Frame, Message, Close, Proto))
"""Types of events whose fifth field is a direction, and of which a flood may consist."""
DIFFERENT: Final = 100_000
"""Values that `distinct` remembers. One that comes again after so many others is not noticed."""


class _Failure(NamedTuple):
    """Why a step failed, to be put into words when they are asked for."""

    clause: str
    """`never`, `within`, `count` or `distinct`."""
    pattern: Pattern
    value: Any = None


class StepRun:
    """One attempt at a step, from the time it became active."""

    def __init__(
        self,
        step: Step,
        saved: Saved,
        started: float,
        *,
        earlier: Earlier | None = None,
        you: Direction = Direction.C2S,
        idle: bool = False,
    ) -> None:
        """Begin.

        Args:
            step: what is to be shown.
            saved: events that earlier steps saved, and the seed. Stays as it is.
            started: monotonic seconds when the step became active; `within` counts from there.
            earlier: what predicates know of earlier events of the attempt. This step adds its own.
            you: the direction in which the learner sends.
            idle: what comes before the first `act` is of what the learner did before: it came near nothing.
        """
        self.step = step
        self.saved: dict[str, Event | Mapping[str, str | int]] = dict(saved)
        """What was saved, by this step too."""
        self.decided_at = started
        """Monotonic seconds when the verdict came, once it has."""
        self.changes = 0
        """Rises with everything that changes the verdict."""
        self._you = you
        self._idle = idle
        self._earlier = Earlier(frozenset(step.predicates)) if earlier is None else earlier
        self._status = Status.PENDING
        self._started = started
        self._event: Event | None = None
        self._failure: _Failure | None = None
        # How far `expect` is, since when, and which events it has taken.
        self._at = 0
        self._since = started
        self._taken: set[int] = set()
        self._any_met = not step.any_of
        self._counts = [0] * len(step.count)
        self._different: list[dict[object, None]] = [{} for _clause in step.distinct]
        self._mistake: tuple[int, Event] | None = None
        self._mistake_is_old = False
        self._never_say: str | None = None
        self._held_since: float | None = None
        self._seen = SeenEvents()
        self._never = _by_type(step.never)
        self._diagnose = _by_type([diagnosis.seen for diagnosis in step.diagnose])
        self._kinds = frozenset(pattern.type for _place, pattern in step.patterns())
        self._wanted = self._find_wanted()
        self._due = self._find_due()

    @property
    def status(self) -> Status:
        """How the step stands."""
        return self._status

    def observe(self, events: Sequence[Event]) -> int:
        """Take in events.

        Returns:
            How many of them belong to this step: all, or those up to the one that decided. What comes after
            belongs to the next one.
        """
        if self.status is not Status.PENDING:
            return 0
        wanted = self._wanted
        for place, event in enumerate(events):
            direction = wanted.get(type(event), NEITHER)
            if direction is not EITHER and (direction is NEITHER or event[4] is not direction):
                continue
            if event[1] >= self._due and self._run_out(event[1], late=event[1] > self._due):
                return place
            self._judge(event)
            self._earlier.note(event)
            if self._status is not Status.PENDING:
                return place + 1
            wanted = self._wanted
        return len(events)

    def tick(self, now: float) -> bool:
        """Let time pass: up to ``now``, in monotonic seconds. Return whether that decided."""
        return self._status is Status.PENDING and now >= self._due and self._run_out(now, late=True)

    def due(self) -> float | None:
        """Return the monotonic time at which `tick` has something to do; None where it never has."""
        return None if self._status is not Status.PENDING or self._due == math.inf else self._due

    def act(self) -> None:
        """The learner does something new: a mistake that is seen from now on replaces the one before."""
        self._mistake_is_old = True
        self._idle = False

    def delay(self, seconds: float) -> None:
        """Put off everything that is due: so long nothing was judged."""
        self._started += seconds
        self._since += seconds
        if self._held_since is not None:
            self._held_since += seconds
        self._due = self._find_due()

    @property
    def verdict(self) -> Verdict:
        """How the step stands, in words of the language in use."""
        words = StepWords(self.step, self.saved, self._you, self._progress())
        pattern, waiting = words.waiting_for()
        failure = self._failure
        if failure is not None:
            pattern = failure.pattern
        pending = self._status is Status.PENDING
        say, values = self._explain()
        return Verdict(
            self._status,
            waiting if pending else "",
            words.ticks(self._status, None if failure is None else failure.pattern),
            self._nearest(pattern) if pattern is not None and (pending or self._event is None) else None,
            say,
            values,
            None if self._event is None else self._event.seq,
            self._event,
            "" if failure is None else words.reason(*failure),
        )

    def _progress(self) -> Progress:
        return Progress(
            self._at, self._any_met, tuple(self._counts), tuple(len(known) for known in self._different)
        )

    def _judge(self, event: Event) -> None:
        """Take in one event of a type that is asked for."""
        kind = type(event)
        if kind not in self._kinds:
            return
        self.changes += 1
        saved, earlier = self.saved, self._earlier
        for _place, pattern in self._never.get(kind, ()):
            if pattern.match(event, saved, earlier):
                self._never_say = pattern.say
                self._fail(_Failure("never", pattern), event)
                return
        if not self._idle:
            self._seen.add(event)
        self._look_for_mistakes(event)
        step, at = self.step, self._at
        moved = False
        if at < len(step.expect) and step.expect[at].match(event, saved, earlier):
            moved = True
            self._at = at + 1
            self._since = event.t
            self._taken.add(event.seq)
            self._save(step.expect[at], event)
        if not self._any_met:
            moved = self._try_any(event) or moved
        for place, count in enumerate(step.count):
            if count.match.match(event, saved, earlier):
                moved = True
                self._counts[place] += 1
                if count.high is not None and self._counts[place] > count.high:
                    self._fail(_Failure("count", count.match, count.high), event)
                    return
        for place, distinct in enumerate(step.distinct):
            if distinct.match.match(event, saved, earlier):
                moved = True
                if not self._is_different(place, distinct, event):
                    return
        if self._mistake_is_old and (moved or self._is_met_again(event, at)):
            # What was done since has met something: to go on telling of the mistake would deny that.
            self._mistake = None
        if moved:
            self._settle(event)

    def _is_met_again(self, event: Event, at: int) -> bool:
        return any(pattern.match(event, self.saved, self._earlier) for pattern in self.step.expect[:at])

    def _save(self, pattern: Pattern, event: Event) -> None:
        if pattern.save is not None:
            self.saved[pattern.save] = event

    def _try_any(self, event: Event) -> bool:
        for pattern in self.step.any_of:
            in_time = pattern.within is None or event.t <= self._started + pattern.within
            if in_time and pattern.match(event, self.saved, self._earlier):
                self._any_met = True
                self._save(pattern, event)
                return True
        return False

    def _is_different(self, place: int, clause: Distinct, event: Event) -> bool:
        value = field_of(event, clause.by)
        if value is None or value is MISSING:
            return True
        known = self._different[place]
        if value in known:
            self._fail(_Failure("distinct", clause.match, value), event)
            return False
        known[value] = None
        if len(known) > DIFFERENT:
            del known[next(iter(known))]
        return True

    def _look_for_mistakes(self, event: Event) -> None:
        known = None if self._mistake_is_old else self._mistake
        first = len(self.step.diagnose) if known is None else known[0] + 1
        for place, pattern in self._diagnose.get(type(event), ()):
            if place >= first:
                return
            if pattern.match(event, self.saved, self._earlier):
                self._mistake = (place, event)
                self._mistake_is_old = False
                return

    def _settle(self, event: Event) -> None:
        """See what an event that met a clause comes to."""
        if self._held_since is None and self._progress().meets(self.step):
            self._event = event
            if not self.step.hold:
                self._pass(event.t)
                return
            self._held_since = event.t
            # From here on every event tells the time: what comes after the hold belongs to the next step.
            self._wanted = EVERYTHING
        self._due = self._find_due()

    def _pass(self, t: float) -> None:
        self._status = Status.PASSED
        self.decided_at = t
        self.changes += 1
        self._seen.clear()

    def _fail(self, failure: _Failure, event: Event | None, t: float | None = None) -> None:
        self._status = Status.FAILED
        self._failure = failure
        self._event = event
        self.decided_at = event.t if event is not None else self._started if t is None else t
        self.changes += 1

    def _deadlines(self) -> list[tuple[float, _Failure]]:
        """Return when what is not met yet runs out of time, and what that means."""
        step = self.step
        found = []

        def add(start: float, pattern: Pattern) -> None:
            if pattern.within is not None:
                found.append((start + pattern.within, _Failure("within", pattern)))

        if self._at < len(step.expect):
            add(self._since, step.expect[self._at])
        if not self._any_met:
            # One alternative without a limit is enough for the clause to have none.
            last = max(
                step.any_of, key=lambda pattern: math.inf if pattern.within is None else pattern.within
            )
            add(self._started, last)
        for place, count in enumerate(step.count):
            if self._counts[place] < count.low:
                add(self._started, count.match)
        for place, distinct in enumerate(step.distinct):
            if len(self._different[place]) < distinct.n:
                add(self._started, distinct.match)
        return found

    def _find_wanted(self) -> Mapping[type[Event], Direction | None]:
        """Return the types of events to look at, and the direction where the other one means nothing.

        What is awaited is looked for in both directions: an event that went the wrong way comes near. What
        must not happen and what tells of a mistake is found or not.
        """
        step = self.step
        wanted: dict[type[Event], Direction | None] = {}
        for pattern in (*step.never, *(each.seen for each in step.diagnose)):
            direction = pattern.direction if pattern.type in DIRECTED else EITHER
            if wanted.setdefault(pattern.type, direction) is not direction:
                wanted[pattern.type] = EITHER
        awaited = [*step.expect, *step.any_of, *(count.match for count in step.count)]
        awaited += [distinct.match for distinct in step.distinct]
        for kind in (*(pattern.type for pattern in awaited), *self._earlier.types):
            wanted[kind] = EITHER
        return wanted

    def _find_due(self) -> float:
        if self._held_since is not None:
            return self._held_since + self.step.hold
        return min((due for due, _failure in self._deadlines()), default=math.inf)

    def _run_out(self, now: float, *, late: bool) -> bool:
        """Decide by time, which is due; what comes at the very end of a `within` is in time."""
        if self._held_since is not None:
            self._pass(self._due)
            return True
        if not late:
            return False
        due, failure = min(self._deadlines(), key=lambda deadline: deadline[0])
        self._fail(failure, None, due)
        return True

    def _explain(self) -> tuple[str | None, Mapping[str, str]]:
        """Return the key of the text that fits what was seen, and what to fill in."""
        if self._status is Status.PASSED:
            return None, {}
        if self._never_say is not None and self._event is not None:
            return self._never_say, values_of(self._event)
        if self._mistake is not None:
            place, event = self._mistake
            return self.step.diagnose[place].say, values_of(event)
        return None, {}

    def _nearest(self, pattern: Pattern) -> Nearest | None:
        events = (event for event in self._seen.of(pattern.type) if event.seq not in self._taken)
        return nearest(pattern, events, self.saved, self._you)


def _by_type(patterns: Sequence[Pattern]) -> dict[type[Event], list[tuple[int, Pattern]]]:
    """Return the patterns with their places, by the type of their events."""
    found: dict[type[Event], list[tuple[int, Pattern]]] = {}
    for place, pattern in enumerate(patterns):
        found.setdefault(pattern.type, []).append((place, pattern))
    return found

"""Judges lessons done in the app: that they are passed by their keys, and by nothing less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.lint.app_runs import Played
from wslab.lab.lint.drive import WIDTH, Driven
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.lint.mutant_rules import judge_death, judge_recording, message_of
from wslab.lab.lint.replay import Trace, replay
from wslab.lab.steps import Status
from wslab.wire.events import Event, Phase, State, Tcp


def judge_drive(lesson: Lesson, driven: Driven) -> Iterator[Finding]:
    """Yield what is wrong with a lesson as it was done in the app, in one language."""
    file = lesson.folder / "drive.toml"
    if driven.fault:
        yield Finding(
            Rule.UNKNOWN,
            f"{file}: {driven.lang}",
            driven.fault,
            _("run the check again: the lab failed, not the lesson"),
        )
        return
    if driven.failure:
        where = f"{driven.where}: {driven.failure}" if driven.where else driven.failure
        yield Finding(
            Rule.DRIVE,
            f"{file}: {driven.lang}",
            where,
            _("its keys must pass the lesson at {columns} columns").format(columns=WIDTH),
        )


def judge_played(lesson: Lesson, played: Played) -> Iterator[Finding]:
    """Yield what is wrong with the lines that solve a lesson, or with one of its mutants."""
    mutant = played.mutant
    what = "solve" if mutant is None else f"mutant {mutant.name}"
    where = f"{lesson.folder / 'lesson.toml'}: {what}"
    if played.fault:
        yield Finding(
            Rule.UNKNOWN, where, played.fault, _("run the check again: the lab failed, not the lesson")
        )
        return
    live = [verdict.status for verdict in played.verdicts]
    if (torn := judge_recording(lesson, played.trace, where, live)) is not None:
        yield torn
        return
    refused = f" ({played.refused})" if played.refused else ""
    if mutant is not None:
        yield from judge_death(lesson, mutant, where, played.verdicts, played.step, refused)
    elif not played.passed:
        step, verdict = lesson.steps[played.step], played.verdicts[played.step]
        if step.solve:
            said = _("at step {step} its lines leave it {status}: {message}").format(
                step=step.id, status=verdict.status, message=message_of(verdict) + refused
            )
        else:
            said = _("step {step} has no lines").format(step=step.id)
        yield Finding(Rule.SOLUTION, where, said, _("the lines of solve must pass every step"))
    else:
        for place, key in sorted(played.told.items()):
            yield Finding(
                Rule.SOLUTION,
                where,
                _("at step {step} its lines are told {said}").format(step=lesson.steps[place].id, said=key),
                _("who does what is right must not be told of a mistake"),
            )


def judge_idle(lesson: Lesson, idle: Trace) -> Iterator[Finding]:
    """Yield a finding where a connection over which nothing was sent passes a lesson."""
    found = replay(lesson.steps, idle)
    if all(status is Status.PASSED for status in found.statuses):
        yield Finding(
            Rule.CHEAT,
            str(lesson.folder / "lesson.toml"),
            _("a connection over which nothing is sent passes"),
            _("only who does what is asked for may pass"),
        )


def trace_of(driven: Driven) -> Trace:
    """Return what was seen of a lesson, to be judged once more."""
    return Trace("drive.toml", driven.seed, driven.events, driven.began)


def judge_windows(lesson: Lesson, driven: Driven, idle: Trace) -> Iterator[Finding]:
    """Check that no step is passed by what was done for those before it, and by waiting then.

    The first step is another matter: a lesson may begin by showing what a server does by itself.

    Args:
        lesson: one that was passed.
        driven: what was seen of it.
        idle: what comes over a connection over which nothing is sent.
    """
    trace = trace_of(driven)
    whole = replay(lesson.steps, trace)
    if not all(status is Status.PASSED for status in whole.statuses):
        yield Finding(
            Rule.UNKNOWN,
            f"{lesson.folder / 'drive.toml'}: {driven.lang}",
            _("the app passed it, and what was recorded of it passes only {count} of its steps").format(
                count=sum(status is Status.PASSED for status in whole.statuses)
            ),
            _("both must be the same: the lab failed, not the lesson"),
        )
        return
    for number, step in enumerate(lesson.steps[1:], 1):
        before = trace.events[: whole.decided[number - 1]]
        if replay(lesson.steps, behind(trace, before, _once_open(idle))).passes(number):
            yield Finding(
                Rule.WINDOW,
                f"{lesson.folder / 'lesson.toml'}: step {step.id}",
                _("it is passed by what was done before it, and by waiting"),
                _("it must need something to be done"),
            )


def _once_open(idle: Trace) -> Trace:
    """Return what came once the connection was open."""
    opened = next(
        (
            place
            for place, event in enumerate(idle.events, 1)
            if isinstance(event, State) and event.phase is Phase.OPEN
        ),
        len(idle.events),
    )
    rest = idle.events[opened:]
    return Trace(idle.name, idle.seed, rest, rest[0].t if rest else idle.began)


def behind(trace: Trace, before: Sequence[Event], other: Trace) -> Trace:
    """Return a trace in which something else comes after the first events of another.

    What begins with a connection of its own gets one; what goes on over one that was there goes on over the
    last of the trace.
    """
    kept = trace.events[: len(before)]
    if not other.events:
        return Trace(other.name, trace.seed, kept, trace.began)
    shift = (kept[-1].t if kept else trace.began) - other.began
    last = max((event.conn for event in kept), default=0)
    seq = kept[-1].seq if kept else 0
    own = [event for event in other.events if event.conn]
    first = own[0].conn if own else 0
    new = bool(own) and isinstance(own[0], State | Tcp)
    move = max(1, last + new) - first
    moved = tuple(
        event._replace(seq=seq + number, t=event.t + shift, conn=event.conn + move if event.conn else 0)
        for number, event in enumerate(other.events, 1)
    )
    return Trace(other.name, trace.seed, (*kept, *moved), trace.began)

"""Judges what came of the runs of an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.lint.exercise_runs import Kind, Ran
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.lint.mutant_rules import judge_death, judge_recording, message_of


def judge_runs(lesson: Lesson, runs: Sequence[Ran]) -> Iterator[Finding]:
    """Yield what is wrong with the programs of a lesson."""
    judges = {
        Kind.SOLUTION: _judge_solution,
        Kind.START: _judge_start,
        Kind.MUTANT: _judge_mutant,
        Kind.CHEAT: _judge_cheat,
    }
    for ran in runs:
        attempt = ran.attempt
        if attempt.unknown:
            yield Finding(
                Rule.UNKNOWN,
                _where(lesson, ran),
                attempt.unknown_reason,
                _("run the check again: the lab failed, not the lesson"),
            )
            continue
        live = [verdict.status for verdict in attempt.verdicts]
        torn = judge_recording(lesson, ran.trace(lesson), _where(lesson, ran), live)
        if torn is not None:
            yield torn
            continue
        yield from judges[ran.case.kind](lesson, ran)


def killed(lesson: Lesson, ran: Ran) -> bool:
    """Return whether a mutant died as its lesson says."""
    return not ran.attempt.unknown and not any(_judge_mutant(lesson, ran))


def _judge_solution(lesson: Lesson, ran: Ran) -> Iterator[Finding]:
    attempt = ran.attempt
    if not attempt.passed:
        yield Finding(
            Rule.SOLUTION,
            _where(lesson, ran),
            _("with seed {seed} it is {status} at step {step}: {message}").format(
                seed=attempt.seed.number,
                status=attempt.verdicts[attempt.step].status,
                step=lesson.steps[attempt.step].id,
                message=message_of(attempt.verdicts[attempt.step]) + _error(attempt.traceback),
            ),
            _("the solution must pass with every seed"),
        )


def _judge_start(lesson: Lesson, ran: Ran) -> Iterator[Finding]:
    attempt = ran.attempt
    where = _where(lesson, ran)
    if attempt.traceback:
        yield Finding(Rule.START, where, _error(attempt.traceback).strip(), _("it must run without an error"))
    if attempt.passed or attempt.step:
        yield Finding(
            Rule.START,
            where,
            _("it passes {step}").format(step=lesson.steps[0].id),
            _("the learner must have something to do at the first step"),
        )
    elif not message_of(attempt.verdicts[0]):
        yield Finding(
            Rule.START, where, _("it gets no message"), _("the first step must say what it waits for")
        )


def _judge_mutant(lesson: Lesson, ran: Ran) -> Iterator[Finding]:
    mutant, attempt = ran.case.mutant, ran.attempt
    assert mutant is not None
    where = _where(lesson, ran)
    yield from judge_death(lesson, mutant, where, attempt.verdicts, attempt.step, _error(attempt.traceback))


def _judge_cheat(lesson: Lesson, ran: Ran) -> Iterator[Finding]:
    if ran.attempt.passed:
        yield Finding(
            Rule.CHEAT,
            str(lesson.folder / "lesson.toml"),
            _("{program} passes").format(program=ran.case.name),
            _("only who does what is asked for may pass"),
        )


def _where(lesson: Lesson, ran: Ran) -> str:
    if ran.case.kind is Kind.CHEAT:
        return f"{lesson.folder / 'lesson.toml'}: {ran.case.name}"
    return str(lesson.folder / ran.case.name)


def _error(traceback: Sequence[str]) -> str:
    return f" ({traceback[-1].strip()})" if traceback else ""

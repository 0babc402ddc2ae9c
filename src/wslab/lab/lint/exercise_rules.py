"""Judges what came of the runs of an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.lint.exercise_runs import Kind, Ran
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.lint.replay import replay
from wslab.lab.verdict import Verdict


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
        found = replay(lesson.steps, ran.trace(lesson))
        live = tuple(verdict.status for verdict in attempt.verdicts)
        if found.error is not None or found.statuses != live:
            yield Finding(
                Rule.UNKNOWN,
                _where(lesson, ran),
                _("the wire was judged as {live}, and what was recorded of it as {replayed}").format(
                    live=", ".join(live), replayed=", ".join(found.statuses)
                ),
                _("both must be the same: the lab failed, not the lesson"),
            )
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
                message=_message(attempt.verdicts[attempt.step]) + _error(attempt.traceback),
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
    elif not _message(attempt.verdicts[0]):
        yield Finding(
            Rule.START, where, _("it gets no message"), _("the first step must say what it waits for")
        )


def _judge_mutant(lesson: Lesson, ran: Ran) -> Iterator[Finding]:
    mutant, attempt = ran.case.mutant, ran.attempt
    assert mutant is not None
    where = _where(lesson, ran)
    died = lesson.steps[attempt.step].id
    said = attempt.verdicts[attempt.step].say
    if attempt.passed:
        yield Finding(
            Rule.MUTANT, where, _("it passes"), _("it must die at step {step}").format(step=mutant.dies)
        )
    elif died != mutant.dies:
        yield Finding(
            Rule.MUTANT,
            where,
            _("it dies at step {step}: {message}").format(
                step=died, message=_message(attempt.verdicts[attempt.step]) + _error(attempt.traceback)
            ),
            _("it must die at step {step}").format(step=mutant.dies),
        )
    elif said != mutant.says:
        yield Finding(
            Rule.MUTANT,
            where,
            _("it is told {said}").format(said=said or _("nothing")),
            _("it must be told {says}").format(says=mutant.says or _("nothing")),
        )


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


def _message(verdict: Verdict) -> str:
    return verdict.say or verdict.reason or verdict.waiting_for


def _error(traceback: Sequence[str]) -> str:
    return f" ({traceback[-1].strip()})" if traceback else ""

"""What is judged alike of programs and of lines in the app: the end of mutants, and what was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.i18n import _
from wslab.lab.course import Lesson, Mutant
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.lint.replay import Trace, replay
from wslab.lab.verdict import Status, Verdict


def judge_death(
    lesson: Lesson, mutant: Mutant, where: str, verdicts: Sequence[Verdict], step: int, more: str = ""
) -> Iterator[Finding]:
    """Yield what is wrong with the end of a mutant.

    Args:
        lesson: whose mutant it is.
        mutant: what must become of it.
        where: its place, for the finding.
        verdicts: of every step.
        step: index of the step it got to.
        more: what else is known of why it ended; empty or begins with a space.
    """
    died, verdict = lesson.steps[step].id, verdicts[step]
    if all(each.status is Status.PASSED for each in verdicts):
        yield Finding(
            Rule.MUTANT, where, _("it passes"), _("it must die at step {step}").format(step=mutant.dies)
        )
    elif died != mutant.dies:
        yield Finding(
            Rule.MUTANT,
            where,
            _("it dies at step {step}: {message}").format(step=died, message=message_of(verdict) + more),
            _("it must die at step {step}").format(step=mutant.dies),
        )
    elif verdict.say != mutant.says:
        yield Finding(
            Rule.MUTANT,
            where,
            _("it is told {said}").format(said=(verdict.say or _("nothing")) + more),
            _("it must be told {says}").format(says=mutant.says or _("nothing")),
        )


def judge_recording(lesson: Lesson, trace: Trace, where: str, live: Sequence[Status]) -> Finding | None:
    """Return a finding where what was recorded does not come to what was judged while it happened.

    Args:
        lesson: by whose steps it is judged.
        trace: what was recorded.
        where: the place of what was run, for the finding.
        live: how each step stood in the end.
    """
    found = replay(lesson.steps, trace)
    if found.error is None and found.statuses == tuple(live):
        return None
    return Finding(
        Rule.UNKNOWN,
        where,
        _("the wire was judged as {live}, and what was recorded of it as {replayed}").format(
            live=", ".join(live), replayed=", ".join(found.statuses)
        ),
        _("both must be the same: the lab failed, not the lesson"),
    )


def message_of(verdict: Verdict) -> str:
    """Return what a learner is told, or the key of it."""
    return verdict.say or verdict.reason or verdict.waiting_for

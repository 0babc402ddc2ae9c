"""What came of an exercise: text for people, JSON for programs, JUnit for what runs tests."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wslab.i18n import _, spoken
from wslab.lab.cells import wrap
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt, Outcome
from wslab.lab.failure_report import Failure, failure_report
from wslab.lab.ladder import WIDTH
from wslab.lab.placeholders import fill
from wslab.lab.plain_markdown import markdown_lines
from wslab.lab.process import describe_exit
from wslab.lab.referee import Ending
from wslab.lab.steps import Status
from wslab.units import format_duration

OUTPUT_SHOWN = 20
"""Lines of what a program printed that are shown, the last ones."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def seed_values(attempt: Attempt) -> dict[str, object]:
    """Return what placeholders of the prose stand for."""
    return {f"seed.{name}": value for name, value in attempt.seed.values.items()}


def outcome_lines(
    lesson: Lesson, outcome: Outcome, hints: int = 0, earlier: bool = False, width: int = WIDTH
) -> list[str]:
    """Return what a run came to, for people.

    Args:
        lesson: the exercise.
        outcome: what came of it.
        hints: hints of the step that were not shown yet.
        earlier: whether the lesson was finished before, so that its end is known.
        width: cells of a line at most.
    """
    if outcome.passed:
        return _passed_lines(lesson, outcome, earlier, width)
    attempt = outcome.decisive
    lines = _output_lines(attempt, width)
    if attempt.unknown:
        lines += wrap(_("? no verdict: this is the lab's fault, and it does not count"), width)
        return [*lines, *wrap(attempt.unknown_reason, width, "  ")]
    return [*lines, *failure_report(failure_of(lesson, attempt, hints), width)]


def failure_of(lesson: Lesson, attempt: Attempt, hints: int = 0) -> Failure:
    """Return everything that the report on a failed attempt is made of."""
    step, verdict = lesson.steps[attempt.step], attempt.verdicts[attempt.step]
    text = lesson.text()
    say = ""
    if verdict.say is not None:
        say = fill(text.says[verdict.say], {**seed_values(attempt), **verdict.values})
    return Failure(
        step=step,
        title=fill(text.steps[step.id].title, seed_values(attempt)),
        number=attempt.step + 1,
        steps=len(lesson.steps),
        verdict=verdict,
        events=attempt.events,
        saved=attempt.saved,
        say=say,
        traceback=attempt.traceback,
        notes=_notes(lesson, attempt),
        hints=hints,
    )


def attempt_json(lesson: Lesson, attempt: Attempt) -> str:
    """Return an attempt as one line of JSON."""
    steps: list[Mapping[str, Any]] = []
    for step, verdict in zip(lesson.steps, attempt.verdicts, strict=False):
        steps.append(
            {
                "step": step.id,
                "verdict": str(verdict.status),
                "waiting_for": verdict.waiting_for,
                "reason": verdict.reason,
                "say": verdict.say,
                "misses": [list(miss) for miss in verdict.nearest.misses] if verdict.nearest else [],
            }
        )
    return json.dumps(
        {
            "lesson": lesson.id,
            "seed": attempt.seed.number,
            "verdict": verdict_word(attempt),
            "steps": steps,
            "seconds": round(attempt.seconds, 3),
            "ending": str(attempt.ending),
            "exit_code": attempt.exit_code,
            "output": list(attempt.output),
            "unknown_reason": attempt.unknown_reason,
        },
        ensure_ascii=False,
    )


def write_junit(path: Path, lesson: Lesson, outcome: Outcome) -> None:
    """Write a JUnit report: one test case for each step of each attempt.

    Raises:
        OSError: the file can't be written.
    """
    suite = ET.Element("testsuite", name=lesson.id)
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for attempt in outcome.attempts:
        for place, step in enumerate(lesson.steps):
            counts["tests"] += 1
            case = ET.SubElement(
                suite, "testcase", classname=lesson.id, name=f"{step.id} (seed {attempt.seed.number})"
            )
            status = attempt.verdicts[place].status if attempt.verdicts else Status.UNKNOWN
            if place == attempt.step:
                case.set("time", f"{attempt.seconds:.3f}")
            if status is Status.PASSED:
                continue
            if attempt.unknown:
                counts["errors"] += 1
                ET.SubElement(case, "error", message=_xml(attempt.unknown_reason))
            elif place == attempt.step:
                counts["failures"] += 1
                verdict = attempt.verdicts[place]
                failure = ET.SubElement(case, "failure", message=_xml(verdict.reason or verdict.waiting_for))
                failure.text = _xml("\n".join(failure_report(failure_of(lesson, attempt))))
            else:
                counts["skipped"] += 1
                ET.SubElement(case, "skipped", message="an earlier step was not passed")
    for name, count in counts.items():
        suite.set(name, str(count))
    suite.set("time", f"{max(attempt.seconds for attempt in outcome.attempts):.3f}")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def verdict_word(attempt: Attempt) -> str:
    """Return `passed`, `failed` or `unknown`."""
    return "passed" if attempt.passed else "unknown" if attempt.unknown else "failed"


def _passed_lines(lesson: Lesson, outcome: Outcome, earlier: bool, width: int) -> list[str]:
    slowest = max(attempt.seconds for attempt in outcome.attempts)
    seeds = ", ".join(str(attempt.seed.number) for attempt in outcome.attempts)
    head = _("✓ passed: {title} ({seconds}, seeds {seeds})").format(
        title=lesson.title, seconds=format_duration(slowest), seeds=seeds
    )
    lines = wrap(head, width)
    after = lesson.text().after
    if after is not None and not earlier:
        lines += ["", *wrap(after.title, width), ""]
        lines += markdown_lines(fill(after.body, seed_values(outcome.attempts[0])), width, "  ")
    return lines


def _output_lines(attempt: Attempt, width: int) -> list[str]:
    """Return the end of what the program printed, without the traceback, which the report has."""
    shown = attempt.output[-OUTPUT_SHOWN:]
    if not shown or attempt.traceback:
        return []
    lines = [_("your program printed:")]
    for line in shown:
        lines += wrap(line, width, "  │ ")
    return [*lines, ""]


def _notes(lesson: Lesson, attempt: Attempt) -> tuple[str, ...]:
    notes = [
        _("seed {number}: its word is {word}").format(
            number=attempt.seed.number, word=attempt.seed.values["word"]
        )
    ]
    if attempt.ending is Ending.TIMEOUT and lesson.exercise is not None:
        notes.append(
            _("your program was still running after {timeout} and was ended").format(
                timeout=format_duration(lesson.exercise.timeout)
            )
        )
    elif attempt.ending is Ending.EXITED and attempt.exit_code is not None:
        notes.append(_("your program {ended}").format(ended=spoken(describe_exit(attempt.exit_code))))
    return tuple(notes)


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", text)

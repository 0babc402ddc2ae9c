"""What came of an exercise for people, for programs and for what runs tests."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.support.exercises import program, tiny
from wslab.i18n import SOURCE, set_language
from wslab.lab.attempt_output import attempt_json, outcome_lines, write_junit
from wslab.lab.exercise import Attempt, Outcome, run_exercise
from wslab.lab.lesson_run import Seed
from wslab.lab.referee import Ending
from wslab.lab.steps import Status, Verdict

LESSON = tiny("client")
SEED = Seed(9)


async def attempt(tmp_path: Path, name: str) -> Attempt:
    code = (LESSON.folder / name).read_text()
    return (await run_exercise(LESSON, program(tmp_path / "work", code), [SEED])).attempts[0]


UNKNOWN = Attempt(SEED, (), False, unknown_reason="basic was not ready\nits last words \x00")


async def test_a_pass(tmp_path: Path) -> None:
    passed = await attempt(tmp_path, "solution/client.py")
    lines = outcome_lines(LESSON, Outcome((passed,)))
    assert lines[0].startswith("✓ passed: A client (")
    assert "seeds 9" in lines[0]
    assert "  One message there and back." in lines
    again = outcome_lines(LESSON, Outcome((passed,)), earlier=True)
    assert len(again) == 1
    form = json.loads(attempt_json(LESSON, passed))
    assert (form["lesson"], form["seed"], form["verdict"]) == ("tiny-client", 9, "passed")
    assert [step["verdict"] for step in form["steps"]] == ["passed", "passed"]


async def test_a_failure(tmp_path: Path) -> None:
    failed = await attempt(tmp_path, "mutants/sends_bytes.py")
    outcome = Outcome((failed,))
    lines = outcome_lines(LESSON, outcome, hints=3)
    text = "\n".join(lines)
    assert "✗ Step 1 of 2: Send your word" in text
    assert "You sent BINARY, and the step wants TEXT." in text
    assert "h: hint (3 more)" in text
    assert "seed 9: its word is " in text
    assert "your program printed:" in text
    assert all(cell_len(line) <= 80 for line in lines)
    form = json.loads(attempt_json(LESSON, failed))
    assert form["verdict"] == "failed"
    assert form["steps"][0]["say"] == "binary-is-not-text"
    assert form["steps"][0]["misses"]
    write_junit(tmp_path / "report.xml", LESSON, outcome)
    suite = ET.parse(tmp_path / "report.xml").getroot()[0]
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["tests"] == "2"
    assert suite.attrib["skipped"] == "1"
    failure = suite[0].find("failure")
    assert failure is not None
    assert "client" in (failure.text or "")


async def test_how_a_program_ended_is_told_in_the_language_in_use(tmp_path: Path) -> None:
    failed = (
        await run_exercise(LESSON, program(tmp_path / "work", "raise SystemExit(7)\n"), [SEED])
    ).attempts[0]
    set_language("ja")
    try:
        text = "\n".join(outcome_lines(LESSON, Outcome((failed,))))
    finally:
        set_language(SOURCE)
    assert "コード 7 で終了しました" in text


async def test_a_traceback_takes_the_place_of_the_output(tmp_path: Path) -> None:
    code = "print('on')\nraise RuntimeError('no \x1b[31m')\n"
    failed = (await run_exercise(LESSON, program(tmp_path / "work", code), [SEED])).attempts[0]
    text = "\n".join(outcome_lines(LESSON, Outcome((failed,))))
    assert "your program ended with an error:" in text
    assert "RuntimeError: no" in text
    assert "your program printed:" not in text
    assert "your program exited with code 1" in text
    assert "\x1b" not in text


def test_no_verdict(tmp_path: Path) -> None:
    lines = outcome_lines(LESSON, Outcome((UNKNOWN,)))
    assert lines[0].startswith("? no verdict: this is the lab's fault")
    assert "basic was not ready" in lines[1]
    assert json.loads(attempt_json(LESSON, UNKNOWN))["verdict"] == "unknown"
    write_junit(tmp_path / "report.xml", LESSON, Outcome((UNKNOWN,)))
    suite = ET.parse(tmp_path / "report.xml").getroot()[0]
    assert suite.attrib["errors"] == "2"
    assert suite.attrib["failures"] == "0"


def test_a_program_that_was_still_running_is_told_of() -> None:
    late = Attempt(SEED, (Verdict(Status.PENDING, "a ping"),) * 2, False, ending=Ending.TIMEOUT)
    text = "\n".join(outcome_lines(LESSON, Outcome((late,))))
    assert "your program was still running after 6" in text
    assert "expected  a ping" in text


@pytest.mark.parametrize("passed", [True, False])
def test_the_attempt_that_decides_is_shown(passed: bool) -> None:
    good = Attempt(SEED, (Verdict(Status.PASSED),) * 2, True, step=1)
    bad = replace(good, seed=Seed(10), passed=False, verdicts=(Verdict(Status.PENDING, "x"),) * 2, step=0)
    text = "\n".join(outcome_lines(LESSON, Outcome((good,) if passed else (good, bad))))
    assert ("✓" in text) is passed
    assert ("seed 10" in text) is not passed

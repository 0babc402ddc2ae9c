"""`wslab pilot`: the real app without a terminal, driven by a script."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from textual.pilot import Pilot

from wslab.bundled import folder
from wslab.lab.cells import plain
from wslab.lab.course_files import load_course
from wslab.lab.pack_consent import consent
from wslab.lab.sources import SourcesError, open_sources
from wslab.lab.state import state_folder
from wslab.memory import settle_memory
from wslab.tui.app import INTERNAL_ERROR, LabApp
from wslab.tui.matching import matches
from wslab.tui.pictures import save_picture, screen_text
from wslab.tui.pilot_script import Condition, Script, ScriptError, Step, load_script
from wslab.wire.events import Ui

TOUR = "tour"
"""Name of the script that comes with the lab."""
POLL = 0.02
"""Seconds between two looks at a condition that is waited for."""


class PictureError(Exception):
    """A picture of the screen could not be written."""


@dataclass(slots=True)
class StepResult:
    """What came of one step."""

    name: str
    seconds: float
    failure: str = ""
    """Why it failed; empty where it passed."""
    screen: str = ""
    """What the screen showed when it failed."""


def run_pilot(options: argparse.Namespace) -> int:
    """Run `wslab pilot` and return its exit code: 0 passed, 1 failed, 2 bad script, 3 could not start."""
    try:
        path = folder("lessons") / "tour.toml" if options.script == TOUR else Path(options.script)
        script = load_script(path)
    except ScriptError as error:
        print(error, file=sys.stderr)
        return 2
    results: list[StepResult] = []
    try:
        # Of packs only those that are named: a script sees the same whoever runs it.
        sources = open_sources(load_course(), state_folder(), consent, options.packs)
        app = LabApp(lesson=options.lesson, sources=sources)
    except SourcesError as error:
        print(plain(str(error)), file=sys.stderr)
        return error.code
    except ValueError as error:
        print(plain(str(error)), file=sys.stderr)
        return 2
    # A key is waited for until nothing moves any more, which is never where the app ends in the middle of it.
    app.animation_level = "none"
    settle_memory()
    try:
        asyncio.run(_run(app, script, options.size or script.size, results, options.screenshot))
    except PictureError as error:
        print(f"the picture can't be written: {error}", file=sys.stderr)
        return 3
    except Exception:  # noqa: BLE001 - whatever it is must be told, with what is needed to mend it
        traceback.print_exc()
        print("the app could not be run to the end of the script", file=sys.stderr)
        return 3
    for number, result in enumerate(results, 1):
        verdict = "FAIL" if result.failure else "ok"
        print(f"{verdict:4} {number:2}/{len(script.steps)} {result.name} ({result.seconds:.2f} s)")
        if result.failure:
            print(f"     {result.failure}\n{_indented(result.screen)}")
    try:
        if options.junit:
            write_junit(Path(options.junit), script, results)
    except OSError as error:
        print(f"the report can't be written: {error}", file=sys.stderr)
        return 3
    passed = len(results) == len(script.steps) and not any(result.failure for result in results)
    return 0 if passed and not app.return_code else 1


async def _run(
    app: LabApp,
    script: Script,
    size: tuple[int, int],
    results: list[StepResult],
    screenshot: str | None,
) -> None:
    async with app.run_test(size=size, notifications=True) as pilot:
        for step in script.steps:
            if app.return_code is not None:
                results.append(
                    StepResult(step.name, 0, f"the app has ended with exit code {app.return_code}")
                )
                break
            result = await carry_out(pilot, app, step)
            results.append(result)
            if result.failure:
                break
        if screenshot:
            _save(app, screenshot)


async def carry_out(pilot: Pilot[None], app: LabApp, step: Step) -> StepResult:
    """Carry out one step of a script and return what came of it.

    Raises:
        PictureError: a picture that the step asks for can't be written.
    """
    result = StepResult(step.name, 0)
    started = time.monotonic()
    since = app.workbench.journal.total
    if step.resize:
        await pilot.resize_terminal(*step.resize)
    if step.type:
        await pilot.press(*(_key(character) for character in step.type))
    if step.press:
        await pilot.press(*step.press)
    if step.wait:
        deadline = started + step.within
        while (missing := _missing(app, step.wait, since)) and time.monotonic() < deadline:
            await asyncio.sleep(POLL)
        if missing:
            result.failure = f"waited {step.within:g} s for {missing}"
    if step.expect and not result.failure:
        await pilot.pause()
        missing = _missing(app, step.expect, since)
        if missing:
            result.failure = f"expected {missing}"
    result.failure = result.failure or _internal_error(app, since)
    if step.screenshot:
        await pilot.pause()
        _save(app, step.screenshot)
    if result.failure:
        result.screen = screen_text(app)
    result.seconds = time.monotonic() - started
    return result


def _save(app: LabApp, path: str) -> None:
    try:
        save_picture(app, Path(path))
    except OSError as error:
        raise PictureError(str(error)) from error


def _internal_error(app: LabApp, since: int) -> str:
    """Return the first failure of the lab itself that was told since then, or an empty text."""
    journal = app.workbench.journal
    for event in journal.slice(max(since, journal.first), journal.total):
        if isinstance(event, Ui) and event.action == INTERNAL_ERROR:
            return f"{INTERNAL_ERROR}: {event.detail}"
    return ""


def _missing(app: LabApp, condition: Condition, since: int) -> str:
    """Return the first part of a condition that is not true, or an empty text."""
    if condition.state and app.workbench.view.phase is not condition.state:
        return f"state {condition.state}; it is {app.workbench.view.phase} {app.workbench.view.why}".rstrip()
    if condition.text or condition.absent:
        screen = screen_text(app)
        for text in condition.text:
            if text not in screen:
                return f"{text!r} on the screen"
        for text in condition.absent:
            if text in screen:
                return f"no {text!r} on the screen"
    if condition.event:
        journal = app.workbench.journal
        events = journal.slice(max(since, journal.first), journal.total)
        if not any(matches(event, condition.event) for event in events):
            return str(Condition(event=condition.event))
    return ""


def _key(character: str) -> str:
    from textual.keys import _character_to_key

    return _character_to_key(character)


def write_junit(path: Path, script: Script, results: list[StepResult]) -> None:
    """Write the results as a JUnit report: one test case a step; steps that never ran are skipped ones.

    Raises:
        OSError: the file can't be written.
    """
    failures = sum(1 for result in results if result.failure)
    suite = ET.Element(
        "testsuite",
        name=script.name,
        tests=str(len(script.steps)),
        failures=str(failures),
        skipped=str(len(script.steps) - len(results)),
        time=f"{sum(result.seconds for result in results):.3f}",
    )
    for number, step in enumerate(script.steps):
        case = ET.SubElement(suite, "testcase", classname=script.name, name=f"{number + 1} {step.name}")
        if number >= len(results):
            ET.SubElement(case, "skipped", message="an earlier step failed")
            continue
        case.set("time", f"{results[number].seconds:.3f}")
        if results[number].failure:
            failure = ET.SubElement(case, "failure", message=_xml_text(results[number].failure))
            failure.text = _xml_text(results[number].screen)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _xml_text(text: str) -> str:
    """Return the text without the characters that XML 1.0 can't hold."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?"
        for c in text
    )


def _indented(text: str) -> str:
    return "\n".join("     │ " + line for line in text.splitlines())

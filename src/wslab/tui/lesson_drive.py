"""Does a lesson in the real app by the keys of its `drive.toml`: without a terminal, at 80x24.

What was seen can go from process to process as JSON, the events in the form of recordings.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import unicodedata
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from wslab.bundled import SERVERS
from wslab.lab.course import Lesson
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import HEIGHT, WIDTH, Driven
from wslab.lab.source import Source
from wslab.lab.sources import Sources
from wslab.lab.supervisor import Supervisor
from wslab.lab.workbench import Workbench
from wslab.tui.app import LabApp
from wslab.tui.pilot import carry_out
from wslab.tui.pilot_script import Script, ScriptError, parse_script
from wslab.wire.clock import Clock
from wslab.wire.events import Event
from wslab.wire.jsonform import dump, load

SCRIPT = "drive.toml"
PASSED_WITHIN = 10.0
"""Seconds after the last key within which a lesson has to be passed: a step can hold for a while."""
LOOK_EVERY = 0.02


class QuickPilot(Pilot[None]):
    """Presses keys as fast as they are taken.

    The one of Textual waits before and after each key until the process is idle, which takes seconds for a
    line where others share the machine.
    """

    async def press(self, *keys: str) -> None:
        """Press keys one right after the other, once nothing is under way that could move the focus."""
        await self._settle()
        for name in keys:
            key = name if len(name) > 1 or name.isalnum() else _character_to_key(name)
            self.app.post_message(events.Key(key, _written_by(key)))
        await self._settle()

    async def _settle(self) -> None:
        # What the app hears goes on to what has the keyboard, and from there to its screen.
        for _time in range(3):
            if self.app.return_code is None:
                await self.pause(0)


def _written_by(key: str) -> str | None:
    """Return the character that a key writes, None where it writes none."""
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        return key if len(key) == 1 else None


def read_script(lesson: Lesson, seed: Seed) -> Script:
    """Return the script of a lesson with the seed's values in it.

    Raises:
        ScriptError: it can't be read or is no script.
    """
    file = lesson.folder / SCRIPT
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{file}: can't be read: {error}") from None
    return parse_script(seed.fill(source), str(file))


async def do_lesson(
    source: Source,
    lesson: Lesson,
    seed: Seed,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    passed_within: float = PASSED_WITHIN,
) -> Driven:
    """Do a lesson in the app, here and now, in the language in use, and return what came of it.

    Args:
        source: the course it is of.
        lesson: which one.
        seed: of its values.
        size: columns and rows.
        passed_within: seconds after the last key within which it has to be passed.
    """
    script = read_script(lesson, seed)
    clock = Clock()
    supervisor = Supervisor(
        clock,
        lambda events: bench.record(events),
        # Several are done at once: each on a port that is free.
        servers={name: dataclasses.replace(info, port=0) for name, info in SERVERS.items()},
    )
    bench = Workbench(clock, supervisor=supervisor)
    app = LabApp(lesson=lesson.id, workbench=bench, sources=Sources((source,)), seed=seed.number)
    app.animation_level = "none"
    failure = where = ""
    began = clock.monotonic()
    async with app.run_test(size=size, notifications=True):
        pilot = QuickPilot(app)
        await pilot.pause(0)
        for number, step in enumerate(script.steps, 1):
            result = await carry_out(pilot, app, step)
            failure = result.failure or clipped(app)
            if failure:
                where = f"step {number} ({step.name})"
                break
        else:
            failure = await _passed(app, passed_within)
        journal = bench.journal
        seen = tuple(journal.slice(journal.first, journal.total))
    return Driven("", seed, failure, where, events=seen, began=began)


def clipped(app: LabApp) -> str:
    """Return what of the footer does not fit, or an empty text."""
    for footer in app.screen.query(Footer):
        room = footer.size.width
        # By its style: `display` is false as well for one that is just being taken away.
        cut = [
            str(key.description)
            for key in footer.query(FooterKey)
            if key.styles.display == "none" or key.virtual_region.right > room
        ]
        if footer.display and cut:
            return f"at {app.size.width} columns the footer has no room for {', '.join(cut)}"
    return ""


async def _passed(app: LabApp, within: float) -> str:
    """Wait until the lesson is passed; return what is missing where it is not."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    session = app.lab_screen.learner.session
    if session is None:
        return "the app is at no lesson"
    while not session.finished and loop.time() < deadline:
        session.run.tick()
        await asyncio.sleep(LOOK_EVERY)
    if session.finished:
        return ""
    verdict = session.verdict
    told = session.said or verdict.waiting_for
    return f"at the end of the script step {session.step.id} is {verdict.status}: {told}"


def to_json(driven: Driven) -> str:
    """Return what came of a lesson as one line."""
    return json.dumps(
        {
            "failure": driven.failure,
            "where": driven.where,
            "began": driven.began,
            "events": [dump(event) for event in driven.events],
        }
    )


def from_json(line: str, lang: str, seed: Seed) -> Driven:
    """Return what `to_json` wrote."""
    try:
        values: dict[str, Any] = json.loads(line)
        seen = tuple(event for text in values["events"] if isinstance(event := load(text), Event))
        return Driven(lang, seed, values["failure"], values["where"], "", seen, values["began"])
    except (ValueError, KeyError, TypeError) as error:
        return Driven(lang, seed, fault=f"the app did not say what came of it: {error!r}")

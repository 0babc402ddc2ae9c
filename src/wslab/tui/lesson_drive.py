"""Does a lesson in the real app by the keys of its `drive.toml`: without a terminal, at 80x24.

Each time that is a process of its own, since a process speaks one language and the learner's state must stay
what it is. What was seen comes back as JSON, the events in the form of recordings.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from wslab.bundled import SERVERS
from wslab.i18n import LANGUAGES, set_language
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import HEIGHT, WIDTH, Driven, Place
from wslab.lab.packs import OwnTrust, Pack, server_names
from wslab.lab.source import Source
from wslab.lab.sources import Sources
from wslab.lab.state import state_folder
from wslab.lab.supervisor import Supervisor
from wslab.lab.workbench import Workbench
from wslab.memory import settle_memory
from wslab.tui.app import LabApp
from wslab.tui.pilot import carry_out
from wslab.tui.pilot_script import Script, ScriptError, parse_script
from wslab.wire.clock import Clock
from wslab.wire.events import Event
from wslab.wire.jsonform import dump, load

SCRIPT = "drive.toml"
PATIENCE = 90.0
"""Seconds for a whole lesson, the start of the process included."""
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


async def drive_lesson(place: Place, lang: str, seed: Seed) -> Driven:
    """Do a lesson in a process of its own and return what came of it."""
    lesson = place.lesson
    try:
        read_script(lesson, seed)
    except ScriptError as error:
        return Driven(lang, seed, str(error))
    with tempfile.TemporaryDirectory(prefix="wslab-drive-") as folder:
        course = [] if place.course is None else [str(place.course.absolute())]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "wslab.tui.lesson_drive",
            lesson.id,
            lang,
            str(seed.number),
            *course,
            cwd=folder,
            env={**os.environ, "XDG_STATE_HOME": folder, "TEXTUAL_ANIMATIONS": "none"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                out, errors = await process.communicate()
        except TimeoutError:
            return Driven(lang, seed, fault=f"the app was still running after {PATIENCE:g} s")
        finally:
            # Its servers end by themselves when their stdin does.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        tail = errors.decode(errors="replace").strip().splitlines()[-3:]
        return Driven(lang, seed, fault=f"the app ended with {process.returncode}: {' / '.join(tail)}")
    return from_json(out.decode(), lang, seed)


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
    source: Source, lesson: Lesson, seed: Seed, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Driven:
    """Do a lesson in the app, here and now, in the language in use, and return what came of it."""
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
            failure = await _passed(app)
        journal = bench.journal
        seen = tuple(journal.slice(journal.first, journal.total))
    return Driven("", seed, failure, where, events=seen, began=began)


def clipped(app: LabApp) -> str:
    """Return what of the footer does not fit, or an empty text."""
    for footer in app.screen.query(Footer):
        room = footer.size.width
        cut = [str(key.description) for key in footer.query(FooterKey) if key.virtual_region.right > room]
        if footer.display and cut:
            return f"at {app.size.width} columns the footer has no room for {', '.join(cut)}"
    return ""


async def _passed(app: LabApp) -> str:
    """Wait until the lesson is passed; return what is missing where it is not."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PASSED_WITHIN
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


def main(arguments: Sequence[str]) -> int:
    """Do one lesson: its id, the language, the seed, and the folder of a course that is not bundled."""
    lesson_id, lang, number, *folder = arguments
    settle_memory()
    if lang in LANGUAGES:
        set_language(lang)
    source = _source(Path(folder[0]).resolve()) if folder else Source(load_course())
    lesson = source.course.lesson(lesson_id)
    driven = asyncio.run(do_lesson(source, lesson, Seed(int(number))))
    print(to_json(driven), flush=True)
    return 0


def _source(folder: Path) -> Source:
    """Return the course of a folder, whose code may run: who started this process has seen to that."""
    pack = Pack(folder, load_course(folder, server_names(folder)))
    return Source.of(pack, OwnTrust(state_folder()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Lessons of the lab line by line: all that is done in the app can be done without it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.bench import a_bench
from tests.support.exercises import tiny_course
from tests.support.packs import LOUD, agreed_source, copy_pack
from tests.support.waiting import until
from wslab.lab.course import Course, Lesson
from wslab.lab.course_files import load_course
from wslab.lab.guided import Guide
from wslab.lab.learner import Learner
from wslab.lab.lesson_run import Seed
from wslab.lab.packs import load_pack
from wslab.lab.progress import ProgressStore
from wslab.lab.source import Source
from wslab.lab.workbench import Workbench
from wslab.tasks import spawn
from wslab.wire.events import KINDS, OPCODE_NAMES, Event

SEED = Seed(21)
BUNDLED = load_course()
KEYS = {"c": "/connect", "d": "/disconnect", "p": "/ping"}


class Sitting:
    """A guide through one lesson, and somebody who types."""

    def __init__(self, course: Course, lesson: Lesson, bench: Workbench, folder: Path) -> None:
        self.bench = bench
        self.out: list[str] = []
        self.learner = Learner(Source(course), folder, bench.clock, seed=SEED)
        session = self.learner.sit_down(lesson)
        assert session is not None
        self.session = session
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        guide = Guide(lesson, session, bench, self.out.append, interactive=True)
        self.running = spawn(guide.run(self._lines()), "guide")

    def type(self, line: str | None) -> None:
        self._typed.put_nowait(line)

    async def shows(self, text: str) -> None:
        await until(lambda: any(text in line for line in self.out), f"{text!r} in {self.out}", timeout=20)

    async def end(self) -> int:
        async with asyncio.timeout(30):
            code = await self.running
        await self.learner.close()
        return code

    async def _lines(self) -> AsyncIterator[str]:
        while (line := await self._typed.get()) is not None:
            yield line


def typed(step: dict[str, Any], last: list[str]) -> Iterator[str]:
    """Yield the lines that stand for the keys of a step; `up` is the line before."""
    text = (
        step.get("type", "")
        .replace("{seed.word}", SEED.values["word"])
        .replace("{seed.hex}", SEED.values["hex"])
    )
    for key in step.get("press", ["enter"]):
        if key in KEYS:
            yield KEYS[key]
        elif key == "up":
            text = last[-1]
        elif key == "enter" and text:
            yield text
            last.append(text)
            text = ""


def fits(event: Event, wanted: dict[str, Any]) -> bool:
    got: dict[str, Any] = {"kind": KINDS[type(event)]}
    got["direction"] = getattr(event, "direction", None)
    got["state"] = getattr(event, "phase", None)
    got["code"] = getattr(event, "code", None)
    if hasattr(event, "opcode"):
        got["opcode"] = OPCODE_NAMES[event.opcode]
    got["text"] = getattr(event, "preview", b"").decode("utf-8", "replace") or getattr(
        event, "start_line", ""
    )
    text = str(wanted.get("text", "")).replace("{seed.word}", str(SEED.values["word"]))
    return text in got["text"] and all(
        got.get(key) == value for key, value in wanted.items() if key != "text"
    )


async def drive(sitting: Sitting, script: dict[str, Any]) -> None:
    """Type what a script for the app presses, and wait for what it waits for on the wire."""
    last: list[str] = []
    journal = sitting.bench.journal
    for step in script["step"]:
        mark = journal.total
        for line in typed(step, last):
            sitting.type(line)
        wanted = step.get("wait", {})
        if sitting.running.done():
            return

        def met(wanted: dict[str, Any] = wanted, mark: int = mark) -> bool:
            if sitting.running.done():
                return True
            if "state" in wanted and sitting.bench.view.phase != wanted["state"]:
                return False
            events = journal.slice(mark, journal.total)
            return "event" not in wanted or any(fits(event, wanted["event"]) for event in events)

        await until(met, f"{step['name']}: {sitting.out}", timeout=20)


@pytest.mark.parametrize(
    "lesson", [each for each in BUNDLED.lessons if each.mode == "app"], ids=lambda each: each.id
)
async def test_every_lesson_of_the_lab_can_be_done_in_lines(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a server that stays connected makes of /raw is waited for in full, each time.
    monkeypatch.setattr("wslab.lab.workbench.VERDICT_WITHIN", 0.1)
    script = tomllib.loads((lesson.folder / "drive.toml").read_text(encoding="utf-8"))
    async with a_bench() as bench:
        bench.servers.study(lesson, {})
        sitting = Sitting(BUNDLED, lesson, bench, tmp_path)
        await drive(sitting, script)
        assert await sitting.end() == 0, sitting.out
        assert sitting.learner.progress.lesson(lesson.id).finished is not None
    text = "\n".join(sitting.out)
    for number in range(1, len(lesson.steps) + 1):
        assert f"Step {number} of {len(lesson.steps)}: " in text
        assert f"[x] step {number} passed" in text
    assert max(map(cell_len, sitting.out)) <= 80


async def test_ticks_mistakes_and_hints(tmp_path: Path) -> None:
    course = tiny_course()
    word = SEED.values["word"]
    async with a_bench() as bench:
        sitting = Sitting(course, course.lesson("tiny-app"), bench, tmp_path)
        await sitting.shows("Step 1 of 2: Connect")
        sitting.type("too early")
        await sitting.shows("* there is no connection")
        sitting.type("/connect")
        await sitting.shows("Step 2 of 2: Ping")
        sitting.type(str(word))
        await sitting.shows(f"! You sent the message {word}: a ping is a control frame.")
        sitting.type("/hint")
        await sitting.shows("? A ping is no message.")
        sitting.type("/step")
        await sitting.shows("* waiting for: a PING frame from you")
        sitting.type("/filter x")
        await sitting.shows("is for the lab's screen")
        sitting.type("/nonsense")
        await sitting.shows("there is no command /nonsense")
        sitting.type("/help")
        await sitting.shows("/ping [PAYLOAD]")
        sitting.type(f"/ping {word}")
        assert await sitting.end() == 0
        known = sitting.learner.progress.lesson("tiny-app")
        assert known.step("pinged").hints == 1
    assert any(line.startswith(f'> TEXT 8 "{word}" mask=') for line in sitting.out)
    assert "  A ping and its pong." in sitting.out


async def test_leaving_keeps_what_was_passed(tmp_path: Path) -> None:
    course = tiny_course()
    async with a_bench() as bench:
        sitting = Sitting(course, course.lesson("tiny-app"), bench, tmp_path)
        sitting.type("/connect")
        await sitting.shows("[x] step 1 passed")
        sitting.type("/quit")
        assert await sitting.end() == 1
        assert sitting.learner.progress.lesson("tiny-app").step("open").passed is not None
    assert "* left at step 2; what you passed is kept" in sitting.out


async def test_the_end_of_the_input_waits_for_what_was_asked_for(tmp_path: Path) -> None:
    course = tiny_course()
    async with a_bench() as bench:
        sitting = Sitting(course, course.lesson("tiny-app"), bench, tmp_path)
        sitting.type("/connect")
        await sitting.shows("Step 2")
        sitting.type(f"/ping {SEED.values['word']}")
        sitting.type(None)
        assert await sitting.end() == 0


def test_through_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wslab", "lesson", "run", "p1-connect"],
        input=b"/connect\n/disconnect\n",
        capture_output=True,
        check=False,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(tmp_path)},
    )
    out = done.stdout.decode()
    assert done.returncode == 1
    assert "[x] step 2 passed" in out
    assert "Step 3 of 4" in out
    assert "\x1b" not in out
    assert done.stderr == b""


async def test_a_lesson_gets_its_server_with_its_options(tmp_path: Path) -> None:
    source = agreed_source(LOUD, tmp_path)
    lesson = source.course.lesson("shout")
    async with a_bench() as bench:
        bench.servers.study(lesson, source.servers)
        sitting = Sitting(source.course, lesson, bench, tmp_path)
        sitting.type("/connect")
        await sitting.shows("Step 2 of 2: Say something")
        sitting.type("hello")
        await sitting.shows('< TEXT 7 "HELLO!!"')
        assert await sitting.end() == 0


def test_a_lesson_of_a_pack_through_a_pipe(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    env = {"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(tmp_path)}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "wslab", "lesson", *arguments],
            input="/connect\nhello\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=env,
        )

    run("pack", "add", folder)
    refused = run("run", "loud:shout")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "nobody has agreed to run the code of loud" in refused.stderr
    run("pack", "agree", "loud", "--hash", load_pack(folder).content_hash())
    done = run("run", "loud:shout")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '< TEXT 7 "HELLO!!"' in done.stdout
    assert "options" not in done.stderr
    known = ProgressStore(tmp_path / "wslab", "loud").load()
    assert known.lesson("shout").finished is not None

"""`wslab pilot` as its users run it: a command, a script, an exit code and files."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.demo import Demo
from tests.support.lab_app import a_lab
from tests.support.packs import LOUD, agreed, copy_pack
from wslab.tui.pilot import carry_out
from wslab.tui.pilot_script import Step


def pilot(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-m", "wslab", "pilot", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        env=environment,
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        check=False,
    )


def script(tmp_path: Path, *steps: str) -> str:
    path = tmp_path / "script.toml"
    path.write_text("format = 1\n" + "".join(f"[[step]]\n{step}\n" for step in steps), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("size", ["120x36", "80x24"])
def test_the_tour_passes(tmp_path: Path, size: str) -> None:
    done = pilot(tmp_path, "tour", "--size", size, "--junit", "tour.xml", "--screenshot", "end.svg")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    suite = ET.parse(tmp_path / "tour.xml").getroot().find("testsuite")
    assert suite is not None
    assert suite.get("failures") == suite.get("skipped") == "0"
    assert suite.get("tests") == str(len(suite.findall("testcase")))
    assert (tmp_path / "end.svg").read_text().startswith("<svg")


def test_a_step_that_fails_shows_the_screen_and_ends_the_run(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        'name = "there"\nwait = { text = "1 Basics" }',
        'name = "not there"\nwait = { text = "no such words", within = "50ms" }',
        'name = "never run"\npress = "x"',
    )
    done = pilot(tmp_path, path, "--junit", "out.xml")
    assert done.returncode == 1
    assert "FAIL  2/3 not there" in done.stdout
    assert "waited 0.05 s for 'no such words' on the screen" in done.stdout
    assert "│ " in done.stdout
    assert "DISCONNECTED" in done.stdout
    suite = ET.parse(tmp_path / "out.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "DISCONNECTED" in (failure.text or "")


def test_an_expectation_is_checked_at_once(tmp_path: Path) -> None:
    done = pilot(tmp_path, script(tmp_path, 'expect = { state = "open" }'))
    assert done.returncode == 1
    assert "expected state open; it is disconnected" in done.stdout


def test_what_must_be_absent_is_looked_for(tmp_path: Path) -> None:
    done = pilot(tmp_path, script(tmp_path, 'expect = { absent = "Basics" }'))
    assert done.returncode == 1
    assert "expected no 'Basics' on the screen" in done.stdout


def test_steps_resize_and_take_pictures(tmp_path: Path) -> None:
    path = script(tmp_path, 'resize = "60x20"\nwait = { text = "Basics" }\nscreenshot = "small.txt"')
    assert pilot(tmp_path, path).returncode == 0
    lines = (tmp_path / "small.txt").read_text().splitlines()
    assert len(lines) == 20
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.toml",), "none.toml: can't be read"),
        (("tour", "--size", "big"), "'big' is not a size"),
        ((), "SCRIPT.toml"),
    ],
)
def test_wrong_use_says_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = pilot(tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_bad_script_is_not_run(tmp_path: Path) -> None:
    done = pilot(tmp_path, script(tmp_path, 'pres = "c"'))
    assert done.returncode == 2
    assert "step 1: unknown key 'pres'" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("option", ["--junit", "--screenshot"])
def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path, option: str) -> None:
    done = pilot(tmp_path, script(tmp_path, 'wait = { text = "Basics" }'), option, "/dev/null/x.xml")
    assert done.returncode == 3
    assert "can't be written: [Errno" in done.stderr
    assert "/dev/null" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_failure_of_the_lab_itself_fails_the_step() -> None:
    step = Step("any", press=("f2",))
    async with a_lab(bench=Demo().bench) as lab:
        assert (await carry_out(lab.pilot, lab.app, step)).failure == ""
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_exception_handler, {"message": "it broke"})
        assert (await carry_out(lab.pilot, lab.app, step)).failure == "internal error: it broke"
        lab.bench.journal.clear()


def test_a_step_after_the_end_of_the_app_fails(tmp_path: Path) -> None:
    done = pilot(
        tmp_path,
        script(tmp_path, 'press = "ctrl+q"', 'wait = { text = "Basics", within = "50ms" }', 'press = "c"'),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "the app has ended with exit code 0" in done.stdout


def test_a_pack_is_driven_once_it_was_agreed_to(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    path = script(
        tmp_path,
        'press = "c"\nwait = { state = "open", within = "20s" }',
        'type = "hey"\npress = "enter"\nwait = { event = { kind = "message", text = "HEY!!" }, within = "20s" }',
    )
    line = (path, "--pack", str(folder), "--lesson", "loud:shout")
    refused = pilot(tmp_path, *line)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "nobody has agreed to run the code of loud" in refused.stderr
    agreed(folder, tmp_path / "wslab")
    done = pilot(tmp_path, *line)
    assert done.returncode == 0, done.stdout + done.stderr
    unknown = pilot(tmp_path, path, "--pack", str(folder), "--lesson", "loud:p9")
    assert unknown.returncode == 2
    assert "there is no lesson 'loud:p9'" in unknown.stderr

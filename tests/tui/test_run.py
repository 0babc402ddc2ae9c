from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.packs import LOUD, copy_pack
from tests.support.terminal import Terminal
from wslab.tui.run import prepare_environment

WSLAB = [sys.executable, "-m", "wslab"]


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    folder = tmp_path / "wslab"
    folder.mkdir(parents=True)
    (folder / "visited").touch()
    return {"XDG_STATE_HOME": str(tmp_path), **more}


def test_no_colour_is_wished_for_only_by_a_value() -> None:
    wished = {"NO_COLOR": "1"}
    prepare_environment(wished)
    assert wished["TEXTUAL_THEME"] == "ansi-dark"
    empty = {"NO_COLOR": ""}
    prepare_environment(empty)
    assert "NO_COLOR" not in empty
    assert "TEXTUAL_THEME" not in empty


EARLY = """
import sys
from wslab.cli import main
from wslab.tui import app, run

class Opened(app.LabApp):
    def __init__(self, **options):
        early = {"wslab.lab.sources", "wslab.lab.packs", "wslab.lab.workbench", "websockets", "psutil"}
        print(sorted(early & set(sys.modules)), file=sys.stderr)
        sys.exit(0)

app.LabApp = Opened
sys.stdin.isatty = sys.stderr.isatty = lambda: True
main([])
"""


def test_what_the_first_line_does_not_need_is_loaded_after_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(tmp_path),
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.terminal
def test_no_colour_means_none(tmp_path: Path) -> None:
    with Terminal(WSLAB, columns=100, rows=30, env=environment(tmp_path, NO_COLOR="1")) as terminal:
        terminal.wait_for("DISCONNECTED")
        colours = {cell.fg for row in terminal.screen.buffer.values() for cell in row.values()}
        assert colours == {"default"}
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


@pytest.mark.terminal
def test_the_first_visit_is_greeted_and_the_second_is_not(tmp_path: Path) -> None:
    for greeted in (True, False):
        with Terminal(WSLAB, columns=100, rows=30, env={"XDG_STATE_HOME": str(tmp_path)}) as terminal:
            terminal.wait_for("welcome to wslab" if greeted else "type a message")
            assert ("welcome to wslab" in terminal.text()) == greeted
            terminal.press("ctrl+q")
            assert terminal.wait() == 0


@pytest.mark.terminal
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_app_in_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with Terminal(WSLAB, columns=100, rows=30, env=environment(tmp_path)) as terminal:
        terminal.wait_for("DISCONNECTED")
        terminal.kill(number)
        assert terminal.wait() == code


@pytest.mark.terminal
def test_what_does_not_exist_ends_in_one_line(tmp_path: Path) -> None:
    for option, said in (
        ("--theme=pink", r"there is no theme 'pink'; there are .*textual-dark"),
        ("--lesson=p9", r"there is no lesson 'p9': the lessons are .*p1-echo"),
        ("--url=ftp://x", r"ftp"),
    ):
        with Terminal([*WSLAB, option], columns=200, env=environment(tmp_path / option)) as terminal:
            assert terminal.wait() == 2
            assert re.search(said, " ".join(terminal.text().split()))
            assert "Traceback" not in terminal.text()


STUCK = """
import asyncio, os, queue, sys
from wslab.tui import run

class Stuck:
    def stop(self, code):
        print("never reached")

async def main():
    run.GRACE = 0.2
    run.leave_on_signals(Stuck(), asyncio.get_running_loop())
    print("ready", flush=True)
    queue.Queue().get()  # as the app waits when nobody writes to its terminal any more

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_even_a_loop_that_is_stuck(number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert process.stdout.read() == ""


PACK = ["--pack", "loud", "--lesson", "loud:shout"]
ASKS = "May it? [y/N]"


def is_asked(terminal: Terminal) -> None:
    """Wait for the question, and see that nothing of the app was drawn before it."""
    terminal.wait_for(ASKS)
    assert "servers/shout.py" in terminal.text()
    assert "wslab  " not in terminal.text()


@pytest.mark.terminal
@pytest.mark.parametrize("answer", ["n\r", "\r", "\x04"])
def test_a_pack_that_is_refused_is_not_opened(tmp_path: Path, answer: str) -> None:
    copy_pack(tmp_path / "loud", "loud", LOUD)
    with Terminal([*WSLAB, *PACK], columns=120, env=environment(tmp_path), cwd=tmp_path) as terminal:
        is_asked(terminal)
        terminal.type(answer)
        assert terminal.wait() == 3
        text = " ".join(terminal.text().split())
        assert (
            "wslab: nobody has agreed to run the code of loud as it is now, so the lab is not opened" in text
        )
    assert not list((tmp_path / "wslab").glob("*agreed*"))


@pytest.mark.terminal
def test_a_pack_is_asked_about_once_for_each_content(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    env = environment(tmp_path)
    for asks in (True, False, True):
        with Terminal([*WSLAB, *PACK], columns=100, rows=30, env=env, cwd=tmp_path) as terminal:
            if asks:
                is_asked(terminal)
                terminal.type("y\r")
            terminal.wait_for("Hear your word in capitals")
            assert (ASKS in terminal.text()) is False
            terminal.press("ctrl+q")
            assert terminal.wait() == 0
        if not asks:
            (folder / "servers" / "more.py").write_text("")


@pytest.mark.terminal
def test_who_breaks_the_question_off_opens_nothing(tmp_path: Path) -> None:
    copy_pack(tmp_path / "loud", "loud", LOUD)
    with Terminal([*WSLAB, *PACK], columns=120, env=environment(tmp_path), cwd=tmp_path) as terminal:
        is_asked(terminal)
        terminal.press("ctrl+c")
        assert terminal.wait() == 130


@pytest.mark.terminal
def test_what_is_no_pack_ends_in_one_line(tmp_path: Path) -> None:
    for arguments, code, said in (
        (["--pack", "a\x1b[2Jb"], 2, "No such file or directory"),
        (["--lesson", "none:x"], 2, "there is no lesson 'none:x'"),
    ):
        env = environment(tmp_path / arguments[0])
        with Terminal([*WSLAB, *arguments], columns=200, env=env, cwd=tmp_path) as terminal:
            assert terminal.wait() == code
            assert said in " ".join(terminal.text().split())
            assert "Traceback" not in terminal.text()

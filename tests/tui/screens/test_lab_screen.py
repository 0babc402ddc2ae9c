"""The lab as a whole: what it shows of a real connection, at every size, whatever is pressed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest
from textual.dom import DOMNode

from tests.support.bench import of
from tests.support.demo import Demo
from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.lab_app import NARROW, SIZES, WIDE, Lab, a_lab
from tests.support.waiting import until
from wslab.tui.screens.target_screen import TargetScreen
from wslab.tui.widgets.composer import Composer
from wslab.tui.widgets.course_list import CourseList
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Message, Phase

TINY = (40, 10)


def in_view(node: DOMNode) -> bool:
    return all(each.display for each in node.ancestors_with_self)


def fault(lab: Lab) -> str:
    """What is not as it must be at any time: nothing is too wide, and what has the keyboard is in view."""
    width, height = lab.app.size
    lines = lab.screen.splitlines()
    if len(lines) != height or max(map(len, lines)) > width:
        return f"{len(lines)} rows of up to {max(map(len, lines))} cells on {width}x{height}"
    focused = lab.app.focused
    if focused is not None and not in_view(focused):
        return f"{focused} has the keyboard and is out of sight"
    return ""


async def sane(lab: Lab, pressed: object = "") -> None:
    """Wait until nothing is at fault."""
    await lab.settle()
    try:
        await until(lambda: not fault(lab), "a sane screen", timeout=5)
    except AssertionError:
        raise AssertionError(f"{fault(lab)} after {pressed}; the screen:\n{lab.screen}") from None


# --- pages


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_page_is_reached_by_keys_alone(size: tuple[int, int]) -> None:
    async with a_lab(size, bench=Demo().opened().talked().bench) as lab:
        for key, text in (
            ("f2", "Connect"),
            ("f3", "choose a row"),
            ("f4", "handshake succeeded"),
            ("f5", "import"),
            ("f6", "server"),
            ("f8", "frames"),
            ("f7", "learning-ping"),
        ):
            await lab.press(key)
            await lab.sees(text)
            await sane(lab)
        await lab.press("up", "enter")
        await lab.sees("opcode")
        await sane(lab)


async def test_tabs_can_be_walked_through() -> None:
    async with a_lab(NARROW, bench=Demo().opened().talked().bench) as lab:
        await lab.press("f2", "shift+tab")
        await until(lambda: "tabs" in lab.focus, "the row of tabs")
        tabs = lab.app.lab_screen.pages._tabs
        seen = set()
        for _ in range(7):
            before = tabs.active
            await lab.press("right")
            await until(lambda before=before: tabs.active != before, "the next tab")  # type: ignore[misc]
            await until(lambda: "tabs" in lab.focus, "the row of tabs")
            seen.add(tabs.active)
        assert len(seen) == 7


async def test_the_side_column_comes_and_goes_where_it_is_folded() -> None:
    async with a_lab(NARROW, bench=Demo().bench) as lab:
        side = lab.app.lab_screen.query_one("#side")
        assert not side.display
        await lab.press("s")
        await lab.sees("servers", "basic ● 8080")
        assert "course-list" in lab.focus
        await lab.press("s")
        assert not side.display
        await sane(lab)
        await lab.press("s", "down", "enter")
        await until(lambda: not side.display, "the lesson to be in view")
        await lab.sees("frames that carry them")
        await sane(lab)
        await lab.press("s", "escape")
        assert not side.display


async def test_a_phase_to_come_is_described() -> None:
    async with a_lab(WIDE, bench=Demo().bench) as lab:
        await lab.press("s", *["down"] * 10, "enter")
        await lab.sees("3 Testing", "still to come")
        await until(lambda: "pane-lesson" in lab.focus, "the page")
        lab.app.lab_screen.query_one(CourseList).focus()
        await lab.press("1")
        await lab.sees("Two frames" if "Two frames" in lab.screen else "Connect")


async def test_a_phase_with_lessons_opens_at_the_one_to_go_on_with() -> None:
    async with a_lab(WIDE, bench=Demo().bench) as lab:
        await lab.press("s", *["down"] * 9, "enter")
        await until(lambda: lab.app.lab_screen.lesson.id == "p2-frame-anatomy", "the first of the phase")
        await until(lambda: "pane-lesson" in lab.focus, "the page")
        await lab.press("]")
        await until(lambda: lab.app.lab_screen.lesson.id == "p2-masking", "the next")
        await lab.press("3")
        await lab.sees("3 Testing", "still to come")
        await lab.press("2")
        await lab.sees("Masking and why")
        await lab.press("1")
        await until(lambda: lab.app.lab_screen.lesson.id == "p1-connect", "the first phase")


async def test_behind_the_last_lesson_of_a_phase_comes_the_first_of_the_next() -> None:
    async with a_lab(NARROW, bench=Demo().bench, lesson="p2-frame-anatomy") as lab:
        last = lab.app.lab_screen.course.phases[0].lessons[-1].id
        await lab.press("[")
        await until(lambda: lab.app.lab_screen.lesson.id == last, "the last of the phase before")
        await lab.press("]")
        await until(lambda: lab.app.lab_screen.lesson.id == "p2-frame-anatomy", "back again")
        assert lab.app.lab_screen.phase.id == "protocols"


# --- connections


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_a_connection_from_its_start_to_its_end(size: tuple[int, int]) -> None:
    async with a_lab(size) as lab:
        await lab.sees("DISCONNECTED")
        await lab.connected()
        await lab.sees("OPEN", "/echo", "101")
        await lab.press("enter")
        await lab.sees("> TEXT", "< TEXT")
        await lab.leave_line()
        await lab.press("d")
        await lab.phase(Phase.CLOSED)
        await lab.sees("CLOSED", "1000")
        await sane(lab)
        await lab.press("c")
        await lab.phase(Phase.OPEN)


async def test_another_websocket_is_a_few_keys_away() -> None:
    async with a_lab() as lab:
        await lab.press("o")
        assert isinstance(lab.app.screen, TargetScreen)
        await lab.sees("echo.websocket.org")
        await lab.press(*"nonsense", "enter")
        await lab.sees("nonsense")
        assert isinstance(lab.app.screen, TargetScreen)
        await lab.press("escape")
        await lab.press("o", *"/time?every=50ms", "enter")
        await lab.phase(Phase.OPEN)
        await lab.sees('"type": "time"')
        assert lab.bench.target == "/time?every=50ms"
        await until(lambda: "composer" in lab.focus, "the line at the bottom")
        await lab.leave_line()
        await lab.press("o", "down", "enter")
        await until(lambda: lab.bench.target == "/echo" and lab.bench.view.phase is Phase.OPEN, "the echo")


@pytest.mark.parametrize("keys", [("o",), ("i", *"/connect ")], ids=str)
async def test_however_it_is_opened_a_connection_is_shown_from_its_start(keys: tuple[str, ...]) -> None:
    async with a_lab() as lab:
        await lab.connected()
        await lab.leave_line()
        await lab.press("home")
        assert not lab.app.lab_screen.pages.log_view.following
        lab.app.lab_screen.query_one(Composer).value = ""
        await lab.press(*keys, *"/time", "enter")
        await lab.sees('"type": "time"')
        assert lab.app.lab_screen.pages.log_view.following
        await until(lambda: "composer" in lab.focus, "the line at the bottom")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_who_types_while_a_connection_is_being_opened_goes_on_typing(size: tuple[int, int]) -> None:
    upgraded = asyncio.Event()

    async def script(talk: Conversation) -> None:
        await upgraded.wait()
        await talk.upgrade()
        await talk.read_all()

    async with FaultyServer(script) as server, a_lab(size) as lab:
        await lab.line(f"/connect {server.url}")
        await lab.phase(Phase.CONNECTING)
        await lab.press(*"did")
        upgraded.set()
        await lab.phase(Phase.OPEN)
        await lab.press(*"not", "enter")
        await until(lambda: [m for m in of(lab.bench, Message) if m.preview == b"didnot"], "what was typed")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_where_the_line_opened_none_the_key_that_is_offered_is_a_key(size: tuple[int, int]) -> None:
    async with a_lab(size) as lab:
        await lab.line("/connect /nowhere")
        await lab.told("404")
        await until(lambda: "composer" not in lab.focus, "letters to be keys")
        lab.bench.aim("/echo")
        await lab.press("c")
        await lab.phase(Phase.OPEN)


async def test_only_the_last_that_was_said_stays_on_the_screen() -> None:
    async with a_lab(NARROW, bench=Demo().bench) as lab:
        for line in ("/one", "/two", "/three"):
            await lab.line(line)
            await lab.told(line)
        await lab.sees("/three")
        assert len(lab.toasts) == 1


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_a_failure_is_told_and_leaves_the_lab_usable(size: tuple[int, int]) -> None:
    async with a_lab(size) as lab:
        lab.bench.aim("/nowhere")
        await lab.press("c")
        await lab.told("404")
        await lab.sees("404")
        await sane(lab)
        assert lab.focus
        await lab.line("/connect /echo")
        await lab.phase(Phase.OPEN)


async def test_a_killed_server_shows_and_c_connects_again() -> None:
    async with a_lab() as lab:
        await lab.connected()
        pid = lab.bench.supervisor.status("basic").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await lab.phase(Phase.ERROR)
        await lab.sees("ERROR", "1006", "crashed")
        await lab.leave_line()
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        await lab.sees("OPEN")
        await lab.until(lambda: "crashed" not in lab.screen.splitlines()[0], "the server as it is now")


async def test_the_countdown_to_the_next_attempt_shows() -> None:
    async with a_lab() as lab:
        await lab.line("/reconnect on")
        await lab.connected()
        await lab.bench.supervisor.stop("basic")
        await until(lambda: lab.bench.returning, "the countdown")
        await until(lambda: "connecting again in" in lab.screen, "the countdown on the screen", timeout=30)
        await lab.leave_line()
        await lab.press("d")
        await until(lambda: lab.bench._back._keeping is None, "the end of it")
        await until(lambda: "connecting again in" not in lab.screen, "its end on the screen")


async def test_a_flood_leaves_the_keys_alive() -> None:
    async with a_lab() as lab:
        await lab.line("/connect /flood?rate=4000&for=2s")
        await lab.phase(Phase.OPEN)
        await lab.leave_line()
        await lab.press("f4")
        await lab.sees("handshake succeeded")
        await lab.press("f7", "space")
        await until(lambda: not lab.app.lab_screen.pages.log_view.following, "the log to stay where it is")
        await until(lambda: lab.bench.view.phase is Phase.CLOSED, "the end of the flood", timeout=40)
        sent = lab.bench.statistics.snapshot().received.text.messages
        assert sent == 8001


async def test_a_message_of_any_shape_can_be_looked_at() -> None:
    odd = (b"", b"\x00" * 300, "日本語🎌\u202e\u0301".encode() * 50, b"x" * 70_000, bytes(range(256)))

    async def script(talk: Conversation) -> None:
        frames = [encode_frame(2, payload) for payload in odd]
        frames.append(encode_frame(1, b"\x1b[31m[bold]markup[/bold] [/]"))
        await talk.upgrade(b"".join(frames))
        await talk.read_all()

    async with FaultyServer(script) as server, a_lab() as lab:
        await lab.line(f"/connect {server.url}")
        await until(lambda: len(of(lab.bench, Message)) == 6, "every message")
        await lab.leave_line()
        for key in (*["up"] * 7, "m", *["down"] * 7):
            await lab.press(key, "enter")
            await sane(lab)
        await lab.press("y")
        await until(lambda: lab.toasts, "the copy")


# --- sizes


async def test_any_size_at_any_moment_keeps_content_and_keyboard() -> None:
    async with a_lab(WIDE) as lab:
        await lab.connected()
        await lab.press("enter")
        await lab.leave_line()
        for key in ("f7", "f2", "f3", "f4", "f5", "f6", "f8", "s", "i"):
            if key != "f7" and "composer" in lab.focus:
                await lab.leave_line()
            await lab.press(key)
            for size in (NARROW, TINY, SIZES[2], WIDE):
                await lab.pilot.resize_terminal(*size)
                await lab.settle()
                await sane(lab)
        await lab.press("escape", "f7")
        await lab.sees("> TEXT", "< TEXT", "hello", "OPEN")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_who_leaves_the_line_under_a_lesson_gets_to_the_rows_it_made(size: tuple[int, int]) -> None:
    async with a_lab(size, bench=Demo().opened().talked().bench) as lab:
        await lab.press("f2")
        await lab.until(lambda: "pane-lesson" in lab.focus, "the lesson in use")
        await lab.press("i")
        await lab.until(lambda: "composer" in lab.focus, "the line in use")
        await lab.press("escape", "up")
        await lab.until(lambda: "frame-log" in lab.focus, "the log in use")
        await lab.sees("> TEXT")


async def test_a_line_that_was_left_goes_back_to_any_other_page() -> None:
    async with a_lab(NARROW, bench=Demo().opened().talked().bench) as lab:
        await lab.press("f4")
        await lab.sees("handshake succeeded")
        await lab.press("i")
        await lab.until(lambda: "composer" in lab.focus, "the line in use")
        await lab.press("escape")
        await lab.until(lambda: "pane-handshake" in lab.focus, "the page in use")


async def test_what_is_said_in_passing_leaves_the_newest_row_and_the_step_in_view() -> None:
    async with a_lab(NARROW) as lab:
        for number in range(4):
            lab.app.lab_screen.say(f"said {number} " + "word " * 20)
            await lab.sees(f"said {number}")
            rows = [
                place
                for place, line in enumerate(lab.screen.splitlines())
                if "said" in line or "word" in line
            ]
            assert 4 < rows[0] <= 6, lab.screen
            assert rows[-1] < 12, lab.screen


async def test_the_keyboard_leaves_what_a_new_size_hides() -> None:
    async with a_lab(WIDE, bench=Demo().opened().talked().bench) as lab:
        await lab.press("s")
        assert "course-list" in lab.focus
        await lab.pilot.resize_terminal(*NARROW)
        await sane(lab)
        await until(lambda: lab.focus and "course-list" not in lab.focus, "another focus")


async def test_a_page_that_is_open_stays_open_over_sizes() -> None:
    async with a_lab(WIDE, bench=Demo().opened().talked().bench) as lab:
        await lab.press("f4")
        for size in (NARROW, SIZES[2], NARROW, WIDE):
            await lab.pilot.resize_terminal(*size)
            await lab.sees("handshake succeeded")
            assert "pane-handshake" in lab.focus


# --- anything

KEYS = (
    *"cdipsoymgwr1234[]/?nN ", "c", "c", "c", "enter", "enter", "enter", "escape", "escape", "tab", "shift+tab",
    "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "space", "backspace", "delete",
    "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "ctrl+p", "ctrl+z",
)  # fmt: skip
LINES = (
    "hello", "/connect", "/connect /json", "/connect /time?every=20ms", "/connect /drop", "/connect /close/1001",
    "/connect /nowhere", "/disconnect", "/close 4000 x", "/abort", "/ping", "/pong", "/binary 00", "/fragments a|b",
    '/raw text mask=0 "x"', "/raw ff", "/reconnect on", "/reconnect off", "/server stop", "/server restart",
    "/filter < TEXT", "/filter", "/filter [", "/search l", "/goto 3", "/level messages", "/clear", "/reset",
    "/compression on", "/keepalive 50ms", "/subprotocol chat", "/save log.txt", "/save log.jsonl", "/nonsense",
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 10])
async def test_nothing_that_is_pressed_leads_astray(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("wslab.lab.workbench.VERDICT_WITHIN", 0.05)
    chance = random.Random(seed)
    pressed: list[str] = []
    async with a_lab(chance.choice(SIZES)) as lab:
        for _ in range(60):
            act = chance.random()
            if act < 0.15:
                line = chance.choice(LINES)
                pressed.append(line)
                lab.app.lab_screen.run_line(Composer.Sent(line))
            elif act < 0.2:
                size = chance.choice([*SIZES, TINY])
                pressed.append(str(size))
                await lab.pilot.resize_terminal(*size)
            else:
                keys = chance.choices(KEYS, k=chance.randint(1, 4))
                pressed += keys
                await lab.press(*keys)
            if lab.app._exit:
                break
            await sane(lab, pressed)
        if lab.app._exit:
            return
        await recover(lab, pressed)


async def recover(lab: Lab, pressed: list[str]) -> None:
    """From wherever it is: escape, and a connection that works."""
    for _ in range(6):
        await lab.press("escape")
    assert lab.app.screen is lab.app.lab_screen, pressed
    await until(lambda: not lab.bench._connecting, f"the last connect to end after {pressed}", timeout=30)
    await lab.line("/reconnect off")
    await lab.line("/connect /echo")
    await lab.until(
        lambda: lab.bench.view.phase is Phase.OPEN and lab.bench.view.url.endswith("/echo"), f"OPEN {pressed}"
    )
    await lab.line("still here")
    await lab.until(
        lambda: [m for m in of(lab.bench, Message) if m.preview == b"still here"], f"the echo after {pressed}"
    )

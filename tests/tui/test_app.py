"""What holds over all screens: keys, start and end, themes, the command palette."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.widgets import TextArea

from tests.support.bench import of
from tests.support.demo import Demo
from tests.support.lab_app import NARROW, SIZES, WIDE, Lab, a_lab
from tests.support.waiting import until
from wslab.tui.app import LabApp, UnknownTheme
from wslab.tui.screens.help_screen import HelpScreen
from wslab.tui.screens.lab_screen import LabScreen
from wslab.tui.screens.target_screen import TargetScreen
from wslab.tui.screens.welcome_screen import WelcomeScreen
from wslab.tui.widgets.composer import Composer
from wslab.tui.widgets.frame_log import FrameLog
from wslab.wire.events import Direction, Frame, Opcode, Phase

# --- keys


def composer(lab: Lab) -> str:
    return lab.app.lab_screen.query_one(Composer).value


def shown_phase(title: str) -> Callable[[Lab], bool]:
    return lambda lab: title in lab.screen and "pane-lesson" in lab.focus


Effect = tuple[Sequence[str], Callable[[Lab], object]]
"""Keys that are pressed before, and what must be true soon after the key itself."""

EFFECTS: dict[str, Effect] = {
    "connect": ((), lambda lab: any("/connect URL replaces it" in error for error in lab.errors)),
    "disconnect": ((), lambda lab: any("c connects" in error for error in lab.errors)),
    "compose": ((), lambda lab: "composer" in lab.focus),
    "ping": ((), lambda lab: any("c connects" in error for error in lab.errors)),
    "open-url": ((), lambda lab: isinstance(lab.app.screen, TargetScreen)),
    "side": ((), lambda lab: "course-list" in lab.focus),
    "follow": ((), lambda lab: not lab.app.lab_screen.pages.log_view.following),
    "filter": ((), lambda lab: composer(lab) == "/filter " and "composer" in lab.focus),
    "level": ((), lambda lab: lab.app.lab_screen.pages.log_view.level == "messages"),
    "goto": ((), lambda lab: composer(lab) == "/goto "),
    "decode": ((), lambda lab: composer(lab) == "/decode "),
    "copy": (("home", "down"), lambda lab: "127.0.0.1:50000" in lab.app.clipboard),
    "save-log": ((), lambda lab: composer(lab) == "/save "),
    "reset-statistics": (
        (),
        lambda lab: "the statistics start again at zero" in lab.toasts,
    ),
    "previous-lesson": (("]", "]"), lambda lab: "frames that carry them" in lab.screen),
    "next-lesson": ((), lambda lab: "frames that carry them" in lab.screen),
    # There and back: what is looked for afterwards is English. Only who asked for it has a language that is kept.
    "language": (
        ("L",),
        lambda lab: lab.app.lab_screen.learner.progress.lang == "en" and "? Help" in lab.screen,
    ),
    "next-step": ((), lambda lab: any("not passed yet" in toast for toast in lab.toasts)),
    "hint": ((), lambda lab: "Hint 1" in lab.screen),
    "run-exercise": ((), lambda lab: any("no file to run" in toast for toast in lab.toasts)),
    "edit-exercise": ((), lambda lab: any("no file to run" in toast for toast in lab.toasts)),
    "solution": ((), lambda lab: any("no file to run" in toast for toast in lab.toasts)),
    "begin-anew": ((), lambda lab: any("no file to run" in toast for toast in lab.toasts)),
    "free-play": ((), lambda lab: "nothing is judged" in lab.screen),
    "tab-lesson": (("f3",), lambda lab: "pane-lesson" in lab.focus),
    "tab-frame": (("up",), lambda lab: "pane-frame" in lab.focus and "FIN" in lab.screen),
    "tab-handshake": ((), lambda lab: "pane-handshake" in lab.focus and "handshake succeeded" in lab.screen),
    "tab-code": ((), lambda lab: "pane-code" in lab.focus and "import" in lab.screen),
    "tab-server": ((), lambda lab: "pane-server" in lab.focus),
    "tab-log": (("f2",), lambda lab: "frame-log" in lab.focus and "learning-ping" in lab.screen),
    "tab-stats": ((), lambda lab: "frames" in lab.screen and "times" in lab.screen),
    "tab-client": ((), lambda lab: "pane-client" in lab.focus and "Nothing but WebSocket" in lab.screen),
    "back-to-log": (("f5",), lambda lab: "frame-log" in lab.focus),
    "help": ((), lambda lab: isinstance(lab.app.screen, HelpScreen)),
    "help-anywhere": (("i",), lambda lab: isinstance(lab.app.screen, HelpScreen)),
    "interrupt": ((), lambda lab: "press ctrl+c again to leave the lab" in lab.toasts),
    "quit": ((), lambda lab: not lab.app.is_running or lab.app._exit),
    "suspend": ((), lambda lab: lab.app.is_running),
    "phase-1": (("2",), shown_phase("Connect")),
    "phase-2": ((), shown_phase("2 Protocols")),
    "phase-3": ((), shown_phase("3 Testing")),
    "phase-4": ((), shown_phase("4 Production")),
}


def bindings_of(*places: type[DOMNode]) -> list[Binding]:
    return [binding for place in places for binding in Binding.make_bindings(place.BINDINGS)]


def test_every_key_of_the_lab_is_tried_here() -> None:
    assert {binding.id for binding in bindings_of(LabScreen, LabApp)} == set(EFFECTS)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=str)
async def test_each_key_does_what_it_says(size: tuple[int, int]) -> None:
    keys = {binding.id: binding.key for binding in bindings_of(LabScreen, LabApp)}
    async with a_lab(size, bench=Demo().opened().talked().bench) as lab:
        for name in sorted(EFFECTS, key="quit".__eq__):
            before, effect = EFFECTS[name]
            await as_at_first(lab)
            await lab.press(*before, keys[name])
            await until(
                lambda effect=effect: effect(lab),  # type: ignore[misc]
                f"what {name} does; toasts {lab.toasts}; {lab.focus}\n{lab.screen}",
            )


async def as_at_first(lab: Lab) -> None:
    """Bring the lab back to its first screen."""
    while lab.app.screen is not lab.app.lab_screen:
        await lab.press("escape")
    lab.app.clear_notifications()
    lab.app._forget_interrupt()
    lab.app.lab_screen.query_one(Composer).value = ""
    pages = lab.app.lab_screen.pages
    pages.log_view.level = "frames"
    pages.log_view.follow()
    while lab.app.lab_screen.lesson.id != "p1-connect":
        await lab.press("[")
    await lab.press("f7")
    await until(lambda: "frame-log" in lab.focus, "the log")


def every_binding(app: App[None]) -> list[Binding]:
    """Return the bindings that are the lab's own, of everything on every screen."""
    places = {app.__class__, HelpScreen, TargetScreen, WelcomeScreen, LabScreen}
    places |= {node.__class__ for node in app.screen.walk_children()}
    ours = {base for place in places for base in place.__mro__ if base.__module__.startswith("wslab.")}
    return [
        binding for place in ours for binding in Binding.make_bindings(place.__dict__.get("BINDINGS", ()))
    ]


async def test_every_key_can_be_remapped() -> None:
    async with a_lab(bench=Demo().bench) as lab:
        bindings = every_binding(lab.app)
        assert [binding for binding in bindings if not binding.id] == []
        ids = {binding.id for binding in bindings}
        assert len({(binding.id, binding.action) for binding in bindings}) == len(ids)
        assert len(bindings) > 50


async def test_help_names_every_key_and_every_command() -> None:
    from wslab.lab.commands import COMMANDS

    async with a_lab((200, 60), bench=Demo().bench) as lab:
        await lab.press("question_mark")
        await lab.pilot.resize_terminal(120, 200)
        await lab.pilot.pause()
        for spec in COMMANDS.values():
            assert spec.syntax in lab.screen
        for binding in bindings_of(LabScreen, LabApp, Composer, FrameLog):
            assert (binding.tooltip or binding.description) in lab.screen, binding
        await lab.press("escape")
        assert isinstance(lab.app.screen, LabScreen)


async def test_the_palette_offers_every_action_of_the_lab() -> None:
    async with a_lab(bench=Demo().opened().talked().bench) as lab:
        commands = {command.title: command for command in lab.app.get_system_commands(lab.app.screen)}
        assert {binding.description for binding in bindings_of(LabScreen)} <= set(commands)
        await lab.press("ctrl+p")
        await until(lambda: isinstance(lab.app.screen, CommandPalette), "the palette")
        await lab.press(*"handsh")
        await lab.sees("Handshake")
        await lab.press("down", "enter")
        await until(lambda: "pane-handshake" in lab.focus, "the handshake")


# --- keys that come faster than they are taken


def burst(lab: Lab, *keys: str) -> None:
    """Have keys come in one packet, as over a slow link: the next is there before the one before is taken."""
    for key in keys:
        character = {"slash": "/", "question_mark": "?"}.get(key, key)
        lab.app.post_message(events.Key(key, character if len(character) == 1 else None))


async def test_lines_that_come_at_once_are_sent_one_by_one() -> None:
    async with a_lab() as lab:
        await lab.connected()
        burst(lab, "ctrl+u", *"hi", "enter", *"yo", "enter", *"z", "enter")
        await lab.sees("< TEXT       1 z")
        sent = [frame.preview for frame in of(lab.bench, Frame) if frame.direction is Direction.C2S]
        assert sent == [b"hi", b"yo", b"z"]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_letters_wait_for_the_key_that_says_where_they_go(size: tuple[int, int]) -> None:
    async with a_lab(size, bench=Demo().opened().talked().bench) as lab:
        await lab.press("f7")
        burst(lab, "i", *"for", "escape", "m", "slash", *"<")
        await until(lambda: composer(lab) == "/filter <", f"what was typed, not {composer(lab)!r}")
        assert lab.app.lab_screen.pages.log_view.level == "messages"
        burst(lab, "ctrl+u", *"x", "question_mark", "escape", "f5", "question_mark")
        await until(lambda: isinstance(lab.app.screen, HelpScreen), "the help")
        assert composer(lab) == "x?"


def busy(take: Callable[[events.Event], Awaitable[None]]) -> Callable[[events.Event], Awaitable[None]]:
    """Return what takes events as this does, and Enter a while later."""

    async def take_later(event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == "enter":
            await asyncio.sleep(0.2)
        await take(event)

    return take_later


async def test_keys_keep_their_order_however_long_their_way_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_lab() as lab:
        await lab.connected()
        monkeypatch.setattr("wslab.tui.app.KEY_TAKES", 0.3)
        for node in (lab.app.lab_screen.query_one(Composer), lab.app.lab_screen):
            monkeypatch.setattr(node, "on_event", busy(node.on_event))
        burst(lab, "ctrl+u", *"hi", "enter", *"yo", "enter")
        await lab.sees("< TEXT       2 yo")
        sent = [frame.preview for frame in of(lab.bench, Frame) if frame.direction is Direction.C2S]
        assert sent == [b"hi", b"yo"]


async def test_a_key_that_is_lost_on_its_way_holds_up_none_for_long() -> None:
    async with a_lab(bench=Demo().bench) as lab:
        stuck, go_on = asyncio.Event(), asyncio.Event()

        async def hang() -> None:
            stuck.set()
            await go_on.wait()

        lab.app.lab_screen.pages.log_view.call_later(hang)
        await until(stuck.is_set, "a widget that hangs")
        burst(lab, "up", "ctrl+c", "ctrl+c")
        await until(lambda: lab.app._exit, "the end of the app")
        go_on.set()


# --- start and end


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_newcomer_gets_an_echo_with_two_keys(size: tuple[int, int]) -> None:
    async with a_lab(size, welcome=True) as lab:
        await until(lambda: isinstance(lab.app.screen, WelcomeScreen), "the welcome")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        await lab.sees("hello")
        await lab.press("enter")
        await lab.sees("> TEXT", "< TEXT", "OPEN")
        assert lab.screen.count("hello") >= 2
        assert composer(lab) == ""


@pytest.mark.parametrize(
    ("key", "there"),
    [
        ("question_mark", lambda lab: isinstance(lab.app.screen, HelpScreen)),
        ("f2", lambda lab: "pane-lesson" in lab.focus),
        ("o", lambda lab: isinstance(lab.app.screen, TargetScreen)),
        ("x", lambda lab: isinstance(lab.app.screen, LabScreen)),
        ("escape", lambda lab: isinstance(lab.app.screen, LabScreen)),
        ("enter", lambda lab: isinstance(lab.app.screen, LabScreen)),
    ],
)
async def test_the_keys_that_the_welcome_names_do_what_it_says(
    key: str, there: Callable[[Lab], bool]
) -> None:
    async with a_lab(bench=Demo().bench, welcome=True) as lab:
        await until(lambda: isinstance(lab.app.screen, WelcomeScreen), "the welcome")
        await lab.press(key)
        await until(lambda: there(lab), f"{key}\n{lab.screen}")


async def test_the_second_ctrl_c_leaves() -> None:
    async with a_lab() as lab:
        await lab.connected()
        await lab.press("ctrl+c", "ctrl+c")
        await until(lambda: lab.app._exit, "the end")
    assert lab.app.return_code == 130


async def test_ctrl_c_copies_what_is_selected() -> None:
    async with a_lab(bench=Demo().bench) as lab:
        await lab.press("i", *"copied", "shift+home", "ctrl+c")
        assert lab.app.clipboard == "copied"
        assert lab.toasts == ["copied; press ctrl+c again to leave the lab"]


async def test_ctrl_c_copies_what_is_selected_in_an_editor() -> None:
    async with a_lab(bench=Demo().bench) as lab:
        editor = TextArea("copied\ntoo")
        await lab.app.screen.mount(editor)
        editor.focus()
        editor.select_all()
        await lab.press("ctrl+c")
        assert lab.app.clipboard == "copied\ntoo"
        assert lab.toasts == ["copied; press ctrl+c again to leave the lab"]


async def test_a_signal_ends_it_with_its_number() -> None:
    async with a_lab() as lab:
        await lab.connected()
        lab.app.stop(143)
        await until(lambda: lab.app._exit, "the end")
    assert lab.app.return_code == 143


@pytest.mark.parametrize("phase", [1, 2, 3, 4])
async def test_it_opens_at_a_phase(phase: int) -> None:
    async with a_lab(bench=Demo().bench, phase=phase) as lab:
        await lab.sees(lab.app.course.phases[phase - 1].title)
        await until(lambda: (phase == 1) == ("frame-log" in lab.focus), lab.focus)


@pytest.mark.parametrize("lesson", ["p1-close-codes", "p1-when-it-fails"])
async def test_it_opens_at_a_lesson(lesson: str) -> None:
    async with a_lab(bench=Demo().bench, lesson=lesson) as lab:
        await lab.sees(lab.app.course.lesson(lesson).title)
        assert lab.bench.target == lab.app.course.lesson(lesson).path


async def test_it_connects_where_it_was_told_to() -> None:
    async with a_lab(url="ws://127.0.0.1:1/") as lab:
        await lab.sees("ws://127.0.0.1:1/")
        await lab.press("c")
        await lab.told("nobody listens on 127.0.0.1:1")
        await lab.phase(Phase.ERROR)


def test_what_does_not_exist_is_named_with_what_does() -> None:
    with pytest.raises(UnknownTheme, match=r"'pink'.*textual-dark"):
        LabApp(theme="pink")
    with pytest.raises(ValueError, match=r"p9-none.*p1-echo"):
        LabApp(lesson="p9-none")
    with pytest.raises(ValueError, match="host"):
        LabApp(url="host")


# --- looks


async def test_every_theme_can_be_worn() -> None:
    names = sorted(LabApp().available_themes)
    async with a_lab(NARROW, bench=Demo().opened().talked().closed().bench) as lab:
        for name in names:
            lab.app.theme = name
            await lab.pilot.pause()
            assert "CLOSED" in lab.screen
            lab.app.export_screenshot()


async def test_a_key_that_comes_when_the_last_screen_is_gone_is_left_alone() -> None:
    async with a_lab(bench=Demo().opened().talked().bench) as lab:
        pass
    assert not lab.app.screen_stack
    # One that is pressed now, and one that comes back from the widgets.
    pressed, back = events.Key("f7", None), events.Key("f7", None)
    back._set_forwarded()
    for event in (pressed, back):
        await lab.app.on_event(event)
    lab.app.on_notify()


async def test_keys_that_come_while_the_app_ends_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_lab(bench=Demo().opened().talked().bench) as lab:
        done: list[str] = []
        monkeypatch.setattr(lab.app.lab_screen, "action_tab", done.append)
        lab.app._exit = True
        back = events.Key("f7", None)
        back._set_forwarded()
        await lab.app.on_event(back)
        assert not done


async def test_the_terminals_own_colours_are_enough() -> None:
    async with a_lab(bench=Demo().opened().talked().bench, theme="ansi-dark") as lab:
        for key in ("f2", "f3", "f4", "f5", "f6", "f7", "question_mark"):
            await lab.press(key)
        strips = lab.app.screen._compositor.render_strips()
        colours = {
            colour
            for strip in strips
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour and colour.type.name == "TRUECOLOR"
        }
        assert not colours


async def test_what_the_network_sends_is_shown_and_not_executed() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J[bold red]markup[/] [@click=app.quit]x[/] \x9b31m \u202egnp.exe"
    async with a_lab() as lab:
        await lab.connected()
        await lab.bench.send_text(evil)
        await lab.bench.connect("/close/1008?reason=%1B%5B31mred%5B/b%5D")
        await lab.phase(Phase.CLOSED)
        await lab.leave_line()
        for key in ("f3", "f4", "f5", "f6", "f7", "home", "end", "up", "up", "up", "enter"):
            await lab.press(key)
            assert not set(lab.screen) & {
                chr(n) for n in (*range(10), *range(11, 32), *range(127, 160), 0x202E)
            }
        assert "[bold red]markup[/]" in lab.screen or "[/b]" in lab.screen


async def test_a_failure_that_nobody_waits_for_is_shown() -> None:
    from wslab.tasks import spawn

    async def fail() -> None:
        raise RuntimeError("a fault \x1b[31m of ours")

    bench = Demo().bench
    app = LabApp(workbench=bench)
    async with app.run_test(notifications=True) as pilot:
        spawn(fail(), "a task")
        await until(lambda: app._notifications, "the notification")
        await pilot.pause()
        message = next(iter(app._notifications)).message
        assert "RuntimeError: a fault" in message
        assert "\x1b" not in message


async def test_pings_come_and_go_with_a_key() -> None:
    async with a_lab() as lab:
        await lab.connected()
        await lab.leave_line()
        await lab.press("p")

        def pongs() -> list[Frame]:
            journal = lab.bench.journal
            held = journal.slice(journal.first, journal.total)
            return [each for each in held if isinstance(each, Frame) and each.opcode == Opcode.PONG]

        await until(pongs, "the pong")
        await lab.press("d")
        await lab.phase(Phase.CLOSED)
        await lab.sees("1000")

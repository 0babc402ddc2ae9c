"""Every command of the line at the bottom, over a real connection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.bench import of
from tests.support.lab_app import Lab, a_lab
from tests.support.waiting import until
from wslab.lab.commands import COMMANDS, CommandError
from wslab.lab.workbench import WorkbenchError
from wslab.net.client import ConnectFailed
from wslab.net.options import DeflateOffer
from wslab.tui import runner
from wslab.tui.screens.help_screen import HelpScreen
from wslab.tui.widgets.frame_log import FrameLog
from wslab.wire.events import Close, Direction, Frame, Message, Opcode, Phase, Proto
from wslab.wire.jsonform import load

ERRORS = (ValueError, OSError, WorkbenchError, ConnectFailed)


def test_every_command_can_be_carried_out() -> None:
    assert {name for name in dir(runner.CommandRunner) if name.startswith("_do_")} == {
        f"_do_{name}" for name in COMMANDS
    }


def sent(lab: Lab) -> list[tuple[int, bytes]]:
    frames = [frame for frame in of(lab.bench, Frame) if frame.direction is Direction.C2S]
    return [(frame.opcode, frame.preview) for frame in frames]


def log(lab: Lab) -> FrameLog:
    return lab.app.lab_screen.pages.log_view


async def test_what_is_sent(tmp_path: Path) -> None:
    (tmp_path / "photo.bin").write_bytes(b"\x89PNG\x00")
    async with a_lab() as lab:
        await lab.line("/connect /echo")
        await lab.phase(Phase.OPEN)
        for line in (
            "hello",
            "//slash",
            "/text  /as it is ",
            "/binary 00 ff:10",
            f"/file {tmp_path / 'photo.bin'}",
            "/fragments hel | lo",
            "/ping are you there",
            "/pong unasked",
        ):
            count = len(sent(lab))
            await lab.line(line)
            await until(lambda count=count: len(sent(lab)) > count, line)  # type: ignore[misc]
        await until(lambda: len(sent(lab)) == 9, "every frame")
        assert sent(lab) == [
            (Opcode.TEXT, b"hello"),
            (Opcode.TEXT, b"/slash"),
            (Opcode.TEXT, b" /as it is "),
            (Opcode.BINARY, b"\x00\xff\x10"),
            (Opcode.BINARY, b"\x89PNG\x00"),
            (Opcode.TEXT, b"hel"),
            (Opcode.CONT, b"lo"),
            (Opcode.PING, b"are you there"),
            (Opcode.PONG, b"unasked"),
        ]
        assert "sent photo.bin, 5 bytes" in lab.toasts or any("photo.bin, 5" in text for text in lab.toasts)
        await lab.line("/close 4001 so long")
        await lab.phase(Phase.CLOSED)
        close = of(lab.bench, Close)[0]
        assert (close.code, close.reason) == (4001, "so long")
        assert not lab.errors


async def test_ends_and_verdicts() -> None:
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        await run("/connect")
        await run("/disconnect")
        assert (lab.bench.view.phase, lab.bench.view.code) == (Phase.CLOSED, 1000)
        await run("/connect /time")
        await run("/abort")
        assert (lab.bench.view.phase, lab.bench.view.code) == (Phase.CLOSED, 1006)
        await lab.line('/raw text mask=0 "hi"')
        await until(lambda: any("verdict: the server closed with 1002" in text for text in lab.toasts), "it")


async def test_settings_hold_from_the_next_connect(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        for line, option, value in (
            ("/limit 64KiB", "max_size", 65536),
            ("/limit off", "max_size", None),
            ("/compression server_max_window_bits=9", "deflate", DeflateOffer(server_max_window_bits=9)),
            ("/compression on", "deflate", None),
            ("/compression off", "compression", False),
            ("/keepalive 1500ms", "keepalive", 1.5),
            ("/keepalive off", "keepalive", None),
            ("/subprotocol chat.v2, chat.v1", "subprotocols", ("chat.v2", "chat.v1")),
            ("/header Authorization: Bearer learn", "headers", (("Authorization", "Bearer learn"),)),
            ("/origin https://example.com", "origin", "https://example.com"),
            (f"/ca {ca}", "ca_file", str(ca)),
            ("/insecure on", "insecure", True),
            ("/insecure off", "insecure", False),
            ("/ca", "ca_file", None),
        ):
            await run(line)
            assert getattr(lab.bench.settings, option) == value, line
        assert not any("Bearer" in text for text in lab.toasts)
        await run("/connect /auth")
        assert lab.bench.view.phase is Phase.OPEN
        await run("/connect /headers")
        await until(lambda: of(lab.bench, Message), "the headers")
        seen = of(lab.bench, Message)[0].preview.decode()
        assert '"https://example.com"' in seen
        assert "chat.v2, chat.v1" in seen
        assert "permessage-deflate" not in seen
        for line in ("/header", "/subprotocol", "/origin"):
            await run(line)
        settings = lab.bench.settings
        assert (settings.headers, settings.subprotocols, settings.origin) == ((), (), None)


async def test_compression_and_limit_reach_the_wire() -> None:
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        await run("/compression client_max_window_bits=10; server_no_context_takeover")
        told = "compression: on, deflate: server_no_context_takeover; client_max_window_bits=10"
        await until(lambda: any(told in text for text in lab.toasts), told)
        await run("/limit 1KiB")
        await run("/connect /compress")
        (extension,) = lab.bench.extensions
        assert "server_no_context_takeover" in extension
        assert "client_max_window_bits=10" in extension
        await run("/connect /big?size=2KiB")
        await lab.phase(Phase.CLOSED)
        assert (lab.bench.view.code, of(lab.bench, Close)[-1].code) == (1009, 1009)


async def test_servers_and_coming_back() -> None:
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        await run("/server start basic")
        assert lab.bench.supervisor.status("basic").state == "ready"
        await run("/reconnect on")
        await until(lambda: "reconnect: on" in lab.toasts, "the answer")
        await run("/connect")
        await run("/server restart")
        await until(
            lambda: len({f.conn for f in of(lab.bench, Close)}) == 1 and lab.bench.view.phase is Phase.OPEN,
            "the comeback",
        )
        await run("/reconnect off")
        await run("/server stop basic")
        assert lab.bench.supervisor.status("basic").state == "stopped"
        await lab.phase(Phase.CLOSED)
        assert "reconnect: off" in lab.toasts


async def test_a_command_that_was_typed_as_a_filter_is_told() -> None:
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        await run("/connect")
        await run("binary")
        await until(lambda: len(of(lab.bench, Message)) == 2, "the echo")
        await run("/filter binary")
        await run("/filter nothing like it")
        await run("/filter subprotocol chat.v2")
        await until(lambda: any("press i first" in toast for toast in lab.toasts), "what is to be pressed")
        told = [toast for toast in lab.toasts if "press i first" in toast]
        assert len(told) == 1
        assert "/subprotocol" in told[0]


async def test_what_is_done_to_the_log(tmp_path: Path) -> None:
    async with a_lab() as lab:
        run = lab.app.lab_screen.runner.run
        await run("/connect")
        for text in ("one", "two", "three"):
            await run(text)
        await until(lambda: len(of(lab.bench, Message)) == 6, "the echoes")
        await run("/filter < TEXT t")
        assert len(list(log(lab).lines())) == 2
        await run(f"/save {tmp_path / 'rows.txt'}")
        assert [line.split()[-1] for line in (tmp_path / "rows.txt").read_text().splitlines()] == [
            "two",
            "three",
        ]
        await run("/filter")
        await run("/level messages")
        assert log(lab).level == "messages"
        await run("/level frames")
        await run("/search two")
        assert log(lab).current is not None
        assert not log(lab).following
        await until(lambda: "two" in (log(lab).payload_text() or ""), "the match")
        number = of(lab.bench, Frame)[0].seq
        await run(f"/goto {number}")
        assert log(lab).payload_text() == "one"
        await run(f"/save {tmp_path / 'all.jsonl'}")
        lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) - 1 == len([load(line) for line in lines[1:]]) > 15
        with pytest.raises(CommandError, match="exists already"):
            await run(f"/save {tmp_path / 'all.jsonl'}")
        await run("/reset")
        await run("/clear")
        assert list(log(lab).lines()) == []
        assert lab.bench.journal.first == lab.bench.journal.total


async def test_help_and_leaving() -> None:
    async with a_lab() as lab:
        await lab.line("/help")
        await until(lambda: isinstance(lab.app.screen, HelpScreen), "the help")
        await lab.press("escape")
        await lab.line("/quit")
        await until(lambda: lab.app._exit, "the end")
    assert lab.app.return_code == 0


WRONG = {
    "/conect": "did you mean /connect?",
    "/zzz": "/help lists them",
    "/ hello": "start with //",
    "/connect nonsense": "ws://",
    "/connect ftp://host/": "ftp",
    "/connect ws://127.0.0.1:1/": "nobody listens",
    "/disconnect": "c connects",
    "/abort": "c connects",
    "/text": "c connects",
    "hello": "c connects",
    "/binary 0": "write it like /binary 00 ff 10",
    "/binary xy": "write it like",
    "/file": "needs the name of a file",
    "/file /no/such": "is not a file",
    "/file /": "is not a file",
    "/fragments whole": "at least two parts",
    "/ping": "c connects",
    "/pong": "c connects",
    "/close x": "write it like /close 1000 bye",
    "/close 70000": "0 to 65535",
    "/close 1005": "1005",
    "/raw": "needs bytes",
    "/raw txt": "text",
    "/reconnect": "on or off",
    "/reconnect maybe": "on or off",
    "/compression": "on or off",
    "/compression maybe": "there are server_no_context_takeover",
    "/compression server_max_window_bits=99": "from 8 to 15",
    "/limit big": "big",
    "/limit 0": "above 0",
    "/insecure yes": "on or off",
    "/keepalive soon": "soon",
    "/keepalive -1s": "-1s",
    "/keepalive 0s": "above 0",
    "/subprotocol a;b": "a;b",
    "/header no colon": "write it like /header Name: value",
    "/header Host: me": "Host",
    "/header bad name: x": "bad name",
    "/ca /no/such": "there is no such file",
    "/server": "start, stop or restart",
    "/server start nothing": "there are basic",
    "/server dance basic": "start, stop or restart",
    "/filter (": "regular expression",
    "/search (": "regular expression",
    "/level rows": "frames or messages",
    "/goto x": "number of a row",
    "/goto 99999": "no row 99999",
    "/goto": "number of a row",
    "/save": "needs the name of a file",
    "/save /no/such/place.txt": "No such file",
    "/save /": "exists already",
}


async def test_a_wrong_command_is_told_what_is_right() -> None:
    async with a_lab() as lab:
        said = {}
        for line in WRONG:
            try:
                await lab.app.lab_screen.runner.run(line)
            except ERRORS as error:
                said[line] = str(error)
        assert set(said) == set(WRONG)
        for line, wanted in WRONG.items():
            assert re.search(re.escape(wanted), said[line], re.IGNORECASE), (line, said[line])
        # A refused setting leaves what was set.
        assert (lab.bench.settings.headers, lab.bench.settings.keepalive) == ((), None)


async def test_what_goes_wrong_is_shown_and_the_line_is_ready_again() -> None:
    async with a_lab((80, 24)) as lab:
        await lab.line("/conect \x1b[31m")
        assert "did you mean /connect?" in await lab.told("/conect")
        assert "composer" in lab.focus
        await lab.press("up")
        assert lab.app.lab_screen.query_one("#composer").value.startswith("/conect")  # type: ignore[attr-defined]


async def test_a_server_that_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_lab() as lab:
        await lab.line("/server start")
        await until(lambda: lab.bench.supervisor.status("basic").state == "ready", "the server")
        entry = lab.bench.supervisor._servers["basic"].entry
        object.__setattr__(entry, "path", Path("/no/such/server.py"))
        await lab.line("/server restart")
        await lab.told("basic")
        assert lab.bench.supervisor.status("basic").state == "failed"


async def test_messages_are_read_as_it_is_told() -> None:
    async with a_lab() as lab:
        frame_tab = lab.app.lab_screen.pages.frame
        await lab.line("/connect /echo")
        await lab.phase(Phase.OPEN)
        await lab.line("/decode mqtt")
        await lab.line("/binary c0 00")
        await until(lambda: len(of(lab.bench, Proto)) == 2, "the packet and its echo")
        assert frame_tab.decoding == "mqtt"
        log(lab).flush()
        log(lab).goto(of(lab.bench, Message)[0].seq)
        await lab.until(
            lambda: isinstance(frame_tab.event, Frame | Message | Proto), "the row in the Frame tab"
        )
        await lab.press("f3")
        await lab.until(lambda: "PINGREQ" in lab.screen and "chosen by hand" in lab.screen, "the packet")
        await lab.line("/decode mqqt")
        await lab.until(lambda: any("no decoding 'mqqt'" in text for text in lab.errors), "the refusal")
        await lab.line("/decode")
        assert frame_tab.decoding == "auto"

"""Lines for the workbench, carried out over real connections without any screen."""

from __future__ import annotations

import pytest

from tests.support.bench import a_bench, of
from tests.support.waiting import until
from wslab.lab.bench_commands import BenchCommands
from wslab.lab.commands import CommandError
from wslab.lab.workbench import WorkbenchError
from wslab.wire.events import Direction, Frame, Message, Phase


async def test_a_talk_in_lines() -> None:
    said: list[str] = []
    async with a_bench() as bench:
        commands = BenchCommands(bench, said.append)
        for line in ("/connect /echo", "hello", "//slash", "/binary 00ff", "/fragments a | b", "/ping x"):
            await commands.run(line)
        await until(
            lambda: len([each for each in of(bench, Message) if each.direction is Direction.S2C]) == 4,
            "all echoes",
        )
        await commands.run("/close 1000 bye")
        assert bench.view.phase is Phase.CLOSED
        sent = [each.preview for each in of(bench, Frame) if each.direction is Direction.C2S]
        assert sent == [b"hello", b"/slash", b"\x00\xff", b"a", b"b", b"x", b"\x03\xe8bye"]
        await commands.run('/raw text mask=0 "hi"')
        assert said[-1].startswith("verdict: the server closed with 1002")
        await commands.run("/compression off")
        assert said[-1] == "compression: off; holds from the next connect"
        assert not bench.settings.compression
        await commands.run("/keepalive 500ms")
        assert said[-1] == "keepalive: 0.5s; holds from the next connect"
        await commands.run("/header Authorization: Bearer learn")
        assert said[-1] == "headers: Authorization; holds from the next connect"
        await commands.run("/server stop")
        assert not bench.supervisor.status("basic").running


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/filter < TEXT", "/filter is for the lab's screen"),
        ("/nonsense", "there is no command /nonsense"),
        ("/raw", "/raw needs bytes"),
        ("/header x", "'x' is not a header"),
        ("/server fly", "not 'fly'"),
        ("/server start nope", "there is no server 'nope'"),
    ],
)
async def test_what_cannot_be_carried_out(line: str, message: str) -> None:
    async with a_bench() as bench:
        with pytest.raises(CommandError, match=message):
            await BenchCommands(bench, lambda _text: None).run(line)


async def test_what_cannot_be_done_now() -> None:
    async with a_bench() as bench:
        commands = BenchCommands(bench, lambda _text: None)
        with pytest.raises(WorkbenchError, match="no connection"):
            await commands.run("hello")
        assert commands.knows("ping")
        assert not commands.knows("filter")

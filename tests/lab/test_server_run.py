"""One process of a server: every way in which it can misbehave, and what is told of it."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.packs import LOUD, copy_pack
from tests.support.servers import write_server
from tests.support.supervised import (
    GOOD,
    NEVER_READY,
    Lab,
    NewLab,
)
from tests.support.waiting import until
from wslab.bundled import BundledError, ServerInfo
from wslab.lab.packs import ENVIRONMENT, PackServer, PackTrust, load_pack
from wslab.lab.supervisor import (
    ServerStartError,
    Supervisor,
)
from wslab.wire.clock import Clock


class TestFailingToStart:
    async def fail(self, one: Lab, **how: object) -> ServerStartError:
        with pytest.raises(ServerStartError) as caught:
            await one.supervisor.start("basic", **how)
        assert one.status.state == "failed"
        assert one.status.pid is None
        assert one.status.why == caught.value.why == str(caught.value)
        assert one.texts("failed") == [caught.value.why]
        assert one.what("ready", "exited") == []
        return caught.value

    async def test_not_ready_in_time(self, lab: NewLab) -> None:
        one = lab("for n in range(30): print('line', n)\nuntil_eof()", NEVER_READY)
        error = await self.fail(one)
        assert error.why == "basic was not ready within 0.5 s and was stopped"
        # On a loaded machine half a second may not be enough for the first line.
        assert error.tail == one.status.tail[-20:]
        assert not error.busy

    async def test_exits_before_it_is_ready(self, lab: NewLab) -> None:
        error = await self.fail(lab("for n in range(30): print('line', n)\nraise RuntimeError('oh no')"))
        assert error.why == "basic exited with code 1 before it was ready"
        assert len(error.tail) == 20
        assert error.tail[-1] == "RuntimeError: oh no"

    async def test_is_killed_before_it_is_ready(self, lab: NewLab) -> None:
        error = await self.fail(lab("os.kill(os.getpid(), signal.SIGKILL)"))
        assert error.why == "basic was ended by SIGKILL (signal 9) before it was ready"

    async def test_a_busy_port_is_told_apart(self, lab: NewLab, taken_port: int) -> None:
        one = lab(GOOD, port=taken_port)
        error = await self.fail(one)
        assert error.busy
        assert error.why == f"basic could not start: port {taken_port} is in use"
        status = await one.supervisor.start("basic", port=0)
        assert status.state == "ready"
        assert status.port != taken_port

    async def test_any_other_reason_not_to_listen_is_no_busy_port(self, lab: NewLab) -> None:
        error = await self.fail(lab(GOOD), options=["--host", "192.0.2.1"])
        assert not error.busy
        assert error.why.startswith("cannot listen: ")

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({"url": None}, "has the url None instead of one like 'ws://127.0.0.1:8080'"),
            ({"url": 8080}, "has the url 8080"),
            ({"url": "http://127.0.0.1:1"}, "has the url 'http://127.0.0.1:1'"),
            ({"url": "ws://127.0.0.1"}, "has the url 'ws://127.0.0.1'"),
            ({"url": "ws://127.0.0.1:99999"}, "out of range"),
            ({"url": "ws://[::1:99"}, "has the url"),
            ({"server": "other"}, "is from 'other' instead of 'basic'"),
            ({"server": ["basic"]}, "is from ['basic']"),
        ],
    )
    async def test_malformed_ready_lines(self, lab: NewLab, changes: dict[str, object], wrong: str) -> None:
        error = await self.fail(lab(f"ready(**{changes!r}); until_eof()"))
        assert wrong in error.why
        assert error.why.startswith("basic is of no use: its ready line ")

    async def test_a_ready_line_that_is_cut_off_is_none(self, lab: NewLab) -> None:
        one = lab("""print('{"event": "ready", "server": "basic", "url'); until_eof()""", NEVER_READY)
        assert "was not ready" in (await self.fail(one)).why

    async def test_closes_its_output_without_a_ready_line(self, lab: NewLab) -> None:
        one = lab("os.close(1); until_eof()")
        assert (await self.fail(one)).why == "basic closed its output without a ready line and was stopped"

    async def test_one_that_does_not_want_to_leave_either_is_killed(self, lab: NewLab) -> None:
        one = lab("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", NEVER_READY)
        await self.fail(one)
        assert one.status.exit_code in (-signal.SIGTERM, -signal.SIGKILL)

    async def test_no_interpreter(self, tmp_path: Path) -> None:
        server = write_server(tmp_path, GOOD)
        supervisor = Supervisor(Clock(), list, servers={"basic": server}, python="/nowhere/python")
        with pytest.raises(ServerStartError, match=r"could not be started: .*No such file"):
            await supervisor.start("basic")
        assert supervisor.status("basic").state == "failed"

    async def test_no_file(self) -> None:
        missing = ServerInfo("nowhere", 1, 1, "")
        with pytest.raises(BundledError):
            assert missing.path
        supervisor = Supervisor(Clock(), list, servers={"nowhere": missing})
        with pytest.raises(ServerStartError, match="'nowhere'"):
            await supervisor.start("nowhere")

    async def test_after_a_failure_it_can_be_started_again(self, lab: NewLab, tmp_path: Path) -> None:
        one = lab("sys.exit(1)")
        await self.fail(one)
        write_server(tmp_path, GOOD)
        status = await one.supervisor.start("basic")
        assert (status.state, status.exit_code, status.why) == ("ready", None, "")


class TestCrashing:
    async def test_by_itself(self, lab: NewLab) -> None:
        one = lab("ready(); sys.stdin.readline(); raise RuntimeError('in the middle')")
        await one.supervisor.start("basic")
        one.supervisor._servers["basic"].run._process.write("go")
        await until(lambda: one.what("exited"), "the crash")
        status = one.status
        assert status.state == "crashed"
        assert status.exit_code == 1
        assert status.why == "basic exited with code 1, though nobody stopped it here"
        assert status.tail[-1] == "RuntimeError: in the middle"
        assert one.texts("exited") == [status.why]

    async def test_by_a_signal(self, lab: NewLab) -> None:
        one = lab(GOOD)
        status = await one.supervisor.start("basic")
        assert status.pid is not None
        os.kill(status.pid, signal.SIGKILL)
        await until(lambda: one.what("exited"), "the crash")
        assert one.status.why == "basic was ended by SIGKILL (signal 9), though nobody stopped it here"
        again = await one.supervisor.start("basic")
        assert again.state == "ready"

    async def test_right_after_it_was_ready(self, lab: NewLab) -> None:
        one = lab("ready(); os._exit(9)")
        # Whether the ready line is heard before the end is a race; both are told.
        try:
            await one.supervisor.start("basic")
        except ServerStartError as error:
            assert error.why == "basic exited with code 9 before it was ready"  # noqa: PT017
        await until(lambda: one.status.state in ("crashed", "failed"), "the crash")
        assert one.status.exit_code == 9


class TestOutput:
    async def test_anything_goes(self, lab: NewLab) -> None:
        one = lab(r"""
            print("hello", "[1, 2]", "null", '"ready"', "{", '{"event": 1}', '{"event": ["ready"]}', sep="\n")
            print("[" * 100_000)
            print("{" + '"a":{' * 100_000)
            print('{"event": "ready", "n": ' + "9" * 10_000)
            os.write(1, bytes(range(256)) + b"\n")
            os.write(1, b"x" * 1_000_000 + b"\n")
            print("\x1b]0;title\x07 on stderr", file=sys.stderr)
            ready()
            ready()
            until_eof()
        """)
        status = await one.supervisor.start("basic")
        assert status.state == "ready"
        await until(lambda: one.what("stderr"), "stderr")
        assert one.texts("stderr") == [r"\x1b]0;title\x07 on stderr"]
        assert one.texts("log")[:2] == ["hello", "[1, 2]"]
        assert max(map(len, one.status.tail)) < 20_000

    async def test_the_last_200_lines_are_kept_and_all_are_emitted(self, lab: NewLab) -> None:
        one = lab("ready()\nfor n in range(999): print(n)\nuntil_eof()")
        await one.supervisor.start("basic")
        await until(lambda: len(one.what("log")) == 1000, "all lines")
        assert one.status.tail == tuple(map(str, range(799, 999)))
        assert one.texts("log")[1:] == list(map(str, range(999)))

    async def test_connections_are_counted_and_are_no_log_line(self, lab: NewLab) -> None:
        one = lab("""
            ready()
            for count in 1, 7, -1, True, "x", None: say(event="connections", open=count)
            say(event="done")
            until_eof()
        """)
        await one.supervisor.start("basic")
        await until(lambda: any("done" in line for line in one.status.tail), "the last line")
        assert one.status.connections == 7
        assert not [line for line in one.status.tail if '"open": 7' in line]
        assert (await one.supervisor.stop("basic")).connections is None

    async def test_one_that_closes_its_output_lives_on(self, lab: NewLab) -> None:
        one = lab("ready(); say(event='connections', open=3); sys.stdin.readline(); os.close(1); until_eof()")
        await one.supervisor.start("basic")
        await until(lambda: one.status.connections == 3, "its connections")
        one.supervisor._servers["basic"].run._process.write("go")
        await until(lambda: one.status.connections is None, "the count to be unknown")
        assert one.status.state == "ready"
        assert one.status.pid is not None

    async def test_events_are_numbered_by_the_clock_in_order(self, lab: NewLab) -> None:
        one = lab(GOOD)
        await one.supervisor.start("basic")
        await one.supervisor.stop("basic")
        assert [event.seq for event in one.events] == list(range(1, len(one.events) + 1))
        assert {event.t for event in one.events} == {1000.0}
        assert {event.conn for event in one.events} == {0}


class TestUsage:
    async def test_cpu_and_memory(self, lab: NewLab) -> None:
        one = lab("""
            ready()
            until = time.process_time() + 0.3
            while time.process_time() < until: pass
            say(event="worked")
            until_eof()
        """)
        status = await one.supervisor.start("basic")
        assert status.cpu is None
        assert status.memory is not None
        assert status.memory > 2**20
        await until(lambda: any("worked" in line for line in one.status.tail), "it to work")
        one.now += 10
        busy = one.status.cpu
        assert busy is not None
        assert 2 <= busy < 100
        one.now += 0.1
        assert one.status.cpu == busy
        one.now += 10
        idle = one.status.cpu
        assert idle is not None
        assert idle < 1

    def test_psutil_is_not_imported_before_it_is_needed(self) -> None:
        program = "import sys, wslab.lab.supervisor; sys.exit('psutil' in sys.modules)"
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", program]) == 0


class TestServersOfPacks:
    async def test_one_that_nobody_agreed_to_does_not_start(self, tmp_path: Path) -> None:
        pack = load_pack(copy_pack(tmp_path / "loud", "loud", LOUD))
        server = PackServer(pack, PackTrust(tmp_path), "shout")
        supervisor = Supervisor(Clock(), list, servers={"shout": server})
        with pytest.raises(ServerStartError, match="nobody has agreed to run the code of loud"):
            await supervisor.start("shout")
        assert supervisor.status("shout").state == "failed"
        (tmp_path / "agreed-packs.json").write_text('{"format": 99}')
        with pytest.raises(ServerStartError, match="newer wslab"):
            await supervisor.start("shout")

    async def test_it_runs_in_its_own_environment(self, tmp_path: Path) -> None:
        body = "ready(); say(event='told', told=os.environ.get('PYTHONPYCACHEPREFIX')); until_eof()"
        server = replace(write_server(tmp_path, body), environment=ENVIRONMENT)
        supervisor = Supervisor(Clock(), list, servers={"basic": server})
        await supervisor.start("basic")
        await until(lambda: len(supervisor.status("basic").tail) == 2, "its log line")
        assert f'"told": "{os.devnull}"' in supervisor.status("basic").tail[1]
        await supervisor.stop_all()

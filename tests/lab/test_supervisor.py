"""The supervisor with real processes: servers that behave, and every way in which they do not."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.servers import FixtureServer, write_server
from tests.support.waiting import until
from wslab.bundled import BundledError, ServerInfo
from wslab.lab.supervisor import (
    Patience,
    ServerStartError,
    ServerState,
    ServerStatus,
    Supervisor,
    UnknownServer,
)
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Proc

# A server that behaves: ready, then there until SIGTERM or the end of its stdin.
GOOD = """
    signal.signal(signal.SIGTERM, lambda *_: (say(event="goodbye"), os._exit(0)))
    ready()
    until_eof()
"""
# Does not leave when asked to, so that it can be seen leaving.
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); ready(); time.sleep(60)"
# Ready never comes; the test ends it.
SILENT = "say(event='starting'); until_eof()"
SOON = Patience(ready=20, stop=0.3, abort=0.3)
"""Enough for a slow machine to start, not more than needed to see a server killed."""
NEVER_READY = Patience(ready=0.5, stop=0.3, abort=0.3)


class Lab:
    """A supervisor of one server with everything it emitted."""

    def __init__(self, entries: Sequence[FixtureServer], patience: Patience) -> None:
        self.events: list[Event] = []
        self.now = 1000.0
        self.path = entries[0].path
        clock = Clock(monotonic=lambda: self.now)
        servers = {entry.name: entry for entry in entries}
        self.supervisor = Supervisor(clock, self.events.extend, servers=servers, patience=patience)

    @property
    def status(self) -> ServerStatus:
        return self.supervisor.status("basic")

    def what(self, *kinds: str) -> list[str]:
        return [event.what for event in self.events if isinstance(event, Proc) and event.what in kinds]

    def texts(self, what: str) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Proc) and event.what == what]


NewLab = Callable[..., Lab]


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[NewLab]:
    labs: list[Lab] = []

    def new(body: str, patience: Patience = SOON, port: int = 0) -> Lab:
        labs.append(Lab([write_server(tmp_path, body, port=port)], patience))
        return labs[-1]

    yield new
    for one in labs:
        await one.supervisor.stop_all()
        assert not one.status.running


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def alive(pid: int | None) -> bool:
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class TestStarting:
    async def test_from_stopped_to_ready_to_stopped(self, lab: NewLab) -> None:
        one = lab(GOOD)
        assert one.status == ServerStatus("basic", 0, ServerState.STOPPED)
        status = await one.supervisor.start("basic")
        assert status.state == "ready"
        assert alive(status.pid)
        assert status.port > 0
        assert status.url == f"ws://127.0.0.1:{status.port}"
        one.now += 5
        assert one.status.uptime == 5
        stopped = await one.supervisor.stop("basic")
        assert (stopped.state, stopped.exit_code, stopped.why) == ("stopped", 0, "")
        assert (stopped.pid, stopped.url, stopped.uptime, stopped.cpu, stopped.memory) == (None,) * 5
        assert stopped.port == status.port
        assert not alive(status.pid)
        assert stopped.tail[-1] == '{"event": "goodbye"}'
        assert one.what("started", "ready", "exited", "failed") == ["started", "ready", "exited"]
        assert one.texts("ready") == [status.url]

    async def test_the_command_line(self, lab: NewLab) -> None:
        one = lab("ready(); say(event='called', argv=sys.argv[1:], path=sys.path[0]); until_eof()", port=4)
        await one.supervisor.start("basic", port=0, options=["--note", "a b"])
        await until(lambda: len(one.status.tail) == 2, "its log line")
        assert '"argv": ["--port", "0", "--note", "a b"]' in one.status.tail[1]
        assert str(one.path.parent) not in one.status.tail[1], (
            "the folder of a server must not be on its sys.path"
        )

    async def test_it_listens_on_its_own_port_unless_told_otherwise(
        self, lab: NewLab, taken_port: int
    ) -> None:
        one = lab("listener = None; print(options.port, file=sys.stderr); sys.exit(1)", port=taken_port)
        with pytest.raises(ServerStartError):
            await one.supervisor.start("basic")
        assert one.texts("stderr") == [str(taken_port)]

    async def test_starting_twice_gives_one_server(self, lab: NewLab) -> None:
        one = lab(GOOD)
        first, second = await asyncio.gather(one.supervisor.start("basic"), one.supervisor.start("basic"))
        third = await one.supervisor.start("basic", port=first.port)
        assert first.pid == second.pid == third.pid
        assert one.what("started") == ["started"]

    async def test_starting_it_otherwise_than_it_runs_is_refused(self, lab: NewLab) -> None:
        one = lab(GOOD)
        status = await one.supervisor.start("basic")
        for changes in ({"port": status.port % 65535 + 1}, {"options": ["--note", "x"]}):
            with pytest.raises(ServerStartError, match="stop it first"):
                await one.supervisor.start("basic", **changes)
        assert one.status.pid == status.pid

    async def test_a_cancelled_start_changes_nothing(self, lab: NewLab) -> None:
        one = lab(GOOD)
        start = spawn(one.supervisor.start("basic"), "cancelled start")
        await asyncio.sleep(0)
        assert one.status.state == "starting"
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        status = await one.supervisor.start("basic")
        assert status.state == "ready"
        assert one.what("started") == ["started"]

    async def test_unknown_servers_are_answered_with_the_known_ones(self, lab: NewLab) -> None:
        one = lab(GOOD)
        for call in (one.supervisor.start, one.supervisor.stop, one.supervisor.restart):
            with pytest.raises(UnknownServer, match=r"no server 'bsic'; there are: basic"):
                await call("bsic")
        with pytest.raises(UnknownServer):
            one.supervisor.status("bsic")

    async def test_several_servers(self, tmp_path: Path) -> None:
        names = ["one", "two", "three"]
        one = Lab([write_server(tmp_path, GOOD, name=name) for name in names], SOON)
        await asyncio.gather(*map(one.supervisor.start, names))
        statuses = one.supervisor.statuses()
        assert [status.name for status in statuses] == names
        assert len({status.port for status in statuses}) == 3
        await asyncio.gather(one.supervisor.stop_all(), one.supervisor.stop_all(), one.supervisor.stop("two"))
        assert {status.state for status in one.supervisor.statuses()} == {ServerState.STOPPED}
        assert not any(alive(status.pid) for status in statuses)


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


class TestStopping:
    async def test_one_that_ignores_sigterm_is_killed(self, lab: NewLab) -> None:
        one = lab(STUBBORN)
        await one.supervisor.start("basic")
        status = await one.supervisor.stop("basic")
        assert status.state == "stopped"
        assert status.exit_code == -signal.SIGKILL
        assert status.why == "basic did not exit within 0.3 s and was killed"
        assert one.texts("exited") == [status.why]

    async def test_it_is_stopping_until_it_is_gone(self, lab: NewLab) -> None:
        one = lab(STUBBORN)
        await one.supervisor.start("basic")
        stop = spawn(one.supervisor.stop("basic"), "stop")
        await asyncio.sleep(0)
        assert one.status.state == "stopping"
        assert one.status.pid is not None
        assert one.status.url is not None
        again = await one.supervisor.stop("basic")
        assert again == await stop
        assert one.what("exited") == ["exited"]

    async def test_a_cancelled_stop_goes_on(self, lab: NewLab) -> None:
        one = lab(STUBBORN)
        await one.supervisor.start("basic")
        stop = spawn(one.supervisor.stop("basic"), "cancelled stop")
        await asyncio.sleep(0)
        assert one.status.state == "stopping"
        stop.cancel()
        await until(lambda: one.status.state == "stopped", "the server to be gone")
        assert stop.cancelled()

    async def test_stopping_while_it_starts(self, lab: NewLab) -> None:
        one = lab(SILENT)
        start = spawn(start_and_tell(one.supervisor), "start")
        await until(lambda: one.status.tail, "the server to live")
        assert (await one.supervisor.stop("basic")).state == "stopped"
        assert await start == "basic was stopped before it was ready"
        assert one.what("failed", "exited") == ["exited"]

    async def test_stopping_before_the_process_exists(self, lab: NewLab) -> None:
        one = lab(GOOD)
        start = spawn(start_and_tell(one.supervisor), "start")
        await asyncio.sleep(0)
        assert (await one.supervisor.stop("basic")).state == "stopped"
        assert await start == "basic was stopped before it was ready"

    async def test_stopping_what_does_not_run(self, lab: NewLab) -> None:
        one = lab("sys.exit(1)")
        assert (await one.supervisor.stop("basic")).state == "stopped"
        with pytest.raises(ServerStartError):
            await one.supervisor.start("basic")
        assert (await one.supervisor.stop("basic")).state == "failed"

    async def test_a_start_while_it_stops_waits_for_it(self, lab: NewLab) -> None:
        one = lab(STUBBORN)
        first = await one.supervisor.start("basic")
        stop = spawn(one.supervisor.stop("basic"), "stop")
        await asyncio.sleep(0)
        assert one.status.state == "stopping"
        second = await one.supervisor.start("basic")
        assert second.state == "ready"
        assert second.pid != first.pid
        assert not alive(first.pid)
        await stop

    async def test_a_stop_after_that_start_wins(self, lab: NewLab) -> None:
        one = lab(STUBBORN)
        await one.supervisor.start("basic")
        stop = spawn(one.supervisor.stop("basic"), "stop")
        await asyncio.sleep(0)
        assert one.status.state == "stopping"
        start = spawn(start_and_tell(one.supervisor), "start")
        await asyncio.sleep(0)
        await one.supervisor.stop_all()
        await stop
        assert await start == "basic was stopped before it started"
        assert one.status.state == "stopped"

    async def test_a_loop_that_ends_leaves_no_process(self, tmp_path: Path) -> None:
        server = write_server(
            tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN); ready(); time.sleep(60)"
        )
        pids: list[int | None] = []

        async def main() -> None:
            supervisor = Supervisor(Clock(), list, servers={"basic": server}, patience=SOON)
            pids.append((await supervisor.start("basic")).pid)

        await asyncio.to_thread(asyncio.run, main())
        await until(lambda: not alive(pids[0]), "the process to be gone")


class TestRestarting:
    BODY = """
        signal.signal(signal.SIGTERM, lambda *_: (say(event="terminated"), os._exit(0)))
        ready()
        until_eof()
        say(event="eof")
    """

    async def test_the_server_is_told_and_comes_back_on_its_port(self, lab: NewLab) -> None:
        one = lab(self.BODY)
        first = await one.supervisor.start("basic", options=["--note", "kept"])
        second = await one.supervisor.restart("basic")
        assert second.state == "ready"
        assert second.pid != first.pid
        assert second.port == first.port
        assert one.texts("log")[1:3] == ['{"event": "was told", "line": "restart\\n"}', '{"event": "eof"}']
        assert one.supervisor._servers["basic"].run.options == ("--note", "kept")

    async def test_one_that_does_not_run_is_started(self, lab: NewLab) -> None:
        one = lab(GOOD)
        assert (await one.supervisor.restart("basic")).state == "ready"
        await one.supervisor.stop("basic")
        assert (await one.supervisor.restart("basic")).state == "ready"

    async def test_one_that_does_not_listen_is_killed_and_started(self, lab: NewLab) -> None:
        one = lab("ready(); time.sleep(60)")
        first = await one.supervisor.start("basic")
        second = await one.supervisor.restart("basic")
        assert second.pid != first.pid
        assert not alive(first.pid)

    async def test_while_it_starts(self, lab: NewLab) -> None:
        # Ready only at the second time.
        one = lab("""
            try:
                os.mkdir(__file__ + ".started")
            except FileExistsError:
                ready()
            until_eof()
        """)
        start = spawn(start_and_tell(one.supervisor), "start")
        await until(lambda: one.status.pid, "the process")
        await until(Path(f"{one.path}.started").exists, "its first start")
        status = await one.supervisor.restart("basic")
        assert status.state == "ready"
        assert "before it was ready" in await start

    async def test_a_stop_in_the_middle_wins(self, lab: NewLab) -> None:
        one = lab("ready(); time.sleep(60)")
        await one.supervisor.start("basic")
        restart = spawn(restart_and_tell(one.supervisor), "restart")
        await asyncio.sleep(0)
        assert one.status.state == "stopping"
        assert (await one.supervisor.stop("basic")).state == "stopped"
        assert await restart == "basic was stopped before it started"
        assert one.status.state == "stopped"


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


class TestBundledServers:
    async def test_clients_learn_whether_the_server_comes_back(self) -> None:
        events: list[Event] = []
        supervisor = Supervisor(Clock(), events.extend)
        first = await supervisor.start("basic", port=0)
        async with connect(first.url or "") as client:
            await until(lambda: supervisor.status("basic").connections == 1, "the connection to be counted")
            second = await supervisor.restart("basic")
            await client.wait_closed()
            assert client.close_code == 1012
        assert (second.port, second.state) == (first.port, "ready")
        async with connect(second.url or "") as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            stopped = await supervisor.stop("basic")
            await client.wait_closed()
            assert client.close_code == 1001
        assert (stopped.state, stopped.exit_code, stopped.why) == ("stopped", 0, "")
        assert not [event for event in events if isinstance(event, Proc) and event.what == "stderr"]

    async def test_a_busy_port(self, taken_port: int) -> None:
        supervisor = Supervisor(Clock(), list)
        with pytest.raises(ServerStartError, match=f"port {taken_port} is in use") as caught:
            await supervisor.start("basic", port=taken_port)
        assert caught.value.busy
        assert "--port" in caught.value.tail[-1]

    async def test_stopping_while_it_starts(self) -> None:
        supervisor = Supervisor(Clock(), list)
        start = spawn(start_and_tell(supervisor), "start")
        await until(lambda: supervisor.status("basic").pid, "the process")
        stopped = await supervisor.stop("basic")
        assert stopped.state == "stopped"
        # Whether it was ready before is a race here; what matters is that it went without complaint.
        assert await start in ("basic was stopped before it was ready", "it started")
        assert not [line for line in stopped.tail if not line.startswith("{")]


async def start_and_tell(supervisor: Supervisor) -> str:
    """Return why a start failed."""
    try:
        await supervisor.start("basic")
    except ServerStartError as error:
        return error.why
    return "it started"


async def restart_and_tell(supervisor: Supervisor) -> str:
    """Return why a restart failed."""
    try:
        await supervisor.restart("basic")
    except ServerStartError as error:
        return error.why
    return "it started"

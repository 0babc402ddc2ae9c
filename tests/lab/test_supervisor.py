"""The supervisor with real processes: starting, stopping and restarting, in every order."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.servers import write_server
from tests.support.supervised import (
    GOOD,
    SILENT,
    SOON,
    STUBBORN,
    Lab,
    NewLab,
    alive,
    restart_and_tell,
    start_and_tell,
)
from tests.support.waiting import until
from wslab.lab.supervisor import (
    ServerStartError,
    ServerState,
    ServerStatus,
    Supervisor,
    UnknownServer,
)
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Proc


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


class TestGuests:
    async def test_they_come_beside_its_own_and_go_when_others_come(
        self, lab: NewLab, tmp_path: Path
    ) -> None:
        one = lab(GOOD)
        supervisor = one.supervisor
        first = write_server(tmp_path, GOOD, name="first")
        await supervisor.start("basic")
        supervisor.bring({"first": first})
        assert [status.name for status in supervisor.statuses()] == ["basic", "first"]
        assert supervisor.entry("first") is first
        assert not supervisor.runs_otherwise("first", ["--note", "x"])
        started = await supervisor.start("first", options=["--note", "x"])
        supervisor.bring({"first": first})
        assert supervisor.status("first").pid == started.pid
        assert supervisor.runs_otherwise("first", [])
        assert not supervisor.runs_otherwise("first", ["--note", "x"])
        (tmp_path / "other").mkdir()
        other = write_server(tmp_path / "other", GOOD, name="first")
        supervisor.bring({"first": other})
        assert supervisor.status("first").state == "stopped"
        await supervisor.start("first")
        await until(lambda: not alive(started.pid), "the end of the first")
        supervisor.bring({})
        assert [status.name for status in supervisor.statuses()] == ["basic"]
        assert one.status.state == "ready"
        with pytest.raises(UnknownServer):
            supervisor.entry("first")

    async def test_none_takes_the_name_of_its_own(self, lab: NewLab, tmp_path: Path) -> None:
        one = lab(GOOD)
        (tmp_path / "other").mkdir()
        one.supervisor.bring({"basic": write_server(tmp_path / "other", GOOD)})
        assert one.supervisor.entry("basic").path == one.path
        one.supervisor.bring({})
        assert one.supervisor.entry("basic").path == one.path

    async def test_the_end_of_all_waits_for_those_that_went(self, lab: NewLab, tmp_path: Path) -> None:
        one = lab(GOOD)
        guest = write_server(tmp_path, STUBBORN, name="guest")
        one.supervisor.bring({"guest": guest})
        pid = (await one.supervisor.start("guest")).pid
        one.supervisor.bring({})
        await one.supervisor.stop_all()
        assert not alive(pid)

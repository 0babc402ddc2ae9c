"""The connection under study, over real sockets to real servers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.bench import a_bench, new_bench, notes, of
from tests.support.bundled_server import running
from tests.support.check_events import in_order, state, tcp
from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.tls_server import Authority
from tests.support.traffic import a_frame, a_message
from tests.support.waiting import until
from wslab.lab import services, workbench
from wslab.lab.connection_view import ConnectionView
from wslab.lab.services import FALLBACK, EchoService
from wslab.lab.workbench import Workbench, WorkbenchError
from wslab.net.client import ConnectFailed, NotOpen
from wslab.net.options import UsageError
from wslab.net.raw import RawClient
from wslab.wire import encoder
from wslab.wire.events import Close, Direction, Event, Frame, Message, Opcode, Phase, Proc, Proto, State
from wslab.wire.rawspec import RawSpecError

C2S, S2C = Direction.C2S, Direction.S2C
WHOLE = (Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED)


def received(bench: Workbench, opcode: int, payload: bytes) -> bool:
    return any(
        (frame.direction, frame.opcode, frame.preview) == (S2C, opcode, payload) for frame in of(bench, Frame)
    )


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


# --- connecting and leaving


async def test_a_path_starts_the_bundled_server_and_connects_to_it() -> None:
    async with a_bench() as bench:
        assert bench.view == ConnectionView()
        assert bench.handshake == (None, None, None, None)
        await bench.connect()
        status = bench.supervisor.status("basic")
        assert (status.state, bench.view.phase) == ("ready", Phase.OPEN)
        assert bench.view.url == f"{status.url}{FALLBACK}"
        assert bench.view.visited == WHOLE[:2]
        judgement, request, response, body = bench.handshake
        assert judgement is not None
        assert judgement.ok
        assert request is not None
        assert request.start_line == "GET /echo HTTP/1.1"
        assert response is not None
        assert response.start_line.startswith("HTTP/1.1 101")
        assert body is None
        await bench.disconnect()
        assert (bench.view.phase, bench.view.code, bench.view.visited) == (Phase.CLOSED, 1000, WHOLE)


async def test_a_url_needs_no_bundled_server() -> None:
    async with running("basic") as server, a_bench() as bench:
        await bench.connect(f"{server.url}/subprotocol")
        assert bench.view.phase is Phase.OPEN
        assert bench.target == f"{server.url}/subprotocol"
        assert not bench.supervisor.status("basic").running
        assert (bench.subprotocol, bench.extensions) == (None, ())


async def test_what_was_agreed_on_is_known() -> None:
    async with a_bench() as bench:
        bench.settings = replace(bench.settings, subprotocols=("chat.v2", "chat.v1"))
        await bench.connect("/subprotocol")
        assert bench.subprotocol == "chat.v2"
        await bench.connect("/compress")
        assert [name.split(";")[0] for name in bench.extensions] == ["permessage-deflate"]


async def test_connecting_replaces_an_open_connection() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.connect("/json")
        assert (bench.view.phase, bench.view.visited) == (Phase.OPEN, WHOLE[:2])
        await bench.send_text("1")
        await until(lambda: [m for m in of(bench, Message) if b'"echo"' in m.preview], "the answer")
        assert [state.phase for state in of(bench, State) if state.conn == 1] == list(WHOLE)
        assert len([event for event in of(bench, Proc) if event.what == "ready"]) == 1


async def test_one_connection_is_opened_at_a_time() -> None:
    async with a_bench() as bench:
        results = await asyncio.gather(*(bench.connect() for _ in range(3)), return_exceptions=True)
        assert [str(result) for result in results if result is not None] == [
            "a connection is being opened already"
        ] * 2
        assert bench.view.phase is Phase.OPEN
        assert {state.conn for state in of(bench, State)} == {1}


async def test_an_attempt_to_connect_can_be_given_up() -> None:
    async with FaultyServer(lambda talk: talk.read_all()) as server, a_bench() as bench:
        attempt = asyncio.ensure_future(bench.connect(server.url))  # noqa: TID251 - its failure is asserted on
        await until(lambda: server.conversations, "the connection")
        await bench.disconnect()
        assert bench.view.phase is Phase.CLOSED
        with pytest.raises(ConnectFailed):
            await attempt


async def test_a_connection_that_fails_says_why() -> None:
    async with a_bench() as bench:
        with pytest.raises(ConnectFailed, match="404") as failed:
            await bench.connect("/nowhere")
        assert failed.value.code == 404
        assert (bench.view.phase, bench.view.code) == (Phase.ERROR, 404)
        judgement, _, response, body = bench.handshake
        assert judgement is not None
        assert not judgement.ok
        assert response is not None
        assert body is not None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(ConnectFailed, match="nobody listens"):
            await bench.connect(f"ws://127.0.0.1:{port}/")
        assert bench.view.visited == (Phase.CONNECTING, Phase.ERROR)
        # Nothing of it is in the way of the next.
        await bench.connect("/echo")
        assert bench.view.phase is Phase.OPEN


@pytest.mark.parametrize("target", ["http//nothing", "ftp://host/", "ws://", "hello", ""])
async def test_a_target_that_is_none_changes_nothing(target: str) -> None:
    async with a_bench() as bench:
        await bench.connect()
        with pytest.raises(ValueError, match=r"."):
            await bench.connect(target)
        assert (bench.view.phase, bench.target) == (Phase.OPEN, FALLBACK)


async def test_disconnecting_with_code_and_reason() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.disconnect(4001, "enough")
        sent, answered = of(bench, Close)
        assert (sent.direction, sent.code, sent.reason) == (C2S, 4001, "enough")
        assert (answered.direction, answered.code) == (S2C, 4001)
        assert (bench.view.phase, bench.view.code) == (Phase.CLOSED, 4001)
        with pytest.raises(WorkbenchError, match="c connects"):
            await bench.disconnect()


@pytest.mark.parametrize(("code", "reason"), [(1005, ""), (999, ""), (5000, ""), (1000, "x" * 124)])
async def test_a_close_that_must_not_be_sent_is_not(code: int, reason: str) -> None:
    async with a_bench() as bench:
        await bench.connect()
        with pytest.raises(UsageError):
            await bench.disconnect(code, reason)
        assert bench.view.phase is Phase.OPEN


async def test_cutting_the_connection() -> None:
    async with a_bench() as bench:
        with pytest.raises(WorkbenchError, match="c connects"):
            await bench.abort()
        await bench.connect()
        await bench.abort()
        assert (bench.view.phase, bench.view.code) == (Phase.CLOSED, 1006)
        assert not of(bench, Close)


async def test_the_server_closes() -> None:
    async with a_bench() as bench:
        await bench.connect("/close/1008?reason=not-here")
        await until(lambda: bench.view.phase is Phase.CLOSED, "the end")
        assert bench.view.code == 1008
        assert "server closed first" in bench.view.why
        assert "not-here" in bench.view.why


# --- sending


async def test_everything_that_can_be_sent_comes_back() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.send_text("hällo")
        await bench.send_binary(b"\x00\xff")
        await bench.send_fragments(["hel", "l", "o!"])
        await bench.ping(b"are you there")
        await bench.ping()
        await bench.pong(b"unasked")
        await bench.send_text("last")
        await until(lambda: received(bench, Opcode.TEXT, b"last"), "the last echo")
        assert received(bench, Opcode.TEXT, "hällo".encode())
        assert received(bench, Opcode.BINARY, b"\x00\xff")
        assert received(bench, Opcode.TEXT, b"hello!")
        assert received(bench, Opcode.PONG, b"are you there")
        sent = [frame for frame in of(bench, Frame) if frame.direction is C2S]
        assert [(frame.opcode, frame.fin) for frame in sent[2:5]] == [(1, False), (0, False), (0, True)]
        own = sent[6]
        assert (own.opcode, len(own.preview)) == (Opcode.PING, 8)
        assert received(bench, Opcode.PONG, own.preview)
        assert (sent[7].opcode, sent[7].preview) == (Opcode.PONG, b"unasked")
        assert all(frame.masked and not frame.violations for frame in sent)
        snapshot = bench.statistics.snapshot()
        assert snapshot.rtt is not None


@pytest.mark.parametrize("ended", [False, True])
async def test_nothing_can_be_sent_without_a_connection(ended: bool) -> None:
    async with a_bench() as bench:
        if ended:
            await bench.connect()
            await bench.disconnect()
        sends = (
            bench.send_text("x"),
            bench.send_binary(b"x"),
            bench.send_fragments(["a", "b"]),
            bench.ping(),
            bench.pong(),
        )
        for send in sends:
            with pytest.raises(WorkbenchError, match="there is no connection: c connects"):
                await send


async def test_nothing_can_be_sent_while_it_closes() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.read_all()  # a Close is never answered

    async with FaultyServer(script) as server, a_bench() as bench:
        bench.settings = replace(bench.settings, close_timeout=0.5)
        await bench.connect(server.url)
        closing = asyncio.ensure_future(bench.disconnect())  # noqa: TID251 - awaited below
        await until(lambda: bench.view.phase is Phase.CLOSING, "closing")
        with pytest.raises(NotOpen):
            await bench.send_text("too late")
        await closing
        assert bench.view.phase is Phase.ERROR


# --- breaking rules


VERDICTS = {
    'text mask=0 "hi"': 1002,
    'text rsv1=1 "hi"': 1002,
    'text rsv2=1 "hi"': 1002,
    'text rsv3=1 "hi"': 1002,
    "opcode=3": 1002,
    "opcode=0xB": 1002,
    'ping "a"*126': 1002,
    'ping fin=0 "x"': 1002,
    'close fin=0 1000 "x"': 1002,
    'cont "lo"': 1002,
    'text fin=0 "a"; text "b"': 1002,
    'text "\\xff"': 1007,
    'text fin=0 "\\xc3"; cont "\\x28"': 1007,
    "close 1005": 1002,
    "close 999": 1002,
    "opcode=8 03": 1002,
    'close 1000 "\\xff"': 1007,
    "81 02 68 69": 1002,
    'text len=0x7fffffff "hi"': 1009,
}


async def test_the_server_judges_each_broken_rule() -> None:
    async with a_bench() as bench:
        codes = {}
        for spec in VERDICTS:
            verdict = await bench.send_raw(spec)
            codes[spec] = verdict.code
            assert notes(bench)[-1] == verdict.text
            assert str(verdict.code) in verdict.text
        assert codes == VERDICTS
        # Our own reader sees the fault in what was sent, not only the server.
        faulty = [frame for frame in of(bench, Frame) if frame.direction is C2S and frame.violations]
        assert len(faulty) >= len(VERDICTS) - 4


async def test_a_raw_connection_is_used_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "VERDICT_WITHIN", 0.3)
    async with a_bench() as bench:
        await bench.connect()
        first = await bench.send_raw('text fin=0 "Hel"')
        assert isinstance(bench.client, RawClient)
        assert first.kind == "silence"
        assert "stays connected" in first.text
        second = await bench.send_raw('cont "lo"')
        assert second.kind == "answered"
        assert received(bench, Opcode.TEXT, b"Hello")
        assert {state.conn for state in of(bench, State)} == {1, 2}
        assert bench.view.phase is Phase.OPEN
        for send in (bench.send_text("x"), bench.send_binary(b""), bench.ping(), bench.pong()):
            with pytest.raises(WorkbenchError, match="raw connection: only /raw sends over it; c connects"):
                await send
        await bench.disconnect()
        assert bench.view.phase is Phase.CLOSED
        await bench.connect()
        await bench.send_text("normal again")
        await until(lambda: received(bench, Opcode.TEXT, b"normal again"), "the echo")


async def test_a_raw_connection_is_cut_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "VERDICT_WITHIN", 0.1)
    async with a_bench() as bench:
        await bench.send_raw("81")
        await bench.abort()
        assert (bench.view.phase, bench.view.code) == (Phase.CLOSED, 1006)
        await bench.send_raw("81")
        await bench.connect()
        assert [state.phase for state in of(bench, State) if state.conn == 2][-1] is Phase.CLOSED
        assert bench.view.phase is Phase.OPEN


async def test_a_handshake_by_hand_that_is_refused() -> None:
    async with a_bench() as bench:
        bench.aim("/reject/403")
        with pytest.raises(ConnectFailed, match="403"):
            await bench.send_raw('text "hi"')
        assert (bench.view.phase, bench.view.code) == (Phase.ERROR, 403)


async def test_bytes_that_are_none_touch_no_connection() -> None:
    async with a_bench() as bench:
        await bench.connect()
        with pytest.raises(RawSpecError):
            await bench.send_raw("no such thing")
        assert (bench.view.phase, bench.view.visited) == (Phase.OPEN, WHOLE[:2])


async def test_raw_bytes_and_a_connect_at_once_leave_one_connection() -> None:
    async with a_bench() as bench:
        await asyncio.gather(bench.connect(), bench.send_raw('text mask=0 "x"'), return_exceptions=True)
        for conn in {state.conn for state in of(bench, State)} - {bench._connections}:
            last = [state.phase for state in of(bench, State) if state.conn == conn][-1]
            assert last in (Phase.CLOSED, Phase.ERROR)


# --- servers


async def test_a_busy_port_leads_to_a_free_one(taken_port: int) -> None:
    async with a_bench(taken_port) as bench:
        await bench.connect()
        assert bench.view.phase is Phase.OPEN
        assert bench.supervisor.status("basic").port not in (0, taken_port)
        assert any(
            f"port {taken_port} is in use; taking a free port instead" in note for note in notes(bench)
        )


async def test_a_server_that_cannot_start_is_told(tmp_path: Path) -> None:
    bench = new_bench(path=tmp_path / "missing.py")
    with pytest.raises(WorkbenchError, match="basic"):
        await bench.connect()
    assert bench.view.phase is Phase.DISCONNECTED
    assert bench.supervisor.status("basic").state == "failed"
    await bench.close()


async def test_a_killed_server_shows_and_the_next_connect_starts_it_again() -> None:
    async with a_bench() as bench:
        await bench.connect()
        pid = bench.supervisor.status("basic").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: bench.view.phase is Phase.ERROR, "the end of the connection")
        assert bench.view.code == 1006
        await until(lambda: bench.supervisor.status("basic").state == "crashed", "the crash")
        await bench.connect()
        assert bench.view.phase is Phase.OPEN
        assert bench.supervisor.status("basic").pid != pid


async def test_a_server_that_is_stopped_says_goodbye() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.supervisor.stop("basic")
        await until(lambda: bench.view.phase is Phase.CLOSED, "the end")
        assert bench.view.code == 1001


async def test_closing_during_the_start_of_a_server() -> None:
    async with a_bench() as bench:
        attempt = asyncio.ensure_future(bench.connect())  # noqa: TID251 - its failure is asserted on
        await until(lambda: bench.supervisor.status("basic").state == "starting", "the start")
        await bench.close()
        with pytest.raises((WorkbenchError, ConnectFailed)):
            await attempt


# --- public services


def only_public(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(services, "SERVICES", (EchoService("here", url, "a stand-in"),))


async def test_a_public_service_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    async with serve(echo, "127.0.0.1", 0, ssl=authority.server()) as server, a_bench() as bench:
        url = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        only_public(monkeypatch, url)
        bench.settings = replace(bench.settings, ca_file=authority.ca_file)
        await bench.connect(url)
        await bench.send_text("over TLS")
        await until(lambda: received(bench, Opcode.TEXT, b"over TLS") or bench.extensions, "the echo")
        assert bench.client is not None
        assert bench.client.options.open_timeout == services.REACH_TIMEOUT == 5
        assert (bench.target, bench.view.phase) == (url, Phase.OPEN)


async def test_a_public_service_that_does_not_answer_leads_to_the_bundled_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbench, "REACH_TIMEOUT", 0.2)
    async with FaultyServer(lambda talk: talk.read_all()) as server, a_bench() as bench:
        only_public(monkeypatch, server.url)
        with pytest.raises(WorkbenchError, match=r"127.0.0.1 can't be reached .*0.2 s.*press c") as told:
            await bench.connect(server.url)
        assert notes(bench) == [str(told.value)]
        assert (bench.view.phase, bench.target) == (Phase.ERROR, FALLBACK)
        await bench.connect()
        assert bench.view.phase is Phase.OPEN


async def test_a_public_service_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    only_public(monkeypatch, "wss://echo.invalid")
    async with a_bench() as bench:
        with pytest.raises(WorkbenchError, match=r"echo\.invalid can't be reached"):
            await bench.connect("wss://echo.invalid/anything")
        assert bench.target == FALLBACK


async def test_any_other_server_is_not_swapped_for_the_bundled_one() -> None:
    async with a_bench() as bench:
        with pytest.raises(ConnectFailed):
            await bench.connect("ws://nobody.invalid/")
        assert bench.target == "ws://nobody.invalid/"


def test_the_choices_can_all_be_aimed_at() -> None:
    bench = new_bench()
    for target, note in bench.choices():
        bench.aim(target)
        assert note


# --- coming back


async def test_it_comes_back_when_the_server_does() -> None:
    async with a_bench() as bench:
        await bench.set_reconnect(True)
        await bench.connect()
        await bench.supervisor.restart("basic")
        await until(lambda: bench.view.phase is Phase.OPEN and bench._connections > 1, "the comeback")
        assert [close.code for close in of(bench, Close) if close.first] == [1012]
        await bench.send_text("back again")
        await until(lambda: received(bench, Opcode.TEXT, b"back again"), "the echo")
        assert bench.reconnect
        assert bench.returning == ""
        # And once more.
        connections = bench._connections
        await bench.supervisor.restart("basic")
        await until(
            lambda: bench.view.phase is Phase.OPEN and bench._connections > connections, "the second comeback"
        )
        # A connection that is ended on purpose stays ended.
        await bench.disconnect()
        await until(lambda: bench._back._keeping is None, "the end of coming back")
        assert (bench.view.phase, bench.returning) == (Phase.CLOSED, "")


async def test_it_can_be_switched_on_while_connected() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.set_reconnect(True)
        with pytest.raises(UsageError):
            await bench.disconnect(1005)  # has no effect at all
        await bench.supervisor.restart("basic")
        await until(lambda: bench.view.phase is Phase.OPEN and bench._connections > 1, "the comeback")


async def test_it_can_be_switched_off_while_connected() -> None:
    async with a_bench() as bench:
        await bench.set_reconnect(True)
        await bench.connect()
        await bench.set_reconnect(False)
        assert bench.view.phase is Phase.OPEN
        await bench.supervisor.restart("basic")
        await until(lambda: bench._back._keeping is None, "the end of coming back")
        assert (bench.view.phase, bench.view.code, bench._connections) == (Phase.CLOSED, 1012, 1)
        # On and off and on again is on.
        await bench.connect()
        await bench.set_reconnect(True)
        await bench.set_reconnect(False)
        await bench.set_reconnect(True)
        await bench.supervisor.restart("basic")
        await until(lambda: bench.view.phase is Phase.OPEN and bench._connections > 2, "the comeback")


async def counting_down(bench: Workbench) -> None:
    """Lose the server for good and wait for a pause that is long enough to act in."""
    await bench.set_reconnect(True)
    await bench.connect()
    await bench.supervisor.stop("basic")
    await until(
        lambda: (
            bench._back._reconnector is not None
            and (bench._back._reconnector.remaining or 0) > 0.2
            and bench._back._reconnector.attempts > 0
        ),
        "a long pause",
        timeout=30,
    )


async def test_the_countdown_shows_and_disconnecting_stops_it() -> None:
    async with a_bench() as bench:
        await counting_down(bench)
        assert bench.returning.startswith("connecting again in ")
        assert "(attempt " in bench.returning
        assert bench.view.phase is Phase.ERROR
        await bench.disconnect()
        assert bench.returning == ""
        assert notes(bench)[-1] == "stopped trying to come back"
        with pytest.raises(WorkbenchError, match="c connects"):
            await bench.disconnect()
        assert bench.reconnect  # holds for the next connection


@pytest.mark.parametrize("how", ["connect", "off", "abort", "close"])
async def test_other_ends_of_the_countdown(how: str) -> None:
    async with a_bench() as bench:
        await counting_down(bench)
        if how == "connect":
            await bench.connect()
            assert bench.view.phase is Phase.OPEN
        elif how == "off":
            await bench.set_reconnect(False)
        elif how == "abort":
            await bench.abort()
        else:
            await bench.close()
        assert bench.returning == ""


@pytest.mark.parametrize("code", [1002, 1008, 4401])
async def test_codes_that_say_do_not_come_back(code: int) -> None:
    async with a_bench() as bench:
        await bench.set_reconnect(True)
        await bench.connect(f"/close/{code}")
        await until(lambda: bench.view.phase is Phase.CLOSED and bench._back._keeping is None, "the end")
        assert (bench.view.code, bench._connections) == (code, 1)


async def test_a_refusal_ends_coming_back() -> None:
    async def script(talk: Conversation) -> None:
        if talk.number == 1:
            await talk.upgrade(encoder.encode_frame(8, encoder.close_body(1012, "")))
            await talk.reader.readexactly(8)
        else:
            await talk.read_head()
            await talk.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    async with FaultyServer(script) as server, a_bench() as bench:
        await bench.set_reconnect(True)
        await bench.connect(server.url)
        await until(lambda: bench._connections > 1 and bench._back._keeping is None, "the end of coming back")
        assert notes(bench)[-1].startswith("not trying again after 1 attempt: ")
        assert "403" in notes(bench)[-1]


# --- the log


async def test_listeners_hear_everything_but_frames_and_messages() -> None:
    heard: list[Event] = []
    async with a_bench() as bench:
        bench.listen(heard.append)
        await bench.connect()
        await bench.send_text("hello")
        await until(lambda: received(bench, Opcode.TEXT, b"hello"), "the echo")
        bench.note("look", "here")
        await bench.disconnect()
    kinds = {type(event).__name__ for event in heard}
    assert kinds >= {"State", "Http", "Tcp", "Close", "Proc", "Ui"}
    assert not kinds & {"Frame", "Message"}


async def test_the_log_holds_every_event_in_order() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.send_text("hello")
        await bench.disconnect()
    numbers = [event.seq for event in bench.journal.slice(bench.journal.first, bench.journal.total)]
    assert numbers
    assert numbers == sorted(set(numbers))


async def test_closing_twice_does_no_harm() -> None:
    async with a_bench() as bench:
        await bench.connect()
        await bench.close()
        await bench.close()
        assert bench.view.phase is Phase.CLOSED


# --- what was seen elsewhere


async def test_what_was_seen_elsewhere_is_in_the_log_and_counts_for_nothing() -> None:
    async with a_bench() as bench:
        await bench.connect()
        judged: list[Event] = []
        bench.judge = judged.extend
        told: list[Event] = []
        bench.listen(told.append)
        view, code = bench.view, bench.transcript.python()
        frames = bench.statistics.snapshot().sent.frames
        last = bench.journal.get(bench.journal.total - 1)
        assert last is not None
        elsewhere = in_order(tcp("open"), state(Phase.ERROR), a_frame(1, b"theirs"), a_message(1))
        shown = bench.insert(elsewhere)
        assert bench.journal.slice(bench.journal.total - 4, bench.journal.total) == shown
        assert [event.seq for event in shown] == list(range(last.seq + 1, last.seq + 5))
        assert {event.conn for event in shown} == {2}
        assert [event.t for event in shown] == [event.t for event in elsewhere]
        assert (bench.view, bench.transcript.python(), judged, told) == (view, code, [], [])
        assert bench.statistics.snapshot().sent.frames == frames
        # The connection goes on as it was, and the next one has a number of its own.
        await bench.disconnect()
        assert bench.view.phase is Phase.CLOSED
        await bench.connect()
        assert {event.conn for event in of(bench, Frame)} == {1, 2}
        assert of(bench, State)[-1].conn == 3


async def test_messages_are_decoded_as_it_is_told() -> None:
    async with a_bench() as bench:
        bench.decode_as("mqtt")
        await bench.connect("/echo")
        await bench.send_binary(b"\xc0\x00")
        await until(lambda: len(of(bench, Proto)) == 2, "the packet and its echo")
        assert {unit.name for unit in of(bench, Proto)} == {"PINGREQ"}
        units = bench.statistics.snapshot().received.units
        assert [(unit.name, unit.units) for unit in units] == [("PINGREQ", 1)]
        bench.decode_as("auto")
        await bench.send_binary(b"\xc0\x00")
        await until(lambda: len(of(bench, Message)) == 4, "the echo")
        assert len(of(bench, Proto)) == 2
        with pytest.raises(UsageError, match="there is no decoding"):
            bench.decode_as("x")

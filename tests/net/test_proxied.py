"""One connection through the tap: bytes, ends and what is told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.recorder import Recorder
from tests.support.tapped import Gate, Peer, Tap, dial, joined, listening, others
from tests.support.waiting import until
from tests.support.wire_streams import answer, pieces, request
from wslab.net import proxied
from wslab.net.proxy import TapProxy
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Body, Close, Direction, Event, Frame, Http, Message, Phase, State, Tcp

C2S, S2C = Direction.C2S, Direction.S2C
MASK = b"abcd"
REQUEST = request()
NOBODY = "ws://127.0.0.1:1"
NOBODY_LISTENS = "127.0.0.1:1"


async def open_through(tap: Tap, client: Peer, server: Peer, *, behind: bytes = b"") -> None:
    """Do a handshake; `behind` follows the answer at once."""
    client.transport.write(REQUEST)
    await until(lambda: b"\r\n\r\n" in server.received, "the request")
    server.transport.write(answer() + behind)
    await client.got(answer() + behind)
    assert tap.log.phases[:2] == [Phase.CONNECTING, Phase.OPEN]


async def stands_still(sender: Peer) -> int:
    """Wait until nothing more is taken from a sender; return what it has left."""
    left = -1
    while left != (left := sender.transport.get_write_buffer_size()):
        for _ in range(200):
            await asyncio.sleep(0)
    return left


def ends(tap: Tap) -> list[tuple[str, Direction | None]]:
    return [(event.what, event.direction) for event in tap.log.of(Tcp)]


async def test_states_follow_the_wire() -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server, behind=encode_frame(1, b"hi"))
        client.transport.write(encode_frame(8, close_body(4001, "enough"), mask=MASK))
        await until(lambda: len(tap.log.phases) == 3, "CLOSING")
        server.transport.write(encode_frame(8, close_body(4001)))
        server.transport.close()
        await until(lambda: client.ended, "the FIN")
        client.transport.close()
        final = await tap.final()
    assert tap.log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED]
    assert (final.side, final.code) == ("client", 4001)
    assert "the client closed first with 4001" in final.why
    assert ends(tap) == [("open", None), ("fin", S2C), ("fin", C2S)]
    # OPEN stands between the 101 and what came with it.
    kinds = [type(event) for event in tap.log.events]
    assert kinds[:7] == [State, Tcp, Http, Http, State, Frame, Message]


async def test_frames_right_behind_the_request_and_a_close_among_them() -> None:
    early = encode_frame(1, b"early", mask=MASK) + encode_frame(8, close_body(1000), mask=MASK)
    async with joined() as (tap, client, server):
        client.transport.write(REQUEST + early)
        await until(lambda: server.received.endswith(early), "what was pipelined")
        server.transport.write(answer())
        await until(lambda: Phase.CLOSING in tap.log.phases, "CLOSING")
    assert [frame.name for frame in tap.log.frames(C2S)] == ["TEXT", "CLOSE"]


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_fin_is_passed_on_as_a_fin_and_the_other_way_stays_open(who: str) -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        first, second = (client, server) if who == "client" else (server, client)
        before, mask = bytes(first.received), None if who == "client" else MASK
        first.transport.write_eof()
        await until(lambda: second.ended, "the FIN")
        late = encode_frame(2, b"late", mask=mask)
        second.transport.write(late)
        await first.got(before + late)
        assert not first.ended
        second.transport.write_eof()
        final = await tap.final()
        assert not client.reset
        assert not server.reset
    assert ends(tap)[1:] == [
        ("fin", C2S if who == "client" else S2C),
        ("fin", S2C if who == "client" else C2S),
    ]
    assert (final.phase, final.side, final.code) == (Phase.ERROR, who, 1006)
    assert final.why.startswith(f"the {who} ended the TCP connection without a Close frame")


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_reset_is_passed_on_as_a_reset(who: str) -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        first, second = (client, server) if who == "client" else (server, client)
        first.break_off()
        await until(lambda: second.lost, "the reset")
        assert second.reset
        final = await tap.final()
    assert ends(tap)[1:] == [("reset", C2S if who == "client" else S2C)]
    assert (final.phase, final.side, final.code) == (Phase.ERROR, who, 1006)
    assert f"the {who} broke the TCP connection off" in final.why


async def test_who_sends_to_a_socket_that_was_closed_gets_a_reset() -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        client.transport.close()
        await until(lambda: server.ended, "the FIN")
        await until(lambda: client.lost, "the end of the client")
        server.transport.write(encode_frame(1, b"anybody there?") * 2)
        await until(
            lambda: Phase.ERROR in tap.log.phases or server.lost or server.transport.write(b"x"), "a reset"
        )
        final = await tap.final()
    assert ends(tap)[1:] == [("fin", C2S), ("reset", S2C)]
    assert final.side == "client"


async def test_cut_resets_both_sides() -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        assert tap.connections == (1,)
        tap.cut(2)
        tap.cut(1)
        tap.cut(1)
        await until(lambda: client.lost and server.lost, "the resets")
        assert client.reset
        assert server.reset
        final = await tap.final()
        assert tap.connections == ()
        tap.cut(1)
    assert ends(tap)[1:] == [("reset", None)]
    assert (final.phase, final.side, final.code) == (Phase.ERROR, "", 1006)
    assert "the tap cut" in final.why


async def test_a_frame_that_is_cut_in_the_middle_is_told() -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        client.transport.write(encode_frame(1, b"hello", mask=MASK)[:-2])
        client.transport.write_eof()
        await until(lambda: server.ended, "the FIN")
        server.transport.close()
        final = await tap.final()
    assert "in the middle of a TEXT frame" in tap.log.of(Tcp)[1].detail
    assert "in the middle of a TEXT frame" in final.why


async def test_plain_http_is_relayed() -> None:
    async with joined() as (tap, client, server):
        client.transport.write(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: server.received, "the request")
        assert tap.options.place.encode() in server.received
        server.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        server.transport.close()
        await until(lambda: client.ended, "the FIN")
        client.transport.close()
        final = await tap.final()
    assert client.received.endswith(b"\r\n\r\nhello")
    assert [body.preview for body in tap.log.of(Body)] == [b"hello"]
    assert (final.phase, final.code) == (Phase.CLOSED, 200)
    assert final.why == "HTTP without WebSocket: the server answered 200 OK"


async def test_a_handshake_that_is_refused_is_an_error() -> None:
    async with joined() as (tap, client, server):
        client.transport.write(REQUEST)
        await until(lambda: server.received, "the request")
        server.transport.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        server.transport.close()
        await until(lambda: client.ended, "the FIN")
        client.transport.close()
        final = await tap.final()
    assert (final.phase, final.side, final.code) == (Phase.ERROR, "server", 403)


async def test_ends_before_any_answer() -> None:
    async with joined() as (tap, client, server):
        client.transport.write(REQUEST[:20])
        client.transport.write_eof()
        await server.got(REQUEST[:20])
        server.transport.close()
        final = await tap.final()
    assert (final.phase, final.side) == (Phase.ERROR, "client")
    assert final.why == "the client ended the TCP connection before the opening handshake was done"


async def test_a_server_that_is_down_is_a_502_that_says_why() -> None:
    async with Tap(NOBODY) as tap:
        client = await tap.dial()
        client.transport.write(REQUEST)
        await until(lambda: client.ended, "the answer")
        client.transport.write_eof()
        final = await tap.final()
    head, _, body = bytes(client.received).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert b"text/plain" in head
    assert f"Content-Length: {len(body)}".encode() in head
    assert body == f"{final.why}\n".encode()
    assert (final.phase, final.code) == (Phase.ERROR, 502)
    assert f"the tap cannot reach {NOBODY}: nobody listens on {NOBODY_LISTENS}:" in final.why
    assert [event.start_line for event in tap.log.of(Http)][1] == "HTTP/1.1 502 Bad Gateway"


@pytest.mark.parametrize("sent", [b"", REQUEST[:9], REQUEST])
async def test_a_client_that_does_not_wait_for_the_502(sent: bytes) -> None:
    async with Tap(NOBODY) as tap:
        client = await tap.dial()
        client.transport.write(sent)
        client.transport.close()
        final = await tap.final()
    assert "nobody listens" in final.why


async def test_a_client_that_stays_after_the_502_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxied, "FAREWELL", 0)
    async with Tap(NOBODY) as tap:
        client = await tap.dial()
        client.transport.write(REQUEST)
        await until(lambda: client.ended, "the answer")
        await tap.final()


async def test_a_server_that_does_not_answer_in_time() -> None:
    async with Gate(NOBODY) as gate, Tap(NOBODY, open_timeout=0.01) as tap:
        client = await tap.dial()
        await gate.waiting.wait()
        client.transport.write(REQUEST)
        await until(lambda: client.ended, "the answer")
        client.transport.close()
        final = await tap.final()
    assert f"nothing for 0.01 s: no TCP connection to {NOBODY_LISTENS}" in final.why


async def test_a_client_that_leaves_before_the_server_is_there() -> None:
    async with Gate(NOBODY) as gate, Tap(NOBODY) as tap:
        client = await tap.dial()
        await gate.waiting.wait()
        client.break_off()
        final = await tap.final()
    assert (final.phase, final.side) == (Phase.ERROR, "client")
    assert "with a reset before the opening handshake was done" in final.why


@pytest.mark.parametrize("end", [False, True])
async def test_what_comes_before_the_server_is_there_waits_within_bounds(end: bool) -> None:
    """A client that floods is not read on while there is nobody to send to."""
    flood = b"\0" * (32 * 2**20)
    async with listening() as (url, came), Gate(url) as gate, Tap(url) as tap:
        client = await tap.dial()
        client.transport.write(flood)
        if end:
            client.transport.write_eof()
        await gate.waiting.wait()
        connection = tap._connections[1]
        await until(lambda: len(connection._waiting) > proxied.WAITING_LIMIT, "the first of it")
        assert await stands_still(client) > 0
        assert len(connection._waiting) < proxied.WAITING_LIMIT + 2**19
        gate.open()
        await until(lambda: came and len(came[0].received) == len(flood), "all of it", 30)
        await until(lambda: came[0].ended or not end, "the FIN")


@pytest.mark.parametrize("direction", [C2S, S2C])
async def test_a_slow_reader_makes_the_sender_wait(direction: Direction) -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        sender, reader = (client, server) if direction is C2S else (server, client)
        already = len(reader.received)
        reader.transport.pause_reading()
        mask = MASK if direction is C2S else None
        flood = encode_frame(2, b"\0" * 2**20, mask=mask) * 32
        sender.transport.write(flood)
        connection = tap._connections[1]
        target = connection._server if direction is C2S else connection.client

        await until(lambda: target.transport.get_write_buffer_size() > 2**16, "the congestion")
        assert await stands_still(sender) > 0
        assert target.transport.get_write_buffer_size() < 2**19
        reader.transport.resume_reading()
        await until(lambda: len(reader.received) == already + len(flood), "all of it", 30)
        assert reader.received[already:] == flood
    assert len(tap.log.of(Message)) == 32


async def test_one_huge_frame_byte_by_byte_and_in_one_go() -> None:
    async with joined(preview_limit=10) as (tap, client, server):
        await open_through(tap, client, server)
        before = len(server.received)
        small, huge = encode_frame(1, b"slowly", mask=MASK), encode_frame(2, b"x" * 5_000_000, mask=MASK)
        for number in range(len(small)):
            client.transport.write(small[number : number + 1])
            await until(lambda done=number: len(server.received) > before + done, "a byte")
        client.transport.write(huge)
        await until(lambda: len(server.received) == before + len(small) + len(huge), "all of it")
        assert server.received[before:] == small + huge
        await until(lambda: len(tap.log.of(Message)) == 2, "the message")
    text, binary = tap.log.of(Message)
    assert (text.preview, binary.length, binary.preview) == (b"slowly", 5_000_000, b"x" * 10)


sides = st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=300)), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    traffic=sides,
    opening=st.sampled_from(
        [b"", REQUEST, b"\x16\x03\x01", b"SSH-2.0-x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    ),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
async def test_any_bytes_arrive_as_they_are(
    traffic: list[tuple[bool, bytes]], opening: bytes, sizes: list[int]
) -> None:
    """Garbage included, in any order and portion, and with both ends. Only Host may become another."""
    to_server = opening + b"".join(data for by_client, data in traffic if by_client)
    to_client = b"".join(data for by_client, data in traffic if not by_client)
    async with joined() as (tap, client, server):
        await until(lambda: tap.log.of(Tcp), "the tap to see it")
        for piece in pieces(opening, sizes):
            client.transport.write(piece)
        for by_client, data in traffic:
            for piece in pieces(data, sizes):
                (client if by_client else server).transport.write(piece)
                await asyncio.sleep(0)
        client.transport.write_eof()
        server.transport.write_eof()
        await until(lambda: client.ended and server.ended, "the ends")
        await tap.final()
    assert bytes(client.received) == to_client
    got = bytes(server.received)
    if opening == REQUEST:
        got = got.replace(tap.options.place.encode(), b"server.example.com", 1)
    assert got == to_server


async def test_a_sink_that_fails_ends_the_connection_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    fails = True
    log = Recorder()

    def sink(events: Sequence[Event]) -> None:
        if fails and any(isinstance(event, Message) for event in events):
            raise ZeroDivisionError("the sink")
        log(events)

    async with listening() as (url, came), TapProxy(url, Clock(), sink) as tap:
        client = await dial(tap.url)
        client.transport.write(REQUEST)
        await until(lambda: came and b"\r\n\r\n" in came[0].received, "the request")
        came[0].transport.write(answer())
        await until(lambda: Phase.OPEN in log.phases, "OPEN")
        client.transport.write(encode_frame(1, b"boom", mask=MASK))
        await until(lambda: client.lost and came[0].lost and not tap.connections, "the end")
        assert "the tap broke it off: ZeroDivisionError: the sink" in log.of(State)[-1].why
        fails = False
        second = await dial(tap.url)
        second.break_off()
        await until(lambda: log.events[-1].conn == 2 and log.phases[-1] is Phase.ERROR, "the next one")
        assert second.lost
    assert "ZeroDivisionError" in caplog.text


async def test_hundreds_of_connections_leave_nothing_behind() -> None:
    async def serve(talk: Conversation) -> None:
        await talk.upgrade()
        if talk.number % 4 == 0:
            talk.reset()
        elif talk.number % 4 != 1:
            await talk.read_all()

    before = others()
    async with FaultyServer(serve) as server, Tap(server.url) as tap:
        for number in range(1, 401):
            reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
            writer.write(REQUEST)
            if number % 4 == 2:
                await reader.readuntil(b"\r\n\r\n")
                tap.cut(number)
            elif number % 4 == 3:
                writer.write_eof()
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await until(lambda: not tap.connections, "the end of the last one")
        finals = [state for state in tap.log.of(State) if state.phase is Phase.ERROR]
        assert [state.conn for state in finals] == list(range(1, 401))
        assert {event.detail for event in tap.log.of(Tcp) if event.what != "open"} == {""}
    await until(lambda: others() <= before, "the end of every task")


async def test_close_frames_are_read_whoever_sends_the_first() -> None:
    async with joined() as (tap, client, server):
        await open_through(tap, client, server)
        server.transport.write(encode_frame(8, close_body(1012, "restart")))
        await until(lambda: tap.log.of(Close), "the Close frame")
        client.transport.close()
        server.transport.close()
        final = await tap.final()
    assert (final.phase, final.side, final.code) == (Phase.CLOSED, "server", 1012)

"""States and ends of a connection, told from its bytes alone."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.recorder import Recorder
from tests.support.wire_streams import answer, request
from wslab.net.lifecycle import GIVEN_UP, ConnectFailed, Lifecycle
from wslab.net.options import ConnectOptions
from wslab.net.raw import build_request
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Phase, Proto, State, Tcp
from wslab.wire.handshake import accept_working

C2S, S2C = Direction.C2S, Direction.S2C


@pytest.fixture
def log() -> Recorder:
    return Recorder()


@pytest.fixture
async def life(log: Recorder) -> Lifecycle:
    """A connection that is open."""
    life = Lifecycle(1, Clock(), log, preview_limit=100)
    life.move(Phase.CONNECTING)
    life.tcp_opened("here > there")
    life.emit(life.reader.receive(C2S, build_request(ConnectOptions("ws://h/", compression=False))))
    assert life.reader.request is not None
    accept = accept_working(dict(life.reader.request.headers)["Sec-WebSocket-Key"]).accept
    head = f"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    assert life.take_answer(head.encode() + b"rest") == b"rest"
    life.move(Phase.OPEN)
    return life


def pass_close(life: Lifecycle, direction: Direction, code: int) -> None:
    mask = b"abcd" if direction is C2S else None
    life.emit(life.reader.receive(direction, encode_frame(8, close_body(code, "why"), mask=mask)))


@pytest.mark.parametrize(("first", "side"), [(C2S, "client"), (S2C, "server")])
async def test_whoever_sends_the_first_close_frame_closed(
    life: Lifecycle, log: Recorder, first: Direction, side: str
) -> None:
    pass_close(life, first, 4001)
    assert (life.phase, log.of(State)[-1].side) == (Phase.CLOSING, side)
    pass_close(life, first.other, 1000)
    life.tcp_lost(None, None)
    final = await life.wait_closed()
    assert (final.phase, final.side, final.code) == (Phase.CLOSED, side, 4001)


@pytest.mark.parametrize(
    ("error", "cause", "side", "words"),
    [
        (None, None, "server", "ended the TCP connection without a Close frame"),
        (ConnectionResetError(), None, "server", "TCP reset"),
        (LookupError("own"), None, "client", "LookupError: own"),
        (None, LookupError("own"), "client", "LookupError: own"),
    ],
)
async def test_a_loss_without_close_frames_is_an_error(
    life: Lifecycle, error: Exception | None, cause: Exception | None, side: str, words: str
) -> None:
    life.tcp_lost(error, cause)
    final = await life.wait_closed()
    assert (final.phase, final.side, final.code) == (Phase.ERROR, side, 1006)
    assert words in final.why
    assert "1006" in str(life.not_open())


async def test_each_direction_ends_once(life: Lifecycle, log: Recorder) -> None:
    for _ in range(2):
        life.half_closed(S2C)
        life.half_closed(C2S)
    life.tcp_lost(None, None)
    life.tcp_lost(None, None)
    assert [(tcp.what, tcp.direction) for tcp in log.of(Tcp)] == [("open", None), ("fin", S2C), ("fin", C2S)]
    assert log.phases.count(Phase.ERROR) == 1


async def test_nothing_ends_that_never_began(log: Recorder) -> None:
    life = Lifecycle(1, Clock(), log, preview_limit=1)
    life.half_closed(S2C)
    life.tcp_lost(None, None)
    assert log.events == []
    assert "disconnected" in str(life.not_open())


async def test_a_failure_is_an_error_unless_it_was_wanted(log: Recorder) -> None:
    for wanted, phase in ((False, Phase.ERROR), (True, Phase.CLOSED)):
        life = Lifecycle(1, Clock(), log, preview_limit=1)
        life.move(Phase.CONNECTING)
        if wanted:
            life.give_up()
        with pytest.raises(ConnectFailed, match="given up"):
            life.fail(GIVEN_UP, None)
        assert (await life.wait_closed()).phase is phase
        with pytest.raises(RuntimeError, match="make a new one"):
            life.check_unused()


async def test_waiting_ends_with_the_final_state(life: Lifecycle) -> None:
    waiting = asyncio.ensure_future(life.wait_closed())  # noqa: TID251
    await asyncio.sleep(0)
    assert not waiting.done()
    life.tcp_lost(None, None)
    assert (await waiting) is life.final


@pytest.mark.parametrize(
    ("subprotocol", "name"), [("graphql-transport-ws", "unauthorized"), ("chat", "application code, refused")]
)
async def test_close_codes_mean_what_the_subprotocol_says(log: Recorder, subprotocol: str, name: str) -> None:
    life = Lifecycle(1, Clock(), log, preview_limit=100)
    life.move(Phase.CONNECTING)
    life.tcp_opened("here > there")
    life.emit(life.reader.receive(C2S, request("", subprotocol)))
    life.take_answer(answer("", subprotocol))
    life.move(Phase.OPEN)
    assert life.subprotocol == subprotocol
    pass_close(life, S2C, 4401)
    life.tcp_lost(None, None)
    assert f"4401 {name}" in next(event for event in log.of(State) if event.phase is Phase.CLOSING).why
    assert life.final is not None
    assert f"4401 {name}" in life.final.why


async def test_decoding_is_chosen_and_changed(log: Recorder) -> None:
    life = Lifecycle(1, Clock(), log, preview_limit=100, decoding="mqtt")
    life.emit(life.reader.receive(C2S, request()))
    life.take_answer(answer())
    life.emit(life.reader.receive(S2C, encode_frame(2, b"\xd0\x00")))
    life.decode_as("text")
    life.emit(life.reader.receive(S2C, encode_frame(2, b"\xd0\x00")))
    assert [event.name for event in log.of(Proto)] == ["PINGRESP"]

"""One TCP or TLS connection of the tap."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from tests.support.tapped import Peer, dial
from tests.support.tls_server import Authority
from tests.support.waiting import until
from wslab.net.leg import Leg
from wslab.wire.events import Direction


class Diary:
    """A relay that writes down what happens."""

    def __init__(self) -> None:
        self.happened: list[object] = []
        self.hold = False

    def made(self, leg: Leg) -> None:
        self.happened.append("made")
        if self.hold:
            leg.transport.pause_reading()

    def took(self, leg: Leg, data: bytes) -> None:
        self.happened.append(data)

    def ended(self, leg: Leg) -> None:
        self.happened.append("ended")

    def lost(self, leg: Leg, error: Exception | None) -> None:
        self.happened.append(error)

    def congested(self, leg: Leg, congested: bool) -> None:
        self.happened.append(congested)


class Listener:
    """Accepts one connection as a leg."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.leg = Leg(Direction.C2S, self.diary)

    async def __aenter__(self) -> Listener:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self.leg, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.leg.abort(reset=False)
        await until(lambda: not self.leg.alive, "the end")


async def close(peer: Peer) -> None:
    peer.transport.abort()
    await until(lambda: peer.lost, "the end of the peer")


async def test_nothing_can_be_done_before_it_is_there() -> None:
    leg = Leg(Direction.C2S, Diary())
    leg.write(b"x")
    leg.end_writing()
    leg.hold_reading()
    leg.go_on_reading()
    leg.close()
    leg.abort(reset=True)
    assert not leg.alive


async def test_a_fin_leaves_the_other_way_open() -> None:
    async with Listener() as listener:
        peer = await dial(listener.url)
        peer.transport.write(b"hello")
        peer.transport.write_eof()
        await until(lambda: "ended" in listener.diary.happened, "the FIN")
        listener.leg.write(b"still here")
        listener.leg.end_writing()
        listener.leg.end_writing()
        listener.leg.write(b"dropped, and no error")
        await until(lambda: peer.ended, "the FIN back")
        assert bytes(peer.received) == b"still here"
        assert not peer.lost
        await close(peer)
    assert listener.diary.happened == ["made", b"hello", "ended", None]


@pytest.mark.parametrize("reset", [True, False])
async def test_abort(reset: bool) -> None:
    async with Listener() as listener:
        peer = await dial(listener.url)
        await until(lambda: listener.leg.alive, "the connection")
        listener.leg.abort(reset=reset)
        await until(lambda: peer.lost or peer.ended, "the end")
        assert peer.reset is reset
        await close(peer)


async def test_what_breaks_here_breaks_for_the_peer(caplog: pytest.LogCaptureFixture) -> None:
    async with Listener() as listener:
        error = ZeroDivisionError("own fault")

        def fail(_leg: Leg, _data: bytes) -> None:
            raise error

        listener.diary.took = fail  # type: ignore[method-assign]
        peer = await dial(listener.url)
        peer.transport.write(b"x")
        await until(lambda: peer.lost, "the reset")
        assert peer.reset
    assert listener.diary.happened == ["made", error]
    assert "own fault" in caplog.text


async def test_congestion_is_told() -> None:
    async with Listener() as listener:
        peer = await dial(listener.url)
        await until(lambda: listener.leg.alive, "the connection")
        peer.transport.pause_reading()
        listener.leg.write(b"\0" * 16 * 2**20)
        await until(lambda: True in listener.diary.happened, "congestion")
        peer.transport.resume_reading()
        await until(lambda: False in listener.diary.happened, "its end")
        await close(peer)


async def test_tls_hands_over_what_came_with_its_handshake_when_released(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with Listener() as listener:
        trust = ssl.create_default_context(cafile=authority.ca_file)
        context = authority.server("localhost")
        # What the client sends first is for TLS: nobody else may read it.
        listener.diary.hold = True
        dialing = asyncio.ensure_future(dial(listener.url, trust))  # noqa: TID251
        await until(lambda: listener.leg.alive, "the connection")
        await listener.leg.start_tls(context, 10)
        peer = await dialing
        peer.transport.write(b"early")
        await until(lambda: listener.leg._early == [b"early"], "the early bytes")
        peer.transport.close()
        await until(lambda: listener.leg._early_loss, "the early end")
        assert listener.diary.happened == ["made"]
        listener.leg.release()
        await until(lambda: peer.lost, "the end of the peer")
    assert listener.diary.happened == ["made", b"early", "ended", None]


async def test_tls_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async with Listener() as listener:
        peer = await dial(listener.url)
        peer.transport.write(b"GET / HTTP/1.1\r\n\r\n")
        await until(lambda: listener.leg.alive, "the connection")
        with pytest.raises(ssl.SSLError):
            await listener.leg.start_tls(Authority(tmp_path).server(), 10)
        assert not listener.leg.alive
        await until(lambda: peer.ended or peer.lost, "the end")
        await close(peer)

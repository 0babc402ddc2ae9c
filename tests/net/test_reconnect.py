"""Coming back: the pauses, the reasons to stop, and that nothing sleeps or stays."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.recorder import Recorder
from tests.support.waiting import until
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.net.reconnect import Backoff, Reconnector, Waiting, may_help
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Phase, State


class Time:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.clock = Clock(monotonic=lambda: self.now, wall=lambda: 0.0)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class Fleet:
    """Makes clients to one server and keeps them."""

    def __init__(self, url: str, time: Time) -> None:
        self.url = url
        self.time = time
        self.clients: list[Client] = []
        self.log = Recorder()

    def make(self) -> Client:
        client = Client(
            ConnectOptions(self.url, close_timeout=0.1), len(self.clients) + 1, self.time.clock, self.log
        )
        self.clients.append(client)
        return client


def refuse(status: bytes) -> Callable[[Conversation], Awaitable[None]]:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % status)

    return script


def closing(code: int) -> Callable[[Conversation], Awaitable[None]]:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(8, close_body(code, "")))
        await talk.reader.readexactly(8)

    return script


@given(st.integers(0, 10_000), st.integers(), st.floats(0.001, 10), st.floats(10, 1000))
def test_full_jitter_stays_within_its_bound(failures: int, seed: int, base: float, cap: float) -> None:
    backoff = Backoff(base, cap)
    assert 0 <= backoff.delay(failures, random.Random(seed)) <= backoff.bound(failures) <= cap
    assert backoff.bound(failures) <= backoff.bound(failures + 1)


def test_bounds_double_up_to_the_cap() -> None:
    assert [Backoff(0.5, 5).bound(n) for n in range(6)] == [0.5, 1, 2, 4, 5, 5]


@pytest.mark.parametrize(("base", "cap"), [(0, 1), (2, 1), (-1, 1)])
def test_backoffs_that_make_no_sense(base: float, cap: float) -> None:
    with pytest.raises(ValueError, match="0 < base <= cap"):
        Backoff(base, cap)


async def test_the_pauses_grow_with_a_seed_and_show() -> None:
    time = Time()
    pauses: list[Waiting] = []
    shown: list[float | None] = []

    def on_wait(waiting: Waiting) -> None:
        pauses.append(waiting)
        shown.append(reconnector.remaining)
        assert reconnector.waiting is waiting

    async with FaultyServer(refuse(b"503 Busy")) as server:
        fleet = Fleet(server.url, time)
        reconnector = Reconnector(
            fleet.make, time.clock, rng=random.Random(7), sleep=time.sleep, on_wait=on_wait, max_attempts=5
        )
        assert reconnector.remaining is None
        outcome = await reconnector.run()
    rng = random.Random(7)
    assert [pause.bound for pause in pauses] == [0.5, 1, 2, 4]
    assert [pause.delay for pause in pauses] == [rng.uniform(0, bound) for bound in (0.5, 1, 2, 4)]
    assert shown == pytest.approx([pause.delay for pause in pauses])
    assert [pause.attempt for pause in pauses] == [2, 3, 4, 5]
    assert "503" in pauses[0].why
    assert (outcome.attempts, len(fleet.clients)) == (5, 5)
    assert "5 attempts without a lasting connection. Last: HTTP 503" in outcome.why
    assert reconnector.remaining is None


@pytest.mark.parametrize("status", [b"401 No", b"403 No", b"404 No", b"200 OK"])
async def test_a_status_that_stays_stops_it(status: bytes) -> None:
    time = Time()
    async with FaultyServer(refuse(status)) as server:
        fleet = Fleet(server.url, time)
        outcome = await Reconnector(fleet.make, time.clock, sleep=time.sleep).run()
    assert len(fleet.clients) == 1
    assert outcome.state is not None
    assert outcome.state.code == int(status[:3])


@pytest.mark.parametrize(
    ("code", "attempts"), [(1000, 3), (1001, 3), (1012, 3), (1008, 1), (3500, 1), (4403, 1), (4000, 3)]
)
async def test_the_close_code_decides(code: int, attempts: int) -> None:
    time = Time()
    async with FaultyServer(closing(code)) as server:
        fleet = Fleet(server.url, time)
        outcome = await Reconnector(fleet.make, time.clock, sleep=time.sleep, max_attempts=3).run()
    assert len(fleet.clients) == attempts
    assert outcome.state is not None
    assert outcome.state.code == code


async def test_a_connection_that_holds_starts_small_again() -> None:
    time = Time()
    pauses: list[Waiting] = []

    async def script(talk: Conversation) -> None:
        if talk.number == 5:
            await refuse(b"404 Gone")(talk)
            return
        await talk.upgrade()
        if talk.number == 3:
            await until(lambda: fleet.clients[2].opened, "the state open")
            time.now += 11
        talk.reset()

    async with FaultyServer(script) as server:
        fleet = Fleet(server.url, time)
        reconnector = Reconnector(fleet.make, time.clock, sleep=time.sleep, on_wait=pauses.append, steady=10)
        outcome = await reconnector.run()
    assert outcome.attempts == 2
    assert [pause.bound for pause in pauses] == [0.5, 1, 0.5, 1]
    assert [pause.attempt for pause in pauses] == [2, 3, 1, 2]


async def test_an_open_connection_is_watched_first_and_closing_it_stops() -> None:
    time = Time()

    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.reader.readexactly(8)
        await talk.send(encode_frame(8, close_body(1000, "")))

    async with FaultyServer(script) as server:
        fleet = Fleet(server.url, time)
        client = fleet.make()
        await client.open()
        reconnector = Reconnector(fleet.make, time.clock, sleep=time.sleep)
        running = asyncio.ensure_future(reconnector.run(client))  # noqa: TID251
        await until(lambda: reconnector.client is client, "the first client")
        await client.close()
        outcome = await running
    assert outcome.attempts == 0
    assert len(fleet.clients) == 1


@pytest.mark.parametrize("when", ["open", "pause", "connecting"])
async def test_cancelling_leaves_nothing_behind(when: str) -> None:
    time = Time()
    forever = asyncio.Event()

    async def sleep(_: float) -> None:
        await forever.wait()

    async def script(talk: Conversation) -> None:
        if when == "open":
            await talk.upgrade()
            await talk.read_all()
        elif when == "connecting":
            await talk.read_all()

    async with FaultyServer(script) as server:
        fleet = Fleet(server.url, time)
        reconnector = Reconnector(fleet.make, time.clock, sleep=sleep)
        running = asyncio.ensure_future(reconnector.run())  # noqa: TID251
        ready: dict[str, Callable[[], object]] = {
            "open": lambda: reconnector.client is not None and reconnector.client.phase is Phase.OPEN,
            "connecting": lambda: server.conversations and server.conversations[0].received,
            "pause": lambda: reconnector.waiting,
        }
        await until(ready[when], when)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert fleet.clients[0].final is not None
        assert reconnector.waiting is None
    fleet.log.check_order()


@pytest.mark.parametrize(
    ("phase", "side", "code", "helps"),
    [
        (Phase.CLOSED, "client", 1000, False),
        (Phase.CLOSED, "client", 1006, False),
        (Phase.CLOSED, "client", 1007, False),
        (Phase.ERROR, "server", 1006, True),
        (Phase.CLOSED, "server", 1005, True),
        (Phase.CLOSED, "server", 1002, False),
    ],
)
def test_which_ends_are_worth_another_try(phase: Phase, side: str, code: int, helps: bool) -> None:
    assert may_help(State(1, 0.0, 0.0, 1, phase, side, "", code)) is helps


def test_a_code_of_the_subprotocol_decides_whether_to_come_back() -> None:
    final = State(1, 0.0, 0.0, 1, Phase.CLOSED, "server", "", 4408)
    assert not may_help(final)
    assert may_help(final, "graphql-transport-ws")

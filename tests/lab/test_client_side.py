"""Which client hears of which connection."""

from __future__ import annotations

import pytest

from tests.support.bench import a_bench, notes
from tests.support.waiting import until
from wslab.lab.client_side import ClientSide
from wslab.lab.protocols import PROTOCOLS
from wslab.wire.events import Phase


class Scribe:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def opened(self, subprotocol: str | None) -> None:
        self.heard.append(("opened", subprotocol))

    def received(self, message: str | bytes) -> None:
        self.heard.append(message)

    def ended(self, why: str) -> None:
        self.heard.append("ended")


async def test_it_hears_of_every_connection_from_its_choice_on() -> None:
    async with a_bench() as bench:
        scribes: list[Scribe] = []

        def make() -> Scribe:
            scribes.append(Scribe())
            return scribes[-1]

        side = ClientSide(bench, {"graphql": make})
        assert side.speaker is None
        side.choose("graphql")
        side.choose("graphql")
        scribe = scribes[0]
        assert side.speaker is scribe
        assert bench.target == "graphql:/graphql"
        await bench.connect()
        await bench.send_text('{"type": "connection_init"}')
        await until(lambda: len(scribe.heard) > 1, "the answer")
        await bench.leave()
        first, answer, *rest = scribe.heard
        assert first == ("opened", "graphql-transport-ws")
        assert "connection_ack" in str(answer)
        assert rest == ["ended"]

        await bench.connect()
        await bench.leave()
        assert scribe.heard[3:] == [("opened", "graphql-transport-ws"), "ended"]

        side.choose("raw")
        assert bench.settings.subprotocols == ()
        assert bench.target == "/echo"
        await bench.connect()
        await bench.send_text("not for it")
        await bench.leave()
        assert len(scribe.heard) == 5

        side.choose("graphql")
        assert side.speaker is scribe
        assert len(scribes) == 1


async def test_a_choice_during_a_connection_is_for_the_next_one() -> None:
    async with a_bench() as bench:
        scribe = Scribe()
        side = ClientSide(bench, {"binary": lambda: scribe})
        await bench.connect("/echo")
        side.choose("binary")
        assert any("from the next connect" in note for note in notes(bench))
        await bench.send_text("of the old one")
        await bench.leave()
        assert scribe.heard == []
        await bench.connect()
        side.choose("raw")
        await bench.leave()
        assert scribe.heard == [("opened", PROTOCOLS["binary"].subprotocols[0]), "ended"]


async def test_a_connection_that_never_opens_ends() -> None:
    async with a_bench() as bench:
        scribe = Scribe()
        side = ClientSide(bench, {"graphql": lambda: scribe})
        side.choose("graphql")
        bench.aim("graphql:/nowhere")
        with pytest.raises(Exception, match="404"):
            await bench.connect()
        assert bench.view.phase is Phase.ERROR
        assert scribe.heard == ["ended"]


async def test_a_url_of_ones_own_and_offers_of_ones_own_stay() -> None:
    async with a_bench() as bench:
        side = ClientSide(bench, {})
        bench.offer(["chat.v2"])
        bench.aim("wss://example.com/graphql")
        side.choose("graphql")
        assert bench.target == "wss://example.com/graphql"
        assert bench.settings.subprotocols == PROTOCOLS["graphql"].subprotocols
        side.choose("mqtt")
        side.choose("raw")
        assert bench.settings.subprotocols == ("chat.v2",)
        assert bench.target == "wss://example.com/graphql"


async def test_back_from_another_protocol_the_path_of_the_lesson_is_aimed_at_again() -> None:
    async with a_bench() as bench:
        side = ClientSide(bench, {})
        bench.aim("/slow?delay=100ms")
        for name in ("graphql", "mqtt", "raw"):
            side.choose(name)
        assert bench.target == "/slow?delay=100ms"
        side.choose("binary")
        bench.aim("ws://127.0.0.1:9/mine")
        side.choose("raw")
        assert bench.target == "ws://127.0.0.1:9/mine"


async def test_there_are_only_so_many() -> None:
    async with a_bench() as bench:
        with pytest.raises(ValueError, match="there is no protocol 'smtp': there are raw, graphql"):
            ClientSide(bench, {}).choose("smtp")

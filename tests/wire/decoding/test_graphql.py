"""Messages of GraphQL in one line each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, S2C
from wslab.wire.decoding.decoded import Decoded
from wslab.wire.decoding.graphql import Dialect, GraphqlDecoder, violation
from wslab.wire.events import Direction
from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import LEGACY, TRANSPORT, Subprotocol
from wslab.wire.graphql.writer import write


def decode(data: str | bytes, dialect: Dialect, direction: Direction = C2S, limit: int = 4096) -> Decoded:
    decoder = GraphqlDecoder(direction, dialect, preview_limit=limit)
    decoder.begin(isinstance(data, str))
    decoder.feed(data.encode() if isinstance(data, str) else data)
    (unit,) = decoder.end(True)
    return unit


CLOCK = {"query": "subscription Clock { clock }"}


@pytest.mark.parametrize(
    ("subprotocol", "direction", "text", "name", "line", "about"),
    [
        (TRANSPORT, C2S, write("connection_init"), "connection_init", "connection_init", None),
        (TRANSPORT, C2S, write("subscribe", "1", CLOCK), "subscribe", "subscribe 1 subscription Clock", "Clock"),
        (TRANSPORT, C2S, write("subscribe", "1", {"query": "{ a }"}), "subscribe", "subscribe 1 query", None),
        (TRANSPORT, S2C, write("next", "1", {"data": {}}), "next", "next 1", None),
        (TRANSPORT, S2C, write("error", "1", [{"message": "no"}]), "error", "error 1 error: no", None),
        (TRANSPORT, S2C, write("complete", "1"), "complete", "complete 1", None),
        (LEGACY, C2S, write("start", "x", CLOCK), "start", "start x subscription Clock", "Clock"),
        (LEGACY, S2C, write("ka"), "ka", "ka", None),
    ],
)  # fmt: skip
def test_what_a_message_is_about(
    subprotocol: Subprotocol, direction: Direction, text: str, name: str, line: str, about: str | None
) -> None:
    for dialect in (Dialect(subprotocol, sure=True), Dialect()):
        unit = decode(text, dialect, direction)
        assert (unit.name, unit.summary, unit.topic) == (name, line, about)
        assert unit.violations == ()
        assert unit.version == subprotocol.name or not dialect.sure
        assert (unit.start, unit.length, unit.preview) == (0, len(text), text.encode())


def test_types_of_one_subprotocol_alone_tell_which_it_is() -> None:
    dialect = Dialect()
    assert decode(write("connection_init"), dialect).version == TRANSPORT.name
    assert decode(write("ka"), dialect, S2C).version == LEGACY.name
    assert decode(write("connection_init"), dialect).version == LEGACY.name
    assert decode(write("subscribe", "1", CLOCK), dialect).version == TRANSPORT.name


def test_what_is_wrong_is_told_with_its_section() -> None:
    unit = decode(write("subscribe", "", CLOCK), Dialect(TRANSPORT, sure=True))
    assert unit.violations == ("graphql-transport-ws#Subscribe id is empty, not a string that is not empty",)
    unit = decode("nonsense", Dialect(TRANSPORT, sure=True))
    assert unit.summary == "no message of graphql-transport-ws"
    assert unit.violations[0].startswith("graphql-transport-ws#Invalid-message the message is not JSON")
    unit = decode(b"\x00", Dialect(LEGACY, sure=True))
    assert unit.violations[0].startswith("graphql-ws#Client-server-communication a binary message")
    (fault,) = read(b"", TRANSPORT).faults
    assert " " not in violation(fault).partition("#")[2].split(" ")[0]


def test_previews_are_bounded() -> None:
    unit = decode(write("connection_init"), Dialect(), limit=5)
    assert (unit.preview, unit.length) == (b'{"typ', 26)


@given(st.text(max_size=40) | st.binary(max_size=40), st.sampled_from(Direction))
def test_nothing_raises(data: str | bytes, direction: Direction) -> None:
    if isinstance(data, str):
        data = data.encode("utf-8", "replace").decode()
    assert decode(data, Dialect(), direction).summary

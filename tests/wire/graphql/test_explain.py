from __future__ import annotations

import pytest

from wslab.wire.graphql.document import Operation
from wslab.wire.graphql.explain import explain
from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import LEGACY, SUBPROTOCOLS, TRANSPORT, Subprotocol
from wslab.wire.graphql.writer import write


@pytest.mark.parametrize(("subprotocol", "kind"), [(TRANSPORT, "subscribe"), (LEGACY, "start")])
def test_an_operation_is_told_by_kind_and_name(subprotocol: Subprotocol, kind: str) -> None:
    text = write(kind, "7", {"query": "query A {a} subscription Ticks {b}", "operationName": "Ticks"})
    told = explain(read(text, subprotocol))
    assert (told.name, told.id) == (kind, "7")
    assert told.operation == Operation("subscription", "Ticks")
    assert told.words.startswith("The client starts an operation")
    assert told.faults == ()


@pytest.mark.parametrize(
    ("subprotocol", "text"),
    [
        (TRANSPORT, write("error", "1", [{"message": "no"}])),
        (TRANSPORT, write("next", "1", {"data": None, "errors": [{"message": "no"}]})),
        (LEGACY, write("error", "1", {"message": "no"})),
        (LEGACY, write("data", "1", {"data": None, "errors": [{"message": "no"}]})),
        (LEGACY, write("connection_error", payload={"message": "no"})),
    ],
)
def test_errors_are_told(subprotocol: Subprotocol, text: str) -> None:
    assert explain(read(text, subprotocol)).errors == ("no",)


def test_what_is_no_message_is_told_with_what_is_wrong() -> None:
    told = explain(read('{"type": "start", "id": "1"}', TRANSPORT))
    assert (told.name, told.words, told.id) == ("", "No message of graphql-transport-ws.", "1")
    assert told.faults[0].field == "type"


def test_an_invalid_message_is_explained_as_far_as_it_goes() -> None:
    told = explain(read('{"type": "subscribe", "id": "1"}', TRANSPORT))
    assert (told.name, told.id, told.operation) == ("subscribe", "1", None)
    assert told.faults[0].field == "payload"


def test_every_type_is_explained() -> None:
    for subprotocol in SUBPROTOCOLS.values():
        for name, kind in subprotocol.types.items():
            told = explain(read(write(name, "1", {"query": "", "message": ""}), subprotocol))
            assert (told.name, told.words) == (name, kind.words)

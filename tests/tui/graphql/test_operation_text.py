from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.graphql_lab import Played
from wslab.i18n import set_language
from wslab.lab.graphql.operation import OperationState
from wslab.tui.graphql.operation_text import operation_row, rows, status_text


async def test_the_status_line() -> None:
    played = Played()
    assert status_text(played.client, 76) == "○ not connected   0 of 0 running"
    await played.let_in()
    await played.start()
    played.says("next", "1", payload={"data": 1})
    await played.client.ping()
    played.says("ping")
    assert status_text(played.client, 120) == (
        "graphql-transport-ws   ● let in   1 of 1 running   1 result   ping/pong > 1/1 < 1/0"
    )
    played.client.received("garbage")
    assert "! 1 problem   " in status_text(played.client, 76)
    await played.let_in(LEGACY)
    played.says("ka")
    assert status_text(played.client, 76) == "graphql-ws   ● let in   0 of 1 running   ka 1"
    played.client.ended("over")
    assert status_text(played.client, 76).startswith("○ not connected")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [20, 36, 76])
async def test_nothing_is_wider_than_its_place(language: str, width: int) -> None:
    set_language(language)
    played = Played()
    await played.let_in()
    operations = [await played.start("subscription " + "Name" * 50 + " { clock { n } }") for _ in range(6)]
    operations[0].received = 1_000_000
    for operation, state in zip(operations, OperationState, strict=True):
        operation.state = state
    played.client.received("garbage")
    assert cell_len(status_text(played.client, width)) <= width
    shown = rows(played.client, width)
    assert [row.id for row in shown] == ["", "6", "5", "4", "3", "2", "1"]
    assert {cell_len(row.text) for row in shown} == {width}
    assert len({row.text[0] for row in shown[1:]}) == len(OperationState)


async def test_a_row_says_how_an_operation_stands() -> None:
    played = Played()
    await played.let_in(TRANSPORT)
    operation = await played.start("subscription Ticks { clock { n } }")
    played.says("next", "1", payload={"data": 1})
    assert operation_row(operation, 40) == "▸ 1 subscription Ticks        1  running"
    played.says("complete", "1")
    assert operation_row(operation, 40) == "✓ 1 subscription Ticks       1  complete"
    assert operation_row(operation, 30) == "✓ 1 Ticks          1  complete"
    unknown = await played.start("quary { a }")
    assert operation_row(unknown, 30) == "▸ 2 operation       0  running"

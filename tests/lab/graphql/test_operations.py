from __future__ import annotations

from tests.support.graphql_lab import ask
from wslab.lab.graphql.operation import Operation, OperationState
from wslab.lab.graphql.operations import KEPT_OVER, Operations


def grown(operations: Operations) -> Operation:
    operation = Operation(operations.new_id(), ask("{ a }"), "", 0.0)
    operations.add(operation)
    return operation


def test_each_has_an_id_of_its_own_and_is_found_by_it() -> None:
    operations = Operations()
    first, second = grown(operations), grown(operations)
    assert (first.id, second.id) == ("1", "2")
    assert operations.get("2") is second
    assert operations.get("3") is None
    assert list(operations) == [first, second]


def test_what_runs_stays_and_of_what_is_over_the_last_are_kept() -> None:
    operations = Operations()
    runs = grown(operations)
    for _ in range(KEPT_OVER + 10):
        operations.end(grown(operations), OperationState.COMPLETED)
    assert operations.started == KEPT_OVER + 11
    assert len(operations) == KEPT_OVER + 1
    assert operations.live == [runs]
    assert operations.get("2") is None
    assert operations.new_id() == str(KEPT_OVER + 12)


def test_those_that_are_over_can_be_forgotten() -> None:
    operations = Operations()
    runs, over = grown(operations), grown(operations)
    operations.end(over, OperationState.FAILED)
    operations.forget_over()
    assert list(operations) == [runs]
    assert operations.started == 2

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphql_lab import ask
from wslab.lab.graphql.document import request_at
from wslab.lab.graphql.operation import (
    KEPT_CHARACTERS,
    KEPT_ERRORS,
    KEPT_RESULTS,
    LIVE,
    LONGEST_RESULT,
    Operation,
    OperationState,
    Trouble,
)


def an_operation(document: str = "subscription Ticks { clock { n } }") -> Operation:
    return Operation("1", ask(document), "", 10.0)


def test_results_are_numbered_and_timed() -> None:
    operation = an_operation()
    operation.add({"data": {"clock": {"n": 1}}}, 10.5)
    operation.add({"data": None, "errors": [{"message": "no"}]}, 11.0)
    first, second = operation.results
    assert (first.number, first.after, first.errors) == (1, 0.5, ())
    assert '"n": 1' in first.text
    assert (second.number, second.after) == (2, 1.0)
    assert second.errors == (Trouble("no", None, None, ""),)


def test_only_so_many_are_kept_and_all_are_counted() -> None:
    operation = an_operation()
    for n in range(KEPT_RESULTS + 50):
        operation.add({"n": n}, 11)
    assert operation.received == KEPT_RESULTS + 50
    assert [result.number for result in operation.results] == list(range(51, KEPT_RESULTS + 51))


def test_large_results_are_cut_and_fewer_of_them_are_kept() -> None:
    operation = an_operation()
    for _ in range(100):
        operation.add({"data": "x" * 10**6}, 11)
    assert {len(result.text) for result in operation.results} == {LONGEST_RESULT}
    assert sum(len(result.text) for result in operation.results) <= KEPT_CHARACTERS
    assert operation.received == 100


def test_errors_in_results_count_as_well() -> None:
    operation = an_operation()
    for _ in range(100):
        operation.add({"errors": [{"message": "m" * 5000, "path": ["p" * 500]}] * 50}, 11)
    kept = sum(result.characters for result in operation.results)
    assert KEPT_CHARACTERS - 100_000 < kept <= KEPT_CHARACTERS


def test_an_error_leads_back_to_the_line_of_the_document() -> None:
    document = "query A { a }\n\nquery B {\n  b\n}"
    operation = Operation("1", request_at(document, len(document), None), "", 0)
    [trouble] = operation.troubles(
        [{"message": "bad", "locations": [{"line": 2, "column": 3}], "path": ["b", 0, "c"]}]
    )
    assert trouble == Trouble("bad", 4, 3, "b.0.c")


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        (None, []),
        ("no list", []),
        ([7, None, {}], ["7", "null", "{}"]),
        ([{"message": 5}], ['{\n  "message": 5\n}']),
        ([{"message": "m", "locations": 3, "path": 3}], ["m"]),
        ([{"message": "m", "locations": [{"line": 99, "column": 1}], "path": [None, "a"]}], ["m"]),
        ([{"message": "m", "locations": [{"line": "1"}]}], ["m"]),
    ],
)
def test_errors_of_any_shape_say_what_can_be_told(errors: Any, told: list[str]) -> None:
    troubles = an_operation().troubles(errors)
    assert [each.message for each in troubles] == told
    assert all(each.line is None for each in troubles)


def test_of_many_errors_the_first_are_kept() -> None:
    assert len(an_operation().troubles([{"message": "m" * 10**5}] * 1000)) == KEPT_ERRORS
    assert len(an_operation().troubles([{"message": "m" * 10**5}])[0].message) == 2000


def test_its_label_is_kind_and_name() -> None:
    assert an_operation().label == "subscription Ticks"
    assert an_operation("{ a }").label == "query"
    assert an_operation("quary { a }").label == ""


def test_what_waits_or_runs_is_live() -> None:
    assert [state for state in OperationState if state in LIVE] == [
        OperationState.WAITING, OperationState.RUNNING,
    ]  # fmt: skip

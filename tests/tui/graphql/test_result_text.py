from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.graphql_lab import ask
from wslab.i18n import sentence
from wslab.lab.graphql.notes import Note, Notebook
from wslab.lab.graphql.operation import KEPT_RESULTS, Operation, OperationState, Trouble
from wslab.tui.graphql.result_text import (
    Line,
    dropped_lines,
    end_lines,
    note_lines,
    notebook_lines,
    result_lines,
    trouble_lines,
)


def an_operation(*payloads: Any) -> Operation:
    operation = Operation("1", ask("{ a }"), "", 0.0)
    for payload in payloads:
        operation.add(payload, 1.5)
    return operation


def plain(lines: list[Line]) -> list[str]:
    return [line.lead + line.text for line in lines]


def test_a_short_result_takes_one_line() -> None:
    operation = an_operation({"data": {"clock": {"n": 1}}})
    assert plain(result_lines(operation.results[0], 50)) == ['1 +1.500 s {"data": {"clock": {"n": 1}}}']


def test_a_longer_one_takes_few() -> None:
    operation = an_operation({"data": {"clock": {"n": 1, "at": "2026-11-24T13:00:00Z"}}})
    assert plain(result_lines(operation.results[0], 36)) == [
        '1 +1.500 s {"data": {"clock": {"n":', '  1, "at": "2026-11-24T13:00:00Z"}}}',
    ]  # fmt: skip


def test_and_a_long_one_is_laid_out() -> None:
    operation = an_operation({"data": {"text": "word " * 20, "n": 1}})
    assert plain(result_lines(operation.results[0], 30)) == [
        "1 +1.500 s ", "{", '  "data": {', '    "text": "word word word wo',
        "rd word word word word word wo", "rd word word word word word wo", 'rd word word word word ",',
        '    "n": 1', "  }", "}",
    ]  # fmt: skip


def test_its_errors_stand_below_it() -> None:
    operation = an_operation({"data": None, "errors": [{"message": "no", "path": ["a", 0]}]})
    lines = result_lines(operation.results[0], 80)
    assert lines[-1] == Line("a.0: no", "bad", "✗ ")


def test_a_place_in_the_document_is_named() -> None:
    assert trouble_lines(Trouble("no", 3, 5, ""), 80)[0].text == "no (line 3, column 5 of the document)"
    assert trouble_lines(Trouble("no", 3, None, ""), 80)[0].text == "no (line 3 of the document)"


@pytest.mark.parametrize(
    ("state", "start"),
    [
        (OperationState.WAITING, "… waits until"),
        (OperationState.RUNNING, "… started; no result yet"),
        (OperationState.COMPLETED, "✓ complete"),
        (OperationState.STOPPED, "■ stopped"),
        (OperationState.FAILED, "✗ bad"),
        (OperationState.LOST, "! lost: cut"),
    ],
)
def test_the_end_says_how_it_stands(state: OperationState, start: str) -> None:
    operation = an_operation()
    operation.state = state
    operation.why = "cut"
    if state is OperationState.FAILED:
        operation.errors = (Trouble("bad", None, None, ""),)
    assert plain(end_lines(operation, 80))[0].startswith(start)


def test_what_came_late_and_what_was_let_go_is_counted() -> None:
    operation = an_operation(*({"n": n} for n in range(KEPT_RESULTS + 2)))
    operation.state = OperationState.STOPPED
    operation.late = 1
    assert plain(end_lines(operation, 80))[-1] == "  1 message came after that"
    assert plain(dropped_lines(operation, 80)) == ["… 2 earlier results are no longer kept"]
    assert dropped_lines(an_operation(), 80) == []


def test_a_running_one_with_results_says_nothing_more() -> None:
    operation = an_operation({"n": 1})
    operation.state = OperationState.RUNNING
    assert end_lines(operation, 80) == []


def test_notes() -> None:
    notebook = Notebook()
    assert "connect to a GraphQL server" in " ".join(plain(notebook_lines(notebook, 80)))
    for number in range(250):
        notebook.write(number, sentence("connection_init is sent"), bad=number == 249)
    lines = plain(notebook_lines(notebook, 80))
    assert lines[0] == "… 50 earlier notes are no longer kept"
    assert lines[-1] == "+249.000 s ! connection_init is sent"


@given(st.text() | st.dictionaries(st.text(max_size=3), st.text(max_size=50)), st.text(), st.integers(12, 60))
def test_nothing_is_wider_than_its_place_and_nothing_steers_the_terminal(
    value: Any, message: str, width: int
) -> None:
    operation = an_operation({"data": value, "errors": [{"message": message, "path": [message]}]})
    operation.errors = operation.results[0].errors
    operation.why = message
    operation.state = OperationState.LOST
    lines = [
        *result_lines(operation.results[0], width), *end_lines(operation, width),
        *note_lines(Note(1.0, message, True), width),
    ]  # fmt: skip
    for line in lines:
        assert cell_len(line.lead + line.text) <= max(width, cell_len(line.lead) + 8)
        assert (line.lead + line.text).replace("\u3000", "").isprintable()
        if line.role == "json":
            assert line.whole[line.start : line.start + len(line.text)] == line.text

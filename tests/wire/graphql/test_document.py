from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.graphql.document import Operation, chosen, operations

DOCUMENTS = [
    "{ a }",
    "query { a }",
    "query A { a }",
    "subscription Ticks($n: Int = 3) { clock(n: $n) { at } }",
    "mutation M @tag(x: {query: 1}) { say }",
    "query @tag { a }",
    "# query B { b }\nquery A { a }",
    'query A { a(x: "} query C { c } \\" ") }',
    'query A { a(x: """} "query" C \\""" { c } """) } mutation B { b }',
    "fragment F on Query { a } query A { ...F }",
    "fragment query on Query { a } { ...query }",
    "query query { query } mutation subscription { mutation }",
    "query A($x: In = {a: {b: [1]}}) { a } subscription { b }",
    "\ufeffquery,,A,{a}",
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_operations_are_those_that_a_parser_finds(document: str) -> None:
    parsed = [
        Operation(node.operation.value, node.name.value if node.name else None)
        for node in parse(document).definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    assert parsed
    assert operations(document) == parsed


def test_what_does_not_parse_gives_what_can_be_told() -> None:
    assert operations("") == []
    assert operations("query A") == []
    assert operations("} } query A { a") == [Operation("query", "A")]
    assert operations('query A { a(x: "') == [Operation("query", "A")]


def test_the_operation_that_is_meant() -> None:
    two = "query A { a } mutation B { b }"
    assert chosen(two, "B") == Operation("mutation", "B")
    assert chosen(two, None) is None
    assert chosen(two, "C") is None
    assert chosen("{ a }", None) == Operation("query", None)


@given(st.text(alphabet='{}()"\\#@ \nquerymtationsb$:', max_size=200))
def test_whatever_comes_nothing_is_raised(document: str) -> None:
    for operation in operations(document):
        assert operation.kind in ("query", "mutation", "subscription")


def test_strings_without_an_end_take_one_pass() -> None:
    # What grows with the square of the length would run into the limit that every test has.
    for text in ('"\\' * 500_000, '"""' + '\\"""' * 300_000, '"' * 1_000_000, '"""x' * 300_000):
        assert operations("query A { a " + text)[:1] == [Operation("query", "A")]

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.tui.graphql.spans import ROLES, Span, graphql_spans, json_spans


def roles(spans: Iterable[Span], text: str) -> list[tuple[str, str]]:
    return [(text[start:end], role) for start, end, role in spans]


def test_a_document() -> None:
    document = (
        "# a comment\nsubscription Ticks($every: Int = 1000, $of: [Kind!]) @live(if: true) {\n"
        '  clock(every: $every, query: "on") { n ...F ... on Tick { on mutation at } }\n}\nfragment F on Tick { x }'
    )
    assert roles(graphql_spans(document), document) == [
        ("# a comment", "comment"), ("subscription", "keyword"), ("$every", "variable"), ("Int", "type"),
        ("1000", "number"), ("$of", "variable"), ("Kind", "type"), ("@live", "directive"), ("true", "literal"),
        ("$every", "variable"), ('"on"', "string"), ("on", "keyword"), ("Tick", "type"),
        ("fragment", "keyword"), ("on", "keyword"), ("Tick", "type"),
    ]  # fmt: skip


def test_names_that_look_like_words_are_names() -> None:
    document = "query query { query mutation: fragment }"
    assert roles(graphql_spans(document), document) == [("query", "keyword")]


def test_json() -> None:
    text = '{"a": [1, -2.5e3, "b:c", true, null], "d\\"e" : "open'
    assert roles(json_spans(text), text) == [
        ('"a"', "key"), ("1", "number"), ("-2.5e3", "number"), ('"b:c"', "string"), ("true", "literal"),
        ("null", "literal"), ('"d\\"e"', "key"), ('"open', "string"),
    ]  # fmt: skip


@pytest.mark.parametrize("spans", [graphql_spans, json_spans])
@given(text=st.text(alphabet='{}()[]$@"\\#:.! \nonquery1-true…é', max_size=80))
def test_spans_come_in_order_and_lie_in_the_text(spans: Callable[[str], Iterable[Span]], text: str) -> None:
    found = list(spans(text))
    assert all(0 <= start < end <= len(text) and role in ROLES for start, end, role in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_long_texts_take_one_pass() -> None:
    for text in ('"' * 50_000, "$" * 50_000, '"\\' * 25_000, "{" * 50_000, "1" * 50_000):
        for spans in (graphql_spans, json_spans):
            assert sum(1 for _ in spans(text)) <= len(text)

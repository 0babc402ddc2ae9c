from __future__ import annotations

from itertools import pairwise

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, Source, parse
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.graphql.document import FRAGMENT, LONGEST, Definition, Request, definitions, request_at

DOCUMENTS = [
    "{ a }",
    "query A { a } # query X { x }\nmutation B { b }",
    "subscription Ticks($n: Int = 3, $o: In = {a: {b: [1]}}) { clock(n: $n) { at } } { b }",
    "fragment F on Query { ...G } query A { ...F ... on T { x } ... @skip(if: true) { y } } fragment G on Q { g }",
    'query A @tag(x: "} query C { c }") { a(x: """ } """) { b { c } } } mutation B { b(n: -1.5e3) }',
    "query query { query } fragment query on Query { a }",
    "\ufeffquery,,A,{a}",
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_is_made_of_what_a_parser_finds(document: str) -> None:
    found = definitions(document)
    nodes = parse(document).definitions
    assert len(found) == len(nodes)
    for each, node in zip(found, nodes, strict=True):
        assert node.loc is not None
        assert (each.start, each.end) == (node.loc.start, node.loc.end)
        if isinstance(node, FragmentDefinitionNode):
            assert (each.kind, each.name) == (FRAGMENT, node.name.value)
        else:
            assert isinstance(node, OperationDefinitionNode)
            assert (each.kind, each.name) == (node.operation.value, node.name and node.name.value)
    assert {spread for each in found for spread in each.spreads} <= {"F", "G"}


def test_what_is_not_finished_is_there_too() -> None:
    assert definitions("query A") == [Definition("query", "A", 0, 7, (), 0)]
    assert definitions("} } { a { b ") == [Definition("query", None, 4, 11, (), 4)]
    assert definitions("subscripton A { a } { b }")[0][:2] == ("", "A")
    assert definitions("  # nothing\n") == []


@pytest.mark.parametrize(
    ("mark", "sent"),
    [
        ("one", "query A { one }"),
        (
            "two",
            "query B { two ...F }\nfragment F on Query { three ...G }\nfragment G on Query { four ...F }",
        ),
        ("{ anon", "{ anon }"),
        ("# behind", "query A { one }"),
        (
            "# above",
            "query B { two ...F }\nfragment F on Query { three ...G }\nfragment G on Query { four ...F }",
        ),
    ],
)
def test_the_operation_at_the_cursor_goes_out_with_the_fragments_it_needs(mark: str, sent: str) -> None:
    document = (
        "# first\nquery A { one } # behind\n# above B\n# and still\nquery B { two ...F }\nfragment F on Query { three ...G }\n"
        "fragment G on Query { four ...F }\n\n{ anon }\nfragment Unused on Query { x }"
    )
    assert request_at(document, document.index(mark), None).query == sent


def test_in_front_of_everything_the_first_is_meant_and_behind_a_fragment_the_one_before() -> None:
    document = "\nquery A { a }\nquery B { b }\nfragment F on Q { f }\n\n"
    assert request_at(document, 0, None).name == "A"
    assert request_at(document, len(document), None).name == "B"
    with pytest.raises(ValueError, match="the cursor is in the fragment F"):
        request_at(document, document.index("f }"), None)
    leading = "fragment F on Q { f }\n\nquery A { ...F }\nquery B { b }"
    assert request_at(leading, leading.index("\n\n") + 1, None).name == "A"


def test_the_only_operation_is_meant_wherever_the_cursor_is() -> None:
    document = "fragment F on Q { f } query A { ...F }"
    for place in range(len(document) + 1):
        request = request_at(document, place, {"x": 1})
        assert (request.kind, request.name, request.query) == ("query", "A", document.replace("} q", "}\nq"))
        assert request.variables == {"x": 1}


def test_lines_lead_back_to_the_document() -> None:
    document = "query A { a }\r\n\r\nquery B {\r\n  b\r\n  ...F\r\n}\r\n\r\nfragment F on Q {\r\n  f\r\n}\r\n"
    request = request_at(document, document.index("  b"), None)
    assert request.query == "query B {\n  b\n  ...F\n}\nfragment F on Q {\n  f\n}"
    assert request.lines == (3, 4, 5, 6, 8, 9, 10)


@pytest.mark.parametrize("document", ["", " \n", "# { a }", "fragment F on Query { a }"])
def test_without_an_operation_it_is_said_how_to_write_one(document: str) -> None:
    with pytest.raises(ValueError, match="no operation: write one such as subscription"):
        request_at(document, 0, None)


def test_a_document_may_be_too_long() -> None:
    with pytest.raises(ValueError, match=f"{LONGEST + 2} characters: at most {LONGEST}"):
        request_at("{" + "a" * LONGEST + "}", 0, None)


def outcome(document: str, place: int) -> Request | str:
    try:
        return request_at(document, place, None)
    except ValueError as error:
        return str(error)


@given(st.text(alphabet='{}()."\\#@ \r\nquerymtationsbf$:-1', max_size=200), st.integers(0, 200))
def test_whatever_is_typed_it_is_sent_or_a_reason_is_given(document: str, place: int) -> None:
    normal = document.replace("\r\n", "\n").replace("\r", "\n")
    found = definitions(normal)
    assert all(0 <= each.start < each.end <= len(normal) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    request = outcome(document, place)
    if isinstance(request, str):
        assert request.startswith(("the document has no operation", "the cursor is in the fragment"))
    else:
        lines = normal.split("\n")
        assert len(request.lines) == request.query.count("\n") + 1
        for text, line in zip(request.query.split("\n"), request.lines, strict=True):
            assert text in lines[line - 1]


def test_a_source_of_the_library_agrees_on_where_lines_begin() -> None:
    document = "query A { a }\n\nquery B {\n  b(\n}"
    request = request_at(document, len(document), None)
    with pytest.raises(Exception, match="Syntax Error") as caught:
        parse(Source(request.query))
    [location] = caught.value.locations  # type: ignore[attr-defined]
    assert request.lines[location.line - 1] == document[: document.index("}", 20)].count("\n") + 1

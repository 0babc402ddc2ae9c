from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import build_schema, graphql_sync

from wslab.i18n import set_language
from wslab.lab.graphql.schema import QUERY, Argument, Field, Schema, Type, read_schema
from wslab.tui.graphql.schema_nodes import DEEPEST, Node, top_nodes

SCHEMA = build_schema('''
"""Ask."""
type Query { hello(name: String! = "x", kind: Kind): String! @deprecated(reason: "no") endless: Endless found: Found }
type Endless { next: Endless }
type Sub { "Ticks." clock(every: Int!, filter: Filter): Tick! }
type Tick { n: Int! }
union Found = Tick | Endless
enum Kind { GOOD BAD @deprecated }
input Filter { deep: Filter, kind: Kind! = GOOD }
schema { query: Query subscription: Sub }
''')


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(graphql_sync(SCHEMA, QUERY).data)


def inside(node: Node) -> dict[str, Node]:
    assert node.children is not None, node.label()
    return {each.label(): each for each in node.children()}


def everything(nodes: list[Node], depth: int = 0) -> Iterator[tuple[int, Node]]:
    for node in nodes:
        yield depth, node
        if node.children is not None:
            yield from everything(list(node.children()), depth + 1)


def test_roots_and_what_they_offer(schema: Schema) -> None:
    top = {node.label(): node for node in top_nodes(schema)}
    assert list(top) == ["subscription Sub", "query", "all types"]
    [clock] = inside(top["subscription Sub"]).values()
    assert clock.label() == "clock(…): Tick!"
    assert clock.about() == ["clock(every: Int!, filter: Filter): Tick!", "Ticks."]
    assert clock.writes is not None
    assert clock.writes[0] == "subscription"
    assert list(inside(clock)) == ["(every: Int!)", "(filter: Filter)", "n: Int!"]
    assert inside(clock)["(every: Int!)"].about() == ["every: Int!: must be given"]
    assert top["query"].about()[1] == "Ask."
    hello = inside(top["query"])["hello(…): String! †"]
    assert hello.about() == ['hello(name: String! = "x", kind: Kind): String!', "† deprecated: no"]
    assert list(inside(inside(hello)["(kind: Kind)"])) == ["GOOD", "BAD †"]


def test_all_types(schema: Schema) -> None:
    types = top_nodes(schema)[-1]
    assert types.about() == ["10 types"]
    found = inside(types)
    assert not any(name.startswith("__") for name in found)
    assert list(inside(found["Found"])) == ["Tick", "Endless"]
    assert found["Kind"].about() == ["Kind: one of several values"]
    assert found["Int"].children is None
    assert list(inside(found["Filter"])) == ["(deep: Filter)", "(kind: Kind!)"]


def test_what_contains_itself_ends_somewhere(schema: Schema) -> None:
    depths = [depth for depth, _ in everything(top_nodes(schema))]
    assert max(depths) <= DEEPEST + 3
    for _, node in everything(top_nodes(schema)):
        assert node.about()


def test_text_of_a_server_is_made_safe() -> None:
    field = Field(
        "f", "Int", "Int", (Argument("a", "Int", "Int", "\x1b[2J", "\x07"),), "a\x1b[2J\nb", "\u202e"
    )
    root = Type("ODD\x1b", "Query", "\x1b]0;x\x07", (field,), (), (), ())
    nodes = top_nodes(Schema({"query": "Query"}, {"Query": root}, 3))
    for _, node in everything(nodes):
        for text in (node.label(), *node.about()):
            assert text.isprintable(), text
    assert "3 things were left out" in nodes[-1].about()[1]


def test_they_speak_another_language(schema: Schema) -> None:
    types = top_nodes(schema)[-1]
    set_language("ja")
    assert types.label() != "all types"

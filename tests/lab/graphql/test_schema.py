from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, graphql_sync, is_object_type, parse, print_type, validate
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.graphql.schema import (
    DEEPEST_TYPE,
    LONGEST_TEXT,
    MOST_MEMBERS,
    QUERY,
    ROOTS,
    Argument,
    Field,
    Schema,
    read_schema,
)

SCHEMA = build_schema("""
type Query {
  "Greets."
  hello(name: String = "world", deep: [[Int!]!]!): String!
  old: Int @deprecated(reason: "use hello")
  found(filter: Filter): [Found!]!
  node: Node
}
type Mutation { say(text: String!): Kind! }
type Subscription { clock(every: Int = 1000, count: Int): Tick! }
type Tick implements Node { id: ID!, n: Int!, kind: Kind }
interface Node { id: ID! }
union Found = Tick
enum Kind { "Good." GOOD, BAD @deprecated }
input Filter { text: String = "a\\nb", kinds: [Kind!] }
""")


def answer(schema: GraphQLSchema = SCHEMA) -> Any:
    result = graphql_sync(schema, QUERY)
    assert result.errors is None
    return json.loads(json.dumps(result.data))


def test_the_question_is_valid_and_small_enough_for_our_server() -> None:
    assert validate(SCHEMA, parse(QUERY, max_tokens=2000)) == []


def test_roots_come_with_the_subscription_first() -> None:
    schema = read_schema(answer())
    assert list(schema.roots.items()) == [
        ("subscription", "Subscription"), ("query", "Query"), ("mutation", "Mutation"),
    ]  # fmt: skip
    assert [field.name for field in schema.root("query")] == ["hello", "old", "found", "node"]
    assert schema.left_out == 0


def test_fields_arguments_values_and_members() -> None:
    schema = read_schema(answer())
    [clock] = schema.root("subscription")
    assert clock == Field(
        "clock", "Tick!", "Tick",
        (Argument("every", "Int", "Int", "1000", ""), Argument("count", "Int", "Int", None, "")), "", None,
    )  # fmt: skip
    hello, old, found, _ = schema.root("query")
    assert hello.description == "Greets."
    assert hello.arguments[1] == Argument("deep", "[[Int!]!]!", "Int", None, "")
    assert [argument.required for argument in hello.arguments] == [False, True]
    assert old.deprecated == "use hello"
    assert (found.type, found.named) == ("[Found!]!", "Found")
    assert [(value.name, value.description, value.deprecated) for value in schema.types["Kind"].values] == [
        ("GOOD", "Good.", None), ("BAD", "", "No longer supported"),
    ]  # fmt: skip
    assert schema.types["Found"].possible == schema.types["Node"].possible == ("Tick",)
    assert [(each.name, each.default) for each in schema.types["Filter"].inputs] == [
        ("text", '"a\\nb"'), ("kinds", None),
    ]  # fmt: skip
    assert [name for name in ("Int", "Kind", "Tick", "Found", "Unknown") if schema.leaf(name)] == [
        "Int", "Kind", "Unknown",
    ]  # fmt: skip


def test_types_are_written_as_the_library_writes_them() -> None:
    schema = read_schema(answer())
    for name, kind in SCHEMA.type_map.items():
        if is_object_type(kind) and not name.startswith("__"):
            printed = print_type(kind)
            for field in schema.types[name].fields:
                arguments = ", ".join(
                    f"{each.name}: {each.type}" + ("" if each.default is None else f" = {each.default}")
                    for each in field.arguments
                )
                inside = f"({arguments})" if arguments else ""
                assert f"{field.name}{inside}: {field.type}" in printed


def test_a_server_without_mutations_and_subscriptions() -> None:
    schema = read_schema(answer(build_schema("type Q { a: Int } schema { query: Q }")))
    assert schema.roots == {"query": "Q"}
    assert schema.root("subscription") == ()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "__schema"), ([], "__schema"), ({}, "__schema"), ({"__schema": None}, "__schema"),
        ({"__schema": {}}, "__schema.types"), ({"__schema": {"types": {}}}, "__schema.types"),
    ],
)  # fmt: skip
def test_an_answer_without_a_schema_says_so(data: Any, field: str) -> None:
    with pytest.raises(ValueError, match=f"the answer has no {field}: the server tells nothing"):
        read_schema(data)


def test_what_cannot_be_used_is_left_out_and_counted() -> None:
    data = answer()
    schema = data["__schema"]
    schema["subscriptionType"] = {"name": "Nowhere"}  # 1
    schema["mutationType"] = 5  # 2
    by_name = {each["name"]: each for each in schema["types"]}
    by_name["Tick"]["fields"][0]["name"] = "no\x1b[2Jname"  # 3
    by_name["Tick"]["fields"][1]["type"] = None  # 4
    by_name["Query"]["fields"][0]["args"] = {"a": 1}  # 5
    by_name["Kind"]["enumValues"].append("GOOD")  # 6
    schema["types"].append({"kind": "OBJECT"})  # 7
    found = read_schema(data)
    assert found.left_out == 7
    assert found.roots == {"query": "Query"}
    assert [field.name for field in found.types["Tick"].fields] == ["kind"]
    assert found.root("query")[0].arguments == ()


def test_it_keeps_only_so_much() -> None:
    data = answer()
    by_name = {each["name"]: each for each in data["__schema"]["types"]}
    by_name["Kind"]["enumValues"] *= 1000
    by_name["Kind"]["description"] = "x" * 10**6
    deep: Any = {"kind": "SCALAR", "name": "Int"}
    for _ in range(DEEPEST_TYPE + 2):
        deep = {"kind": "LIST", "name": None, "ofType": deep}
    by_name["Tick"]["fields"][0]["type"] = deep
    found = read_schema(data)
    assert len(found.types["Kind"].values) == MOST_MEMBERS
    assert len(found.types["Kind"].description) == LONGEST_TEXT
    assert found.left_out == 2000 - MOST_MEMBERS + 1


PARTS = st.sampled_from(
    [
        "kind",
        "name",
        "fields",
        "args",
        "type",
        "ofType",
        "types",
        "queryType",
        "enumValues",
        "__schema",
        "LIST",
        "a",
    ]
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | PARTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=5),
    max_leaves=20,
)


def outcome(data: Any) -> Schema | str:
    try:
        return read_schema(data)
    except ValueError as error:
        return str(error)


@given(ANYTHING, st.lists(ANYTHING, max_size=3))
def test_whatever_the_answer_is_there_is_a_schema_or_a_reason(data: Any, types: list[Any]) -> None:
    for each in (data, {"__schema": data}, {"__schema": {"types": types, "queryType": data}}):
        schema = outcome(each)
        if isinstance(schema, str):
            assert schema.startswith("the answer has no __schema")
        else:
            assert set(schema.roots) <= set(ROOTS)

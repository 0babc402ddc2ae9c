from __future__ import annotations

import json

import pytest
from graphql import build_schema, graphql_sync, parse, validate

from wslab.lab.graphql.schema import QUERY, ROOTS, Argument, Field, Schema, read_schema
from wslab.lab.graphql.skeleton import MOST_FIELDS, operation_for, variables_text

SDL = """
type Query {
  plain: Int
  rooms(after: ID!, tags: [String!]!, size: Float! = 1.5, filter: In): [Room!]!
  nested: Outer
  endless: Endless
  wide: Wide
  any: Any
  hard: Hard
}
type Room { name: String!, old: Int @deprecated, paged(first: Int!): Int, messages: [Message!]! }
type Message { text: String!, room: Room }
type Outer { inner: Inner }
type Inner { room: Room }
type Endless { next: Endless }
type Hard { paged(first: Int!): Int }
union Any = Room | Message
input In { a: Int = 1 }
type Mutation { say(room: String!): Message }
type Subscription { clock(every: Int = 1000): Message! }
""" + "type Wide { " + " ".join(f"f{n}: Int" for n in range(40)) + " }"  # fmt: skip
SCHEMA = build_schema(SDL)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(graphql_sync(SCHEMA, QUERY).data)


def test_every_field_of_every_root_makes_an_operation_that_is_valid(schema: Schema) -> None:
    for kind in ROOTS:
        for field in schema.root(kind):
            text, variables = operation_for(schema, kind, field)
            assert validate(SCHEMA, parse(text)) == [], text
            assert set(variables) == {each.name for each in field.arguments if each.required}


def test_it_looks_as_one_would_write_it(schema: Schema) -> None:
    fields = {field.name: field for kind in ROOTS for field in schema.root(kind)}
    assert operation_for(schema, "subscription", fields["clock"]) == (
        "subscription Clock($every: Int = 1000) {\n  clock(every: $every) {\n    text\n  }\n}", {},
    )  # fmt: skip
    assert operation_for(schema, "query", fields["plain"]) == ("query Plain {\n  plain\n}", {})
    text, variables = operation_for(schema, "query", fields["rooms"])
    assert text == (
        "query Rooms($after: ID!, $tags: [String!]!, $size: Float! = 1.5, $filter: In) {\n"
        "  rooms(after: $after, tags: $tags, size: $size, filter: $filter) {\n    name\n  }\n}"
    )
    assert variables_text(variables) == '{"after": "", "tags": []}'
    assert variables_text({}) == ""
    text, _ = operation_for(schema, "query", fields["nested"])
    assert (
        text == "query Nested {\n  nested {\n    inner {\n      room {\n        name\n      }\n    }\n  }\n}"
    )
    text, _ = operation_for(schema, "query", fields["wide"])
    assert text.count("    f") == MOST_FIELDS
    for name in ("any", "hard"):
        assert "__typename" in operation_for(schema, "query", fields[name])[0]
    assert operation_for(schema, "query", fields["endless"])[0].count("next") == 2


def test_a_default_that_would_steer_the_terminal_stays_out(schema: Schema) -> None:
    field = Field("f", "Int", "Int", (Argument("a", "String", "String", '"\x1b[2J"\n', ""),), "", None)
    text, _ = operation_for(schema, "query", field)
    assert text == "query F($a: String) {\n  f(a: $a)\n}"
    assert json.dumps(text)

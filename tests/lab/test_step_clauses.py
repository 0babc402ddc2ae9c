"""Steps as written: what is read, what is refused and why, and what is left when a clause goes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from wslab.lab.step_clauses import Step, parse_steps
from wslab.wire.patterns import PatternError

DOCS = Path(__file__).parents[2] / "docs/lesson-format.md"

SENT = {"on": "message", "dir": "c>s", "save": "sent"}
BACK = {"on": "message", "dir": "s>c", "hex": "$sent.hex"}
PRESS = {"on": "ui", "action": "connect"}


def documented() -> list[dict[str, Any]]:
    """The steps of the lesson that the documentation shows."""
    toml = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0]
    steps: list[dict[str, Any]] = tomllib.loads(toml)["step"]
    return steps


def test_the_step_of_the_documentation() -> None:
    (step,) = parse_steps(documented())

    assert step.id == "echoed"
    assert [pattern.within for pattern in step.expect] == [None, 2.0]
    assert step.hold == 0.3
    assert step.says == ("closed-early", "binary-is-not-text")
    assert step.saves == {"sent": "message"}
    assert [place for place, _pattern in step.patterns()] == [
        "expect[1]",
        "expect[2]",
        "never[1]",
        "diagnose[1].seen",
    ]


def test_every_clause_of_the_documentation_is_read() -> None:
    step = Step.parse(
        {
            "id": "all-of-it",
            "expect": [SENT, BACK],
            "any": [{"on": "close", "save": "end", "within": "5s"}, {"on": "close", "save": "end"}],
            "count": [{"match": {"on": "frame", "predicate": "answers-ping"}, "n": "3.."}],
            "distinct": [{"match": {"on": "message"}, "by": "text", "n": 3}],
            "never": [{"on": "tcp", "what": "reset", "say": "broken"}],
            "hold": "300ms",
            "play": ["connect /path", 'frame text "hi"'],
            "diagnose": [{"seen": {"on": "message", "op": "BINARY"}, "say": "not-text"}],
        },
        "step[1]",
    )

    assert (step.count[0].low, step.count[0].high) == (3, None)
    assert (step.distinct[0].by, step.distinct[0].n) == ("text", 3)
    assert step.play == ("connect /path", 'frame text "hi"')
    assert step.saves == {"sent": "message", "end": "close"}
    assert step.says == ("broken", "not-text")
    assert step.predicates == ("answers-ping",)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (5, "s is 5; it must be a table that begins with [[step]]"),
        ({"expect": [SENT]}, "s.id is missing; it must be words of a-z"),
        ({"id": "A b", "expect": [SENT]}, "s.id is 'A b'; it must be words of a-z"),
        ({"id": "a", "expects": [SENT]}, "s.expects is [{"),
        ({"id": "a"}, "s is without any of them; it must be one that needs an event: by expect, any, count"),
        ({"id": "a", "never": [SENT | {"save": "x"}]}, "s.never[1].save is 'x'; it must be left out"),
        ({"id": "a", "never": [{"on": "close"}]}, "s is without any of them"),
        ({"id": "a", "count": [{"match": {"on": "frame"}, "n": "..5"}]}, "s is met by no event at all"),
        ({"id": "a", "expect": []}, "s.expect is []; it must be a list of at least one table"),
        ({"id": "a", "expect": SENT}, "s.expect is {"),
        ({"id": "a", "expect": [{"on": "frame", "op": "X"}]}, "s.expect[1].op is 'X'"),
        ({"id": "a", "expect": [SENT, {"on": "frame", "say": "x"}]}, "s.expect[2].say is 'x'"),
        ({"id": "a", "expect": [PRESS]}, "s is met by ui events alone; it must be one that the wire has a part in"),
        ({"id": "a", "any": [PRESS, SENT]}, "s is met by ui events alone"),
        ({"id": "a", "expect": [PRESS], "any": [SENT, PRESS]}, "s is met by ui events alone"),
        ({"id": "a", "count": [{"match": PRESS, "n": 1}]}, "s is met by ui events alone"),
        ({"id": "a", "expect": [PRESS], "count": [{"match": {"on": "frame"}, "n": "..3"}]}, "by ui events alone"),
        ({"id": "a", "expect": [BACK]}, "s.expect[1].hex is '$sent.hex'; it must be a reference to what was saved"),
        ({"id": "a", "expect": [BACK, SENT]}, "s.expect[1].hex is '$sent.hex'"),
        ({"id": "a", "expect": [SENT, SENT]}, "s.expect[2].save is 'sent'; it must be a name that was not used"),
        ({"id": "a", "expect": [SENT], "never": [{"on": "frame", "hex": "$x.hex"}]}, "s.never[1].hex is '$x.hex'"),
        ({"id": "a", "any": [SENT, {"on": "close"}]}, "s.any.save is 'sent'; it must be in every pattern of any"),
        ({"id": "a", "any": [SENT, {"on": "close", "save": "sent"}]}, "s.any.save is 'sent'"),
        ({"id": "a", "expect": [SENT], "any": [SENT]}, "s.any.save is 'sent'; it must be a name that was not used"),
        ({"id": "a", "count": [{"match": {"on": "frame"}}]}, "s.count[1] is {"),
        ({"id": "a", "count": [{"match": {"on": "frame"}, "n": 0, "m": 1}]}, "s.count[1] is {"),
        ({"id": "a", "count": [{"match": {"on": "frame"}, "n": "x"}]}, "s.count[1].n is 'x'"),
        ({"id": "a", "count": [{"match": {"on": "frame"}, "n": 5000}]}, "s.count[1].n is 5000; it must be at most 1000"),
        ({"id": "a", "count": [{"match": {"on": "frame", "within": "2s"}, "n": "..5"}]}, "s.count[1].match.within is '2s'"),
        ({"id": "a", "count": [{"match": SENT, "n": 2}]}, "s.count[1].match.save is 'sent'"),
        ({"id": "a", "distinct": [{"match": {"on": "frame"}, "by": "json", "n": 2}]}, "s.distinct[1].by is 'json'"),
        ({"id": "a", "distinct": [{"match": {"on": "frame"}, "by": [], "n": 2}]}, "s.distinct[1].by is []"),
        ({"id": "a", "distinct": [{"match": {"on": "frame"}, "by": "hex", "n": 1}]}, "s.distinct[1].n is 1"),
        ({"id": "a", "expect": [SENT], "hold": 5}, "s.hold is 5; it must be a duration"),
        ({"id": "a", "expect": [SENT], "play": "connect"}, "s.play is 'connect'"),
        ({"id": "a", "expect": [SENT], "play": [" "]}, "s.play[1] is ' '; it must be a line such as"),
        ({"id": "a", "expect": [SENT], "diagnose": [{"seen": {"on": "frame"}}]}, "s.diagnose[1] is {"),
        ({"id": "a", "expect": [SENT], "diagnose": [{"seen": SENT, "say": "x"}]}, "s.diagnose[1].seen.save is"),
        ({"id": "a", "expect": [SENT], "diagnose": [{"seen": {"on": "frame"}, "say": "X"}]}, "s.diagnose[1].say is 'X'"),
    ],
)  # fmt: skip
def test_what_is_no_step_is_named(table: Any, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        Step.parse(table, "s")


def test_steps_refer_to_what_steps_before_them_saved() -> None:
    first, second = {"id": "a", "expect": [SENT]}, {"id": "b", "expect": [BACK]}

    assert [step.id for step in parse_steps([first, second])] == ["a", "b"]
    with pytest.raises(PatternError, match=r"step\[1\]\.expect\[1\]\.hex is '\$sent\.hex'.*: \$seed$"):
        parse_steps([second, first])
    with pytest.raises(PatternError, match=r"step\[2\]\.id is 'a'; it must be an id that no other step has"):
        parse_steps([first, {"id": "a", "expect": [BACK]}])
    with pytest.raises(PatternError, match=r"step\[2\]\.expect\[1\]\.save is 'sent'"):
        parse_steps([first, {"id": "b", "expect": [SENT]}])
    for nothing in ([], None, {}):
        with pytest.raises(PatternError, match="at least one"):
            parse_steps(nothing)


def test_each_clause_and_field_can_be_left_out() -> None:
    (step,) = parse_steps(documented())
    variants = dict(step.without())

    assert list(variants) == [
        "expect[1].dir",
        "expect[1].op",
        "expect[1].text",
        "expect[2]",
        "expect[2].dir",
        "expect[2].op",
        "expect[2].hex",
        "expect[2].within",
        "never[1]",
        "never[1].dir",
        "never[1].code",
        "hold",
    ]
    assert variants["hold"].hold == 0
    assert len(variants["expect[2]"].expect) == 1
    assert variants["never[1]"].never == ()
    assert [part.name for part in variants["expect[1].text"].expect[0].parts] == ["dir", "op"]
    assert variants["expect[2].within"].expect[1].within is None
    assert all(variant.id == step.id and variant != step for variant in variants.values())


def test_headers_json_and_counted_patterns_are_taken_apart_too() -> None:
    step = Step.parse(
        {
            "id": "a",
            "expect": [{"on": "http", "header": {"Upgrade": "websocket", "Host": "x"}}],
            "count": [{"match": {"on": "message", "json": {"a": 1, "b": 2}}, "n": 2}],
            "distinct": [{"match": {"on": "frame", "op": "TEXT"}, "by": "key", "n": 2}],
        },
        "s",
    )

    assert [place for place, _variant in step.without()] == [
        "expect[1]",
        "expect[1].header.Upgrade",
        "expect[1].header.Host",
        "count[1]",
        "count[1].match.json.a",
        "count[1].match.json.b",
        "distinct[1]",
        "distinct[1].match.op",
    ]


def test_what_would_be_no_step_or_lacks_what_others_need_is_passed_over() -> None:
    first, second = parse_steps(
        [{"id": "a", "expect": [SENT]}, {"id": "b", "expect": [BACK, {"on": "close"}]}]
    )

    assert [place for place, _variant in first.without()] == ["expect[1].dir"]
    two = Step.parse({"id": "a", "expect": [SENT, {"on": "close"}]}, "s")
    assert [place for place, _variant in two.without()] == ["expect[1]", "expect[1].dir", "expect[2]"]
    assert [place for place, _variant in two.without({"sent"})] == ["expect[1].dir", "expect[2]"]
    # What an earlier step saves stays known.
    assert [place for place, _variant in second.without({"sent"})] == [
        "expect[1]",
        "expect[1].dir",
        "expect[1].hex",
        "expect[2]",
    ]

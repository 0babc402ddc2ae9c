"""Topic names and filters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.mqtt import rules
from wslab.wire.mqtt.rules import Rule
from wslab.wire.mqtt.topics import (
    is_shared,
    matches,
    split_shared,
    wrong_filter,
    wrong_name,
    wrong_shared_filter,
)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        # MQTT 5 section 4.7.1.2
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "a/b", True),
        # section 4.7.1.3
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("+/tennis/#", "sport/tennis", True),
        # section 4.7.2
        ("#", "$SYS/x", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/x", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        ("a/#", "a/$x", True),
        # section 4.7.3
        ("ACCOUNTS", "Accounts", False),
        ("/finance", "finance", False),
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("+/#", "a", True),
        ("//", "//", True),
    ],
)
def test_matching(topic_filter: str, topic: str, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected


_levels = st.lists(st.sampled_from(["", "a", "b", "$x"]), min_size=1, max_size=4).map("/".join)
_wild = st.lists(st.sampled_from(["", "a", "b", "$x", "+"]), min_size=1, max_size=4).map("/".join)


@given(_wild, st.sampled_from(["", "/#"]), _levels)
def test_matching_is_that_of_a_pattern(start: str, end: str, topic: str) -> None:
    topic_filter = start + end
    pattern = "/".join("[^/]*" if level == "+" else re.escape(level) for level in start.split("/"))
    expected = re.fullmatch(pattern + ("(/.*)?" if end else ""), topic) is not None
    if topic.startswith("$") and topic_filter[:1] == "+":
        expected = False
    assert matches(topic_filter, topic) is expected


@pytest.mark.parametrize(
    ("topic", "rule"),
    [
        ("a/b", None),
        ("/", None),
        (" ", None),
        ("$SYS/x", None),
        ("", rules.TOPIC_EMPTY),
        ("a/#", rules.WILDCARD_IN_NAME),
        ("+", rules.WILDCARD_IN_NAME),
        ("\0", rules.TOPIC_NULL),
        ("a" * 65_535, None),
        ("a" * 65_536, rules.TOPIC_TOO_LONG),
    ],
)
def test_names(topic: str, rule: Rule | None) -> None:
    assert wrong_name(topic) is rule


@pytest.mark.parametrize(
    ("topic_filter", "rule"),
    [
        ("#", None),
        ("sport/tennis/#", None),
        ("sport/tennis#", rules.HASH_MISPLACED),
        ("sport/tennis/#/ranking", rules.HASH_MISPLACED),
        ("##", rules.HASH_MISPLACED),
        ("+", None),
        ("+/tennis/#", None),
        ("sport+", rules.PLUS_MISPLACED),
        ("sport/+/player1", None),
        ("++", rules.PLUS_MISPLACED),
        ("", rules.TOPIC_EMPTY),
        ("$share/g/a", None),
    ],
)
def test_filters(topic_filter: str, rule: Rule | None) -> None:
    assert wrong_filter(topic_filter) is rule


@pytest.mark.parametrize(
    ("topic_filter", "rule", "parts"),
    [
        ("$share/consumer1/sport/tennis/+", None, ("consumer1", "sport/tennis/+")),
        ("$share/consumer1//finance", None, ("consumer1", "/finance")),
        ("$share/g/#", None, ("g", "#")),
        ("$share", rules.SHARE_NAME, ("", "")),
        ("$share/", rules.SHARE_NAME, ("", "")),
        ("$share//a", rules.SHARE_NAME, ("", "a")),
        ("$share/g", rules.SHARE_FILTER, ("g", "")),
        ("$share/g/", rules.SHARE_FILTER, ("g", "")),
        ("$share/+/a", rules.SHARE_FILTER, ("+", "a")),
        ("$share/g/a#", rules.HASH_MISPLACED, ("g", "a#")),
        ("$share/g/a\0", rules.TOPIC_NULL, ("g", "a\0")),
        ("$shared/g/a", None, ("", "$shared/g/a")),
    ],
)
def test_shared_filters(topic_filter: str, rule: Rule | None, parts: tuple[str, str]) -> None:
    assert wrong_shared_filter(topic_filter) is rule
    assert split_shared(topic_filter) == parts
    assert is_shared(topic_filter) is (topic_filter[:7] in ("$share", "$share/"))


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_raises(one: str, other: str) -> None:
    wrong_name(one)
    wrong_shared_filter(one)
    matches(one, other)

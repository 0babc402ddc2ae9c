"""Broken rules in plain words."""

from __future__ import annotations

import pytest

from tests.support.lines import joined, plain
from wslab.tui.widgets.violation_text import section_in_words, violation_lines
from wslab.wire import violations

RULES = [rule for name, rule in vars(violations).items() if name.isupper() and isinstance(rule, str)]


def test_sections_are_named_in_full() -> None:
    assert section_in_words("6455#5.1") == "RFC 6455 section 5.1"
    assert section_in_words("7692") == "RFC 7692"
    assert section_in_words("iana") == "IANA registry of close codes"
    assert section_in_words("lab#inflate-limit") == "limit of the lab, no fault of a peer"


def test_a_violation_says_the_rule_its_place_and_its_reason() -> None:
    text = joined(violation_lines([violations.UNMASKED_CLIENT], 60))
    assert text.startswith("! client frame not masked (RFC 6455 section 5.1)")
    assert "A server must close the connection, with 1002." in text


def test_every_rule_of_frames_and_compression_is_explained() -> None:
    for rule in RULES:
        if rule.startswith(("6455#", "7692#")):
            assert len(plain(violation_lines([rule], 200)).splitlines()) > 1, rule


def test_a_rule_without_a_reason_is_shown_all_the_same() -> None:
    assert joined(violation_lines(["6455#4.1 bad \x1b[31m"], 80)) == "! bad ␛[31m (RFC 6455 section 4.1)"


def test_nothing_broken_makes_no_lines() -> None:
    assert violation_lines([], 80) == []


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("mqtt5#MQTT-3.3.1-4", "MQTT 5, statement MQTT-3.3.1-4"),
        ("mqtt3.1.1#2.2.3", "MQTT 3.1.1 section 2.2.3"),
        ("graphql-transport-ws#Invalid-message", "graphql-transport-ws, section Invalid message"),
        ("library graphql-ws", "the library graphql-ws"),
        ("binary#3.3", "the lab's binary protocol, section 3.3"),
    ],
)
def test_sections_of_protocols(section: str, words: str) -> None:
    assert section_in_words(section) == words

"""Topics as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.mqtt.topics import Last, TopicNode, TopicTree
from wslab.tui.mqtt.topic_rows import (
    detail_lines,
    header_line,
    is_text,
    node_line,
    payload_text,
    shown_nodes,
    totals_line,
)


def tree(*messages: tuple[str, bytes], retained: bool = False) -> TopicTree:
    found = TopicTree()
    for topic, payload in messages:
        found.take(topic, payload, 1, retained, 0.0)
    return found


def lines(found: TopicTree, shut: set[TopicNode] | None = None, width: int = 60) -> list[str]:
    return [
        node_line(node, node in (shut or ()), width).rstrip() for node in shown_nodes(found, shut or set())
    ]


def test_a_tree() -> None:
    found = tree(("sensors/kitchen", b"21.5"), ("sensors/hall", b"19"), ("sensors/kitchen", b"22"))
    assert lines(found) == [
        "▾ sensors",
        "  · kitchen                    2   1      22",
        "  · hall                       1   1      19",
    ]
    assert lines(found, {found.roots["sensors"]}) == ["▸ sensors                      3"]
    assert header_line(60).split() == ["topic", "count", "QoS", "kept", "last", "payload"]


def test_what_is_retained_is_said_in_words() -> None:
    assert lines(tree(("a", b"x"), retained=True))[0].split() == ["·", "a", "1", "1", "yes", "x"]


def test_empty_levels_and_binary_payloads() -> None:
    assert lines(tree(("/", b"\xff\x00"))) == [
        "▾ (empty)",
        "  · (empty)                    1   1      ff 00",
    ]


@given(st.text(max_size=30), st.binary(max_size=300), st.integers(40, 120))
def test_every_line_has_its_width_and_no_control_character(topic: str, payload: bytes, width: int) -> None:
    found = tree((topic, payload))
    for line in (header_line(width), *(node_line(node, False, width) for node in found.walk())):
        assert cell_len(line) <= width
        assert line.isprintable()
    for text in detail_lines(found.find(topic)):
        assert text.isprintable()


@pytest.mark.parametrize(
    ("preview", "length", "text"),
    [
        (b"", 0, True),
        ("日本".encode(), 6, True),
        ("日本".encode()[:-1], 6, True),
        ("日本".encode()[:-1], 5, False),
        (b"a\xffb", 100, False),
        (b"\xff", 100, False),
    ],
)
def test_text_and_other(preview: bytes, length: int, text: bool) -> None:
    assert is_text(Last(0.0, preview, length, 0, False)) is text


def test_a_long_payload_ends_with_dots() -> None:
    assert payload_text(Last(0.0, b"abc", 300, 0, False)) == "abc…"


def test_details(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    found = tree(("a/b", b"\x1b[31m"))
    assert detail_lines(found.find("a/b")) == ("a/b", "00:00:00.000, 5 B, QoS 1, live: ␛[31m")
    assert detail_lines(found.find("a")) == ("a", "1 message under it")
    assert "nothing has come yet" in detail_lines(None)[0]
    monkeypatch.undo()
    time.tzset()


def test_totals() -> None:
    found = TopicTree(most_levels=1)
    assert totals_line(found, 0) == "0 topics, 0 messages, 0 B, published 0"
    for topic in ("a", "b", "c"):
        found.take(topic, bytes(1000), 0, False, 0.0)
    assert totals_line(found, 7) == (
        "1 topic, 3 messages, 2.93 KiB, published 7, 2 of topics without room here"
    )


def test_a_tree_as_deep_as_it_gets() -> None:
    found = TopicTree()
    found.take("/".join(["x"] * 3000), b"", 0, False, 0.0)
    assert len(shown_nodes(found, set())) == 3000
    assert all(cell_len(line) <= 60 for line in lines(found))

"""What came, by topic: bounded, with exact totals."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.mqtt.topics import PREVIEW, Last, TopicTree

topics = st.lists(st.sampled_from(["", "a", "b", "ccc"]), min_size=1, max_size=5).map("/".join)


def take(tree: TopicTree, topic: str, payload: bytes = b"x") -> None:
    tree.take(topic, payload, 0, False, 0.0)


def test_the_last_message_of_a_topic() -> None:
    tree = TopicTree()
    tree.take("sensors/kitchen", b"21.5", 1, True, 5.0)
    tree.take("sensors/kitchen", bytes(1000), 2, False, 6.0)
    tree.take("sensors", b"", 0, False, 7.0)
    node = tree.find("sensors/kitchen")
    assert node is not None
    assert node.last == Last(6.0, bytes(PREVIEW), 1000, 2, False)
    assert (node.topic, node.level, node.depth, node.messages, node.below) == (
        "sensors/kitchen", "kitchen", 1, 2, 2,
    )  # fmt: skip
    root = tree.roots["sensors"]
    assert (root.messages, root.below, root.above) == (1, 3, None)
    assert (tree.messages, tree.bytes, tree.by_qos, tree.topics, tree.elsewhere) == (3, 1004, [1, 1, 1], 2, 0)
    assert tree.find("sensors/kitchen/x") is None


def test_empty_levels_are_levels() -> None:
    tree = TopicTree()
    take(tree, "/a")
    take(tree, "a//b")
    assert [node.topic for node in tree.walk()] == ["", "/a", "a", "a/", "a//b"]


@given(st.lists(topics, max_size=30), st.integers(0, 12), st.integers(0, 20))
def test_bounds_hold_and_totals_are_exact(seen: list[str], most: int, characters: int) -> None:
    tree = TopicTree(most, characters)
    for topic in seen:
        take(tree, topic, topic.encode())
    nodes = list(tree.walk())
    assert len(nodes) <= most
    assert sum(len(node.level) for node in nodes) <= characters
    assert tree.messages == len(seen)
    assert tree.bytes == sum(len(topic.encode()) for topic in seen)
    assert tree.elsewhere + sum(node.messages for node in nodes) == len(seen)
    assert tree.topics == sum(node.messages > 0 for node in nodes)
    counts = Counter(seen)
    for node in nodes:
        under = [topic for topic in counts if topic == node.topic or topic.startswith(node.topic + "/")]
        assert node.messages in (0, counts[node.topic])
        # What is counted under a node is what has a place there.
        assert node.below == sum(found.messages for topic in under if (found := tree.find(topic)) is not None)


def test_what_was_there_first_stays() -> None:
    tree = TopicTree(most_levels=3)
    for number in range(10_000):
        take(tree, f"t{number}")
    take(tree, "t0")
    take(tree, "t0/" + "/".join(["deep"] * 1000))
    assert [(node.topic, node.messages) for node in tree.walk()] == [("t0", 2), ("t1", 1), ("t2", 1)]
    assert (tree.messages, tree.elsewhere) == (10_002, 9_998)


def test_after_clear_there_is_room_again() -> None:
    tree = TopicTree(most_levels=1)
    take(tree, "a")
    version = tree.version
    tree.clear()
    assert tree.version != version
    take(tree, "b")
    assert [node.topic for node in tree.walk()] == ["b"]
    assert (tree.messages, tree.bytes, tree.topics, tree.elsewhere) == (1, 1, 1, 0)

"""The tree of subscriptions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.mqtt.subscriptions import Entry, SubscriptionTree
from wslab.wire.mqtt.packets import Subscription
from wslab.wire.mqtt.topics import matches

_starts = st.lists(st.sampled_from(["", "a", "b", "$x", "+"]), min_size=1, max_size=3).map("/".join)
filters = st.one_of(_starts, _starts.map(lambda start: start + "/#"), st.just("#"))
topics = st.lists(st.sampled_from(["", "a", "b", "$x"]), min_size=1, max_size=4).map("/".join)
subscribed = st.lists(st.tuples(filters, st.sampled_from(["", "g", "h"]), st.sampled_from("cd")), max_size=8)


def entry(topic_filter: str, client: str = "c", share: str = "") -> Entry:
    return Entry(client, Subscription(topic_filter), 0, share)


@given(subscribed, topics)
def test_the_tree_finds_what_matches_one_by_one(wanted: list[tuple[str, str, str]], topic: str) -> None:
    tree = SubscriptionTree()
    for topic_filter, share, client in wanted:
        tree.add(topic_filter, entry(topic_filter, client, share))
    found = [(name, each.share, each.client) for name, each in tree.matching(topic)]
    assert sorted(found) == sorted({each for each in wanted if matches(each[0], topic)})


@given(subscribed)
def test_nothing_is_left_of_what_is_removed(wanted: list[tuple[str, str, str]]) -> None:
    tree = SubscriptionTree()
    for topic_filter, share, client in wanted:
        tree.add(topic_filter, entry(topic_filter, client, share))
    for topic_filter, share, client in set(wanted):
        tree.remove(topic_filter, share, client)
    assert tree._root.children == {}


def test_the_same_one_is_replaced() -> None:
    tree = SubscriptionTree()
    assert tree.add("a", entry("a"))
    assert not tree.add("a", Entry("c", Subscription("a", 2)))
    assert tree.add("a", entry("a", share="g"))
    assert tree.add("a", entry("a", "d"))
    assert [each.subscription.qos for name, each in tree.matching("a")] == [2, 0, 0]

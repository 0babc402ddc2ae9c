"""Topic names and topic filters: which are valid, which match (MQTT 5 sections 4.7 and 4.8.2)."""

from __future__ import annotations

from wslab.wire.mqtt import rules
from wslab.wire.mqtt.rules import Rule

SHARE = "$share"
"""The first level of the filter of a shared subscription."""
LONGEST = 65_535
"""Bytes that a string may have."""


def wrong_name(topic: str) -> Rule | None:
    """Return the rule that a topic name breaks, or None."""
    if wrong := _wrong_string(topic):
        return wrong
    return rules.WILDCARD_IN_NAME if has_wildcard(topic) else None


def wrong_filter(topic_filter: str) -> Rule | None:
    """Return the rule that a topic filter breaks, or None. `$share/…` is judged by `wrong_shared_filter`."""
    if wrong := _wrong_string(topic_filter):
        return wrong
    if not has_wildcard(topic_filter):
        return None
    levels = topic_filter.split("/")
    last = len(levels) - 1
    for place, level in enumerate(levels):
        if "#" in level and (level != "#" or place != last):
            return rules.HASH_MISPLACED
        if "+" in level and level != "+":
            return rules.PLUS_MISPLACED
    return None


def wrong_shared_filter(topic_filter: str) -> Rule | None:
    """Return the rule that a filter breaks in MQTT 5, where `$share/NAME/FILTER` shares a subscription."""
    if not is_shared(topic_filter):
        return wrong_filter(topic_filter)
    if wrong := _wrong_string(topic_filter):
        return wrong
    # `$share` with nothing behind it has no share name either.
    name, slash, rest = topic_filter[len(SHARE) + 1 :].partition("/")
    if not name:
        return rules.SHARE_NAME
    if has_wildcard(name) or not slash or not rest:
        return rules.SHARE_FILTER
    return wrong_filter(rest)


def is_shared(topic_filter: str) -> bool:
    """Whether a filter asks for a shared subscription (MQTT 5)."""
    return topic_filter == SHARE or topic_filter.startswith(SHARE + "/")


def split_shared(topic_filter: str) -> tuple[str, str]:
    """Return share name and topic filter; the name is empty where the subscription is not shared."""
    if not is_shared(topic_filter):
        return "", topic_filter
    name, _, rest = topic_filter[len(SHARE) + 1 :].partition("/")
    return name, rest


def has_wildcard(topic: str) -> bool:
    """Whether + or # is in it."""
    return "+" in topic or "#" in topic


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a valid topic filter, without `$share`, matches a valid topic name.

    `#` matches the level above it as well, and no wildcard in the first level matches a topic that starts
    with `$` (MQTT-4.7.2-1).
    """
    wanted = topic_filter.split("/")
    levels = topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place == len(levels):
            return False
        if level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def _wrong_string(text: str) -> Rule | None:
    if not text:
        return rules.TOPIC_EMPTY
    if "\0" in text:
        return rules.TOPIC_NULL
    # A character has four bytes at most: a short text needs no counting.
    if len(text) * 4 > LONGEST and len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        return rules.TOPIC_TOO_LONG
    return None

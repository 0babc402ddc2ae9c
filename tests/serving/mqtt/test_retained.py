"""Retained messages."""

from __future__ import annotations

from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.message import Message
from wslab.serving.mqtt.retained import Retained


def message(topic: str, payload: bytes = b"x", expires: float = 1e9) -> Message:
    return Message(topic, payload, 0, True, expires=expires)


def test_the_last_one_of_each_topic() -> None:
    kept = Retained(Limits())
    for each in (message("a"), message("a", b"y"), message("a/b"), message("$x")):
        kept.keep(each)
    assert [m.payload for m in kept.matching("a", 0)] == [b"y"]
    assert [m.topic for m in kept.matching("#", 0)] == ["a", "a/b"]
    assert [m.topic for m in kept.matching("a/+", 0)] == ["a/b"]
    assert [m.topic for m in kept.matching("$x", 0)] == ["$x"]
    kept.keep(message("a", b""))
    assert kept.matching("a", 0) == []
    assert len(kept) == 2


def test_an_expired_one_is_not_there() -> None:
    kept = Retained(Limits())
    kept.keep(message("a", expires=10))
    assert len(kept.matching("a", 9.9)) == 1
    assert kept.matching("a", 10) == kept.matching("#", 10) == []


def test_number_and_bytes_are_bounded_and_the_expired_make_room() -> None:
    kept = Retained(Limits(retained=2, retained_bytes=10))
    kept.keep(message("a", b"12345", expires=10))
    assert kept.has_room(message("b", b"12345"), 0)
    assert not kept.has_room(message("b", b"123456"), 0)
    kept.keep(message("b", b"12345"))
    assert not kept.has_room(message("c", b"1"), 0)
    assert kept.has_room(message("c", b""), 0)
    assert kept.has_room(message("b", b"54321"), 0)
    assert kept.has_room(message("c", b"1"), 10)
    assert len(kept) == 1

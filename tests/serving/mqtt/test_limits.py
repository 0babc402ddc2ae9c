"""What clients may do."""

from __future__ import annotations

import dataclasses

import pytest

from wslab.serving.mqtt.limits import Limits, Policy


def test_everything_is_bounded() -> None:
    assert all(0 < getattr(Limits(), each.name) < 2**31 for each in dataclasses.fields(Limits))


@pytest.mark.parametrize(
    ("user", "word", "admitted"),
    [
        ("ann", b"right", True),
        ("ann", b"wrong", False),
        ("ann", None, False),
        ("bob", None, False),
        (None, None, False),
    ],
)
def test_who_may_connect(user: str | None, word: bytes | None, admitted: bool) -> None:
    assert Policy({"ann": b"right"}).admits(user, word) is admitted
    assert Policy().admits(user, word)


def test_where_clients_may_go() -> None:
    policy = Policy(refused_filters=frozenset({"secret"}))
    assert not policy.may_subscribe("secret")
    assert policy.may_subscribe("secret/x")
    assert not policy.may_publish("$SYS/x")
    assert policy.may_publish("a/$x")


def test_passwords_are_not_printed() -> None:
    assert "right" not in repr(Policy({"ann": b"right"}))

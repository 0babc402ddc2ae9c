"""Choosing a subprotocol in every way there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import NegotiationError
from websockets.headers import parse_subprotocol
from websockets.typing import Subprotocol

from wslab.serving.subprotocols import choose_subprotocol, names


def offer(*offered: str) -> list[Subprotocol]:
    return [Subprotocol(name) for name in offered]


@pytest.mark.parametrize(
    ("offered", "spoken", "prefer", "chosen"),
    [
        (offer("a", "b"), ("b", "a"), "server", "b"),
        (offer("a", "b"), ("b", "a"), "client", "a"),
        (offer("a", "b"), ("c", "b"), "server", "b"),
        (offer("a", "b"), ("c", "b"), "client", "b"),
        (offer("a", "b"), None, "server", "a"),
        (offer("a", "b"), ("c",), "server", None),
        (offer("A"), ("a",), "server", None),  # names are case-sensitive, as every token is
        (offer(), ("c",), "server", None),
        (offer(), None, "server", None),
    ],
)
def test_whose_favourite_counts(
    offered: list[Subprotocol], spoken: tuple[str, ...] | None, prefer: str, chosen: str | None
) -> None:
    assert choose_subprotocol(offered, spoken, prefer, "none") == chosen
    if chosen is not None:
        assert choose_subprotocol(offered, spoken, prefer, "refuse") == chosen
        assert choose_subprotocol(offered, spoken, prefer, "force") == chosen


@pytest.mark.parametrize(
    ("offered", "spoken", "words"),
    [
        (offer("a"), ("b", "c"), "only b, c"),
        (offer(), ("b",), "only b"),
        (offer(), None, "nothing was offered"),
    ],
)
def test_a_refusal_says_what_would_have_been_taken(
    offered: list[Subprotocol], spoken: tuple[str, ...] | None, words: str
) -> None:
    with pytest.raises(NegotiationError, match=words):
        choose_subprotocol(offered, spoken, "server", "refuse")


def test_a_name_can_be_forced_on_a_client() -> None:
    assert choose_subprotocol(offer("a"), ("b", "c"), "client", "force") == "b"
    assert choose_subprotocol(offer(), ("b",), "client", "force") == "b"
    assert choose_subprotocol(offer(), None, "client", "force") is None


@pytest.mark.parametrize(
    ("text", "read"), [("a", ("a",)), ("chat.v2,chat.v1", ("chat.v2", "chat.v1")), ("b , a", ("b", "a"))]
)
def test_names_are_separated_by_commas(text: str, read: tuple[str, ...]) -> None:
    assert names().read(text) == read
    assert names().default is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "chat.v2,chat.v1"),
        ("a,,b", "''"),
        ("a b", "'a b'"),
        ("a\r\nX-Evil: 1", "not a name"),
        ("é", "'é'"),
        ("a,b,a", "twice"),
        (",".join(f"n{n}" for n in range(21)), "21 names"),
    ],
)
def test_what_is_no_list_of_names_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        names().read(text)


@given(st.text(max_size=30))
def test_what_is_taken_can_stand_in_a_header(text: str) -> None:
    try:
        read = names().read(text)
    except ValueError:
        return
    assert isinstance(read, tuple)
    assert parse_subprotocol(", ".join(read)) == list(read)

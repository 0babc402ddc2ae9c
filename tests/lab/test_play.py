"""Lines of `play`: what they mean, and what is no line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.play import (
    Action,
    Connect,
    End,
    Expect,
    PlayError,
    Reset,
    Send,
    Wait,
    check_play,
    parse_play,
)


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("connect /", Connect("/")),
        ("connect /chat?room=1", Connect("/chat?room=1")),
        ("connect /{seed.word}", Connect("/abcdefgh")),
        ("connect /mqtt  mqtt {seed.word}", Connect("/mqtt", ("mqtt", "abcdefgh"))),
        ('frame text "{seed.word}"', Send('text "abcdefgh"')),
        ("frame ping {seed.hex}", Send("ping 6162636465666768")),
        ('frame text fin=0 "a"; cont "b"', Send('text fin=0 "a"; cont "b"')),
        ("wait 200ms", Wait(0.2)),
        ("expect", Expect()),
        (" end ", End()),
        ("reset", Reset()),
    ],
)
def test_lines(line: str, action: Action) -> None:
    assert parse_play(line) == action


def test_the_seed_of_an_attempt() -> None:
    action = parse_play('frame text "{seed.word}"', {"seed.word": "qwertyui"})
    assert action == Send('text "qwertyui"')
    assert isinstance(action, Send)
    assert action.data(lambda: b"\0\0\0\0") == b"\x81\x88\0\0\0\0qwertyui"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "is not a line of play: write connect /path"),
        ("jump", "is not a line of play"),
        ("connect", "has no path"),
        ("connect chat", "has no path"),
        ("connect b /a", "has no path"),
        ("connect /a b,c", "'b,c' is no name of a subprotocol"),
        ("connect /a b b", "offers a subprotocol twice"),
        ("expect more", "expect stands alone"),
        ("wait", "is not a duration"),
        ("wait 1m", "10s is the most"),
        ("frame", "nothing to send"),
        ('frame text "', "character"),
        ("connect /{seed.name}", r"\{seed.name\}: there are \{seed.word\}"),
    ],
)
def test_no_lines(line: str, message: str) -> None:
    with pytest.raises(PlayError, match=message):
        parse_play(line)


def test_nothing_is_sent_before_there_is_a_connection() -> None:
    check_play([["wait 10ms", "connect /", 'frame text "x"'], ["expect", "end"]])
    with pytest.raises(PlayError, match="comes before any connect"):
        check_play([["expect"], ["end", "connect /"]])


@given(
    st.text(max_size=40) | st.sampled_from(("connect", "frame", "wait", "expect")).map(lambda v: f"{v} {{}} ")
)
def test_any_line_is_read_or_refused(line: str) -> None:
    with suppress(PlayError):
        parse_play(line)

"""What a server says of itself, and everything that only looks like it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.announcements import Connections, MalformedReadyLine, Ready, read_announcement

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
records = st.fixed_dictionaries(
    {"event": st.sampled_from(["ready", "connections"]) | json_values},
    optional={
        "server": st.sampled_from(["basic", "other"]) | json_values,
        "url": st.builds("{}://{}{}".format, st.text(max_size=4), st.text(max_size=6), st.text(max_size=8))
        | st.sampled_from(["ws://127.0.0.1:8080", "wss://[::1]:1/x", "ws://h:0", "ws://:1", "ws://h:-1"])
        | json_values,
        "open": json_values,
    },
)


@given(records.map(json.dumps) | st.text(max_size=40) | st.text(max_size=40).map("{{{}".format))
def test_any_line_is_an_announcement_or_none_or_named_as_malformed(line: str) -> None:
    try:
        announcement = read_announcement(line, "basic")
    except MalformedReadyLine as error:
        announcement = error
    match announcement:
        case MalformedReadyLine():
            assert str(announcement).startswith("its ready line ")
        case Ready(url, port):
            assert url.startswith(("ws:", "wss:", "WS", "Ws", "wS"))
            assert 0 < port < 65536
        case Connections(count):
            assert type(count) is int
            assert count >= 0
        case _:
            assert announcement is None


@pytest.mark.parametrize(
    ("url", "port"),
    [("ws://127.0.0.1:8080", 8080), ("wss://localhost:443/path?q", 443), ("ws://[::1]:1", 1)],
)
def test_ready(url: str, port: int) -> None:
    line = json.dumps({"event": "ready", "server": "basic", "url": url, "pid": 4711})
    assert read_announcement(line, "basic") == Ready(url, port)


def test_connections() -> None:
    assert read_announcement('{"event": "connections", "open": 12}', "basic") == Connections(12)

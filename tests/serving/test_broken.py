"""Frames that break a rule, each judged by the lab's own reader and by websockets."""

from __future__ import annotations

import pytest
from websockets.client import ClientProtocol
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from tests.support.wire_streams import S2C, open_reader
from wslab.serving.broken import BROKEN
from wslab.wire import violations as rule
from wslab.wire.events import Close, Frame

BROKEN_RULES = {
    "mask": (rule.MASKED_SERVER, 1002),
    "rsv": (rule.RESERVED_BITS, 1002),
    "opcode": (rule.UNKNOWN_OPCODE, 1002),
    "length": (rule.LENGTH_NOT_MINIMAL, None),  # websockets takes it
    "continuation": (rule.STRAY_CONTINUATION, 1002),
    "interrupted": (rule.INTERRUPTED_MESSAGE, 1002),
    "ping-fragment": (rule.FRAGMENTED_CONTROL, 1002),
    "ping-length": (rule.LONG_CONTROL, 1002),
    "utf8": (rule.INVALID_UTF8, 1007),
    "close-body": (rule.CLOSE_BODY_OF_ONE, 1002),
    "close-code": (rule.BAD_CLOSE_CODE, 1002),
}


@pytest.mark.parametrize("name", BROKEN)
def test_exactly_one_rule_is_broken(name: str) -> None:
    events = open_reader().receive(S2C, BROKEN[name])
    broken = [violation for event in events if isinstance(event, Frame) for violation in event.violations]
    assert broken == [BROKEN_RULES[name][0]]


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_client_of_websockets_answers(name: str) -> None:
    client = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=OPEN)
    client.receive_data(BROKEN[name])
    if name != "utf8":  # websockets decodes text above its Sans-I/O layer
        said = None if client.close_sent is None else client.close_sent.code
        assert said == BROKEN_RULES[name][1]


def test_there_is_a_close_only_where_the_name_says_so() -> None:
    for name, data in BROKEN.items():
        closes = [event for event in open_reader().receive(S2C, data) if isinstance(event, Close)]
        assert bool(closes) == name.startswith("close-")

"""What is said of an MQTT connection."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from rich.cells import cell_len

from wslab.i18n import sentence
from wslab.lab.mqtt.client import MqttClient, Published, Subscribed, WillWatch
from wslab.lab.mqtt.options import MqttOptions
from wslab.tui.mqtt.status_text import (
    outcome_lines,
    published_line,
    state_line,
    subscription_lines,
    will_line,
)
from wslab.wire.clock import Clock
from wslab.wire.events import Phase
from wslab.wire.mqtt.packets import Connack, Will
from wslab.wire.mqtt.properties import PropertyId, properties

WILL = Will("last/\x1b[1m", b"gone\xff", 1)


class Link:
    """Stands where a connection is; only its phase is asked for."""

    why = ""

    def __init__(self, phase: Phase) -> None:
        self.phase = phase


def client(phase: Phase = Phase.OPEN, connack: Connack | None = None, **options: Any) -> MqttClient:
    made = MqttClient(Clock(), lambda _events: None, itertools.count(1))
    if phase is not Phase.DISCONNECTED:
        made._link = Link(phase)  # type: ignore[assignment]
        made.options = MqttOptions("ws://127.0.0.1:1/", **options)
        made.connack = connack or Connack()
    return made


def test_the_line_of_the_state() -> None:
    assert state_line(client(Phase.DISCONNECTED), 80) == "DISCONNECTED · choose how to connect, then Connect"
    assert state_line(client(Phase.CONNECTING), 80) == "CONNECTING"
    assert state_line(client(Phase.ERROR), 80) == "ERROR · the page Connection says why"
    connack = Connack(True, 0, properties((PropertyId.SERVER_KEEP_ALIVE, 7)))
    assert (
        state_line(client(connack=connack, client_id="me"), 80)
        == "OPEN · MQTT 5.0 · client me · session resumed · keep alive 7 s"
    )
    assert state_line(client(version=4, keep_alive=0), 80) == (
        "OPEN · MQTT 3.1.1 · client – · new session · no keep alive"
    )


@pytest.mark.parametrize("width", range(20, 100, 7))
def test_it_is_never_cut_within_a_word(width: int) -> None:
    line = state_line(client(client_id="日本" * 1000 + "\x1b"), width)
    assert cell_len(line) <= width
    assert line.startswith("OPEN")
    assert line.isprintable()


def test_the_answer_to_connect() -> None:
    connack = Connack(
        True, 0,
        properties(
            (PropertyId.MAXIMUM_QOS, 1), (PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFF),
            (PropertyId.REASON_STRING, "a\x07b"), (PropertyId.AUTHENTICATION_DATA, b"\x01\x02"),
            (PropertyId.USER_PROPERTY, ("a", "b")),
        ),
    )  # fmt: skip
    lines = outcome_lines(client(connack=connack, will=WILL))
    assert lines[0] == "CONNACK 0x00 Success"
    assert "kept the session" in lines[1]
    assert lines[2] == (
        "Maximum QoS 1 at least once · Session Expiry Interval never · Reason String a␇b"
        " · Authentication Data 01 02 · User Property a=b"
    )
    assert lines[3] == "the will is published to last/␛[1m if the connection breaks"
    assert outcome_lines(client(version=4)) == ["CONNACK 0x00 Connection Accepted"]


def test_why_there_is_no_connection() -> None:
    ended = client(Phase.ERROR)
    ended.why = sentence("the broker refused CONNECT: {code}", code="0x87 Not\x00authorized")
    assert outcome_lines(ended) == ["the broker refused CONNECT: 0x87 Not␀authorized"]
    assert outcome_lines(client(Phase.DISCONNECTED)) == []


def test_what_came_of_a_will() -> None:
    where = "last/␛[1m"
    assert will_line(WillWatch(WILL)) == f"a second connection waits for the will on {where} …"
    assert will_line(WillWatch(WILL, False)) == f"no will came on {where} within 5 s"
    assert (
        will_line(WillWatch(WILL, False, trouble="x\n")) == f"nobody could wait for the will on {where}: x␊"
    )
    assert (
        will_line(WillWatch(WILL, False, 0.002, 1))
        == f"the will came on {where}, 2 ms after the cut, QoS 1: 67 6f 6e 65 ff"
    )
    ended = client(Phase.CLOSED)
    ended.will = WillWatch(Will("t", b"bye"), False, 0.002, 0)
    assert outcome_lines(ended) == ["the will came on t, 2 ms after the cut, QoS 0: bye"]


def test_what_became_of_a_message() -> None:
    assert published_line(Published("a\x00", 0, 0.0, "")) == "a␀: sent with QoS 0, which nobody acknowledges"
    assert (
        published_line(Published("a", 1, 0.0012, "0x10 No matching subscribers"))
        == "a: QoS 1, acknowledged after 1.2 ms: PUBACK 0x10 No matching subscribers"
    )
    assert published_line(Published("a", 2, 1.0, "")) == "a: QoS 2, acknowledged after 1 s: PUBREC"


def test_subscriptions() -> None:
    assert subscription_lines(Subscribed("a/#", 2, 1, 5)) == ("a/#", "asked QoS 2, granted 1")
    assert subscription_lines(Subscribed("a", 0, 0x87, 5)) == ("a", "refused: 0x87 Not authorized")
    name, what = subscription_lines(Subscribed("a\x1b" * 500, 0, 0x80, 4))
    assert (len(name), name[:4], what) == (100, "a␛a␛", "refused: 0x80 Failure")

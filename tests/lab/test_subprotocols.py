"""Subprotocols of the connections of a log."""

from __future__ import annotations

import pytest

from tests.support.traffic import a_frame
from tests.support.wire_streams import C2S, S2C, answer, fixed_clock, request
from wslab.lab import subprotocols as module
from wslab.lab.journal import Journal
from wslab.lab.subprotocols import Subprotocols
from wslab.wire.connection import ConnectionReader
from wslab.wire.events import Ui


def test_what_each_connection_agreed_on() -> None:
    journal, clock = Journal(), fixed_clock()
    subprotocols = Subprotocols(journal)
    for conn, name in ((1, "mqtt"), (2, "")):
        reader = ConnectionReader(conn, clock)
        (asked,) = reader.receive(C2S, request("", name))
        journal.append([asked])
        assert subprotocols.of(asked) is None
        journal.append(reader.receive(S2C, answer("", name)))
        assert subprotocols.of(asked) == (name or None)
    journal.clear()
    assert subprotocols.of(a_frame(9)) == "mqtt"
    assert subprotocols.of(Ui(1, 0.0, 0.0, 0, "send", "")) is None


def test_a_handshake_that_is_gone_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    subprotocols = Subprotocols(Journal())
    assert subprotocols.of(a_frame(1)) is None
    monkeypatch.delattr(module, "opening_among")
    assert subprotocols.of(a_frame(2)) is None

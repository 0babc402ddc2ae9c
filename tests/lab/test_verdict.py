"""Verdicts, and what they fill into texts."""

from __future__ import annotations

from hypothesis import given

from tests.support.check_events import EVERY_KIND, close, http
from tests.support.traffic import a_frame
from wslab.lab.verdict import Status, Verdict, values_of
from wslab.wire import violations as rule
from wslab.wire.event_fields import FIELDS
from wslab.wire.events import KINDS, Event


def test_what_is_filled_in_are_the_fields_of_the_event() -> None:
    values = values_of(a_frame(1, b"ping\x1b[2J", violations=[rule.UNMASKED_CLIENT]))

    assert values["text"] == "ping\\x1b[2J"
    assert values["op"] == "TEXT"
    assert values["len"] == "8"
    assert values["masked"] == "true"
    assert values["dir"] == "c>s"
    assert values["violations"] == rule.UNMASKED_CLIENT
    assert values_of(close(None))["code"] == ""
    assert "header" not in values_of(http("GET / HTTP/1.1"))
    assert values_of(http("GET / HTTP/1.1"))["status"] == ""


@given(EVERY_KIND)
def test_every_value_is_short_and_printable(event: Event) -> None:
    for name, value in values_of(event).items():
        assert name in FIELDS[KINDS[type(event)]]
        assert value.isprintable() or not value


def test_a_verdict_is_pending_until_something_is_known() -> None:
    assert Verdict(Status.PENDING) == Verdict(Status("pending"), "", (), None, None, {}, None, None, "")

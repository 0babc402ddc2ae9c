from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import EXTERNAL_CLOSE_CODES

from wslab.wire.closecodes import REGISTERED, describe
from wslab.wire.graphql.closing import CLOSINGS, Closing


def test_every_registered_code_has_a_name_and_a_meaning() -> None:
    assert set(range(1000, 1016)) | {3000, 3003, 3008} == set(REGISTERED)
    names = [describe(code).name for code in REGISTERED]
    assert len(set(names)) == len(names)
    assert all(describe(code).meaning.endswith(".") for code in REGISTERED)


def test_sendable_agrees_with_an_independent_implementation() -> None:
    sendable = {code for code in range(1000, 3000) if describe(code).sendable}
    assert sendable == set(EXTERNAL_CLOSE_CODES)


@pytest.mark.parametrize(
    ("code", "retry"),
    [
        (None, True), (1000, True), (1001, True), (1002, False), (1003, False), (1005, True), (1006, True),
        (1007, False), (1008, False), (1009, False), (1010, False), (1011, True), (1012, True), (1013, True),
        (1014, True), (3000, False), (3003, False), (3008, True), (3499, True), (3500, False), (3999, False),
        (4000, True), (4399, True), (4400, False), (4401, False), (4499, False), (4500, True), (4999, True),
    ],
)  # fmt: skip
def test_retry(code: int | None, retry: bool) -> None:
    assert describe(code).retry is retry


@pytest.mark.parametrize("code", [0, 999, 1016, 2999, 5000, 65535, -1, 1 << 40])
def test_codes_outside_the_ranges_are_not_sendable_and_say_so(code: int) -> None:
    described = describe(code)
    assert not described.sendable
    assert described.section == "6455#7.4.2"
    assert "Nobody may send" in described.meaning


@pytest.mark.parametrize("code", [3001, 3500, 3999, 4000, 4400, 4999])
def test_library_and_application_codes_may_be_sent(code: int) -> None:
    assert describe(code).sendable


def test_an_empty_body_is_described_without_a_number() -> None:
    described = describe(None)
    assert described.code is None
    assert described.sendable
    assert "1005" in described.meaning


@given(st.integers())
def test_any_number_is_answered(code: int) -> None:
    described = describe(code)
    assert described.code == code
    assert described.name
    assert described.meaning


@pytest.mark.parametrize("closing", CLOSINGS.values(), ids=lambda each: str(each.code))
def test_codes_of_graphql_mean_what_it_says_where_it_was_agreed_on(closing: Closing) -> None:
    described = describe(closing.code, "graphql-transport-ws")
    assert (described.meaning, described.section) == (closing.meaning, closing.heading)
    assert described.sendable
    assert described.retry == (closing.code == 4408)
    assert "{" not in described.name
    for other in (None, "", "chat", "graphql-ws"):
        assert describe(closing.code, other) == describe(closing.code)


def test_a_refusal_of_the_older_subprotocol() -> None:
    described = describe(1011, "graphql-ws")
    assert described.section == "library subscriptions-transport-ws"
    assert "connection_error" in described.meaning
    assert describe(1011, "graphql-transport-ws") == describe(1011)


@given(st.none() | st.integers(), st.sampled_from(["graphql-transport-ws", "graphql-ws", "mqtt"]))
def test_a_subprotocol_changes_nothing_about_what_may_be_sent(code: int | None, subprotocol: str) -> None:
    assert describe(code, subprotocol).sendable == describe(code).sendable
    assert describe(code, subprotocol).code == code

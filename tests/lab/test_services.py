from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.services import REACH_TIMEOUT, SERVICES, fallback_line, is_public


def test_the_two_services_of_the_first_phase_come_encrypted() -> None:
    assert [service.url for service in SERVICES] == [
        "wss://echo.websocket.org",
        "wss://ws.postman-echo.com/raw",
    ]
    assert [service.host for service in SERVICES] == ["echo.websocket.org", "ws.postman-echo.com"]
    assert all(service.name and service.note.endswith(".") for service in SERVICES)
    assert REACH_TIMEOUT == 5


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("wss://echo.websocket.org", True),
        ("wss://ECHO.websocket.org:443/anything?x=1", True),
        ("wss://ws.postman-echo.com/raw", True),
        ("ws://127.0.0.1:8080/echo", False),
        ("wss://echo.websocket.org.example.com", False),
        ("wss://example.com/echo.websocket.org", False),
        ("wss://[broken", False),
        ("", False),
    ],
)
def test_a_public_service_is_known_by_its_host(url: str, public: bool) -> None:
    assert is_public(url) is public


def test_the_line_says_what_failed_why_and_what_works_instead() -> None:
    line = fallback_line("wss://echo.websocket.org", "no answer within 5 s.")
    assert line == (
        "echo.websocket.org can't be reached (no answer within 5 s): "
        "press c for the bundled server, which does the same without a network"
    )


def test_a_cause_that_is_not_known_leaves_no_trace() -> None:
    assert "()" not in fallback_line("wss://ws.postman-echo.com/raw", "")


@given(st.text())
def test_it_is_one_line_whatever_the_cause(why: str) -> None:
    line = fallback_line("wss://echo.websocket.org", why)
    assert len(line.splitlines()) == 1


@given(st.text())
def test_what_is_no_url_is_not_public_and_still_gets_a_line(text: str) -> None:
    assert not is_public(text)
    assert "press c" in fallback_line(text, "")

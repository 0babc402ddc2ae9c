"""Options of an MQTT connection, and everything that can be wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.mqtt.options import (
    NEVER,
    MqttOptions,
    check_filter,
    check_string,
    check_topic,
    read_number,
    too_long,
)
from wslab.wire.mqtt.packets import Will

URL = "ws://127.0.0.1:1/mqtt"


def test_the_usual() -> None:
    options = MqttOptions(URL)
    assert (options.version, options.clean_start, options.keep_alive, options.will) == (5, True, 60, None)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(MqttOptions(URL, username="me", password="secret"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "http//x"}, "no scheme"),
        ({"url": "ws://me:secret@host/"}, "write them into their fields"),
        ({"version": 3}, "version 3: there are 4 (MQTT 3.1.1) and 5 (MQTT 5.0)"),
        ({"client_id": "a\0b"}, "client id: the null character"),
        ({"client_id": "x" * 65_536}, "client id: 65536 bytes are too many, 65535 fit"),
        ({"client_id": "\ud800"}, "client id: half a surrogate pair"),
        ({"username": "\0"}, "user name: the null character"),
        ({"username": "me", "password": "\0"}, "password: the null character"),
        ({"password": "secret"}, "password: it goes with a user name"),
        ({"keep_alive": 65_536}, "keep alive 65536: write a whole number from 0 to 65535"),
        ({"keep_alive": -1}, "keep alive -1"),
        ({"session_expiry": NEVER + 1}, "session expiry 4294967296"),
        ({"version": 4, "clean_start": False}, "client id: MQTT 3.1.1 wants one"),
        ({"will": Will("a/+")}, "will topic 'a/+': + and # are for subscriptions"),
        ({"will": Will("")}, "will topic: write one"),
        ({"will": Will("a", bytes(65_536))}, "will message: 65536 bytes are too many"),
        ({"will": Will("a", qos=3)}, "will QoS 3: write a whole number from 0 to 2"),
        ({"ca_file": "/nowhere/ca.pem"}, "there is no such file"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - the message is what is looked at
        MqttOptions(**({"url": URL} | wrong))
    assert message in str(told.value)


def test_a_ca_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    assert MqttOptions(URL, ca_file=str(tmp_path / "ca.pem")).ca_file


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "٣", "1 2", "256", "9" * 5000])
def test_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"^keep alive .*: write a whole number from 0 to 255$"):
        read_number("keep alive", text, 255)


@given(st.integers(0, NEVER))
def test_numbers(value: int) -> None:
    assert read_number("session expiry", f" {value} ", NEVER) == value


@given(st.text(), st.integers(0, NEVER))
def test_whatever_is_typed_is_read_or_refused(text: str, highest: int) -> None:
    try:
        value = read_number("QoS", text, highest)
    except ValueError:
        assert not (text.isascii() and text.isdigit() and int(text) <= highest)
    else:
        assert 0 <= value <= highest


@pytest.mark.parametrize(
    ("topic_filter", "version", "message"),
    [
        ("", 5, "write one"),
        ("a/#/b", 5, "mqtt5#"),
        ("a+", 4, "mqtt3.1.1#"),
        ("$share/a", 5, "mqtt5#"),
        ("a\0", 5, "null character"),
        ("x" * 65_536, 5, "too many"),
    ],
)
def test_wrong_filters(topic_filter: str, version: int, message: str) -> None:
    with pytest.raises(ValueError, match=r"^topic filter") as told:
        check_filter(topic_filter, version)
    assert message in str(told.value)


def test_right_filters() -> None:
    for topic_filter in ("#", "+/a/#", "/", "$SYS/#", "$share/group/a/#"):
        check_filter(topic_filter, 5)
    # Shared subscriptions are of MQTT 5: before, this is a topic like any other.
    check_filter("$share/a", 4)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_topic_is_fit_or_refused_by_name(topic: str) -> None:
    if not topic or set("+#\0") & set(topic):
        with pytest.raises(ValueError, match="topic"):
            check_topic("topic", topic)
    else:
        check_topic("topic", topic)


def test_strings_count_in_bytes() -> None:
    check_string("topic", "ü" * 32_767)
    with pytest.raises(ValueError, match="65536 bytes"):
        check_string("topic", "ü" * 32_768)
    assert "5 bytes are too many, 4 fit" in str(too_long("payload", 5, 4))

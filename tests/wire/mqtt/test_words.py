"""Numbers in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.mqtt import words
from wslab.wire.mqtt.properties import RULES, PropertyId


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.qos_words(1), "1 at least once"),
        (words.qos_words(3), "3 reserved"),
        (words.retain_handling_words(2), "2 no retained messages"),
        (words.retain_handling_words(3), "3 reserved"),
        (words.type_words(3), "3 PUBLISH"),
        (words.type_words(0), "0 reserved"),
        (words.level_words(3), "3 MQTT 3.1"),
        (words.level_words(6), "6 unknown"),
        (words.keep_alive_words(0), "0 off"),
        (words.keep_alive_words(60), "60 s"),
        (words.yes_words(0), "0 no"),
        (words.property_id_words(0x11), "0x11 Session Expiry Interval"),
        (words.property_id_words(0x7E), "0x7E unknown"),
        (words.property_words(PropertyId.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFF), "never"),
        (words.property_words(PropertyId.WILL_DELAY_INTERVAL, 5), "5 s"),
        (words.property_words(PropertyId.SERVER_KEEP_ALIVE, 0), "0 off"),
        (words.property_words(PropertyId.PAYLOAD_FORMAT_INDICATOR, 1), "1 UTF-8"),
        (words.property_words(PropertyId.PAYLOAD_FORMAT_INDICATOR, 9), "9 reserved"),
        (words.property_words(PropertyId.MAXIMUM_QOS, 1), "1 at least once"),
        (words.property_words(PropertyId.MAXIMUM_PACKET_SIZE, 100), "100 bytes"),
        (words.property_words(PropertyId.RETAIN_AVAILABLE, 0), "0 no"),
        (words.property_words(PropertyId.TOPIC_ALIAS, 7), "7"),
    ],
)
def test_words(said: str, expected: str) -> None:
    assert said == expected


@given(st.sampled_from(sorted(RULES)), st.integers(0, 0xFFFF_FFFF))
def test_every_number_of_every_property_has_words(identifier: int, value: int) -> None:
    assert words.property_words(identifier, value)

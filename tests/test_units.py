from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.units import format_duration, format_size, parse_duration, parse_rate, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("50ms", 0.05), ("2s", 2), ("1.5m", 90), ("1h", 3600), ("3", 3), ("250us", 0.00025), (" .5 s ", 0.5)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "size"), [("512", 512), ("64KiB", 65536), ("1MiB", 2**20), ("10kB", 10_000), ("1.5kib", 1536)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_rates_are_bits_a_second() -> None:
    assert parse_rate("1mbit") == 1_000_000
    assert parse_rate("64kbit") == 64_000


@pytest.mark.parametrize("text", ["", "fast", "-1s", "1 s 2", "5 parsecs", "1e5s", "٣s x", "9" * 400 + "s"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it like 50ms|too large"):
        parse_duration(text)


def test_a_size_is_whole() -> None:
    with pytest.raises(ValueError, match="whole number of bytes"):
        parse_size("1.5")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_duration, parse_size, parse_rate):
        try:
            assert parse(text) >= 0
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00042, "420 µs"),
        (0.0032, "3.2 ms"),
        (1.25, "1.25 s"),
        (125, "2:05"),
        (3723, "1:02:03"),
        (-2, "-2 s"),
        (0, "0 µs"),
    ],
)
def test_durations_are_shown_short(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (312, "312 B"),
        (1536, "1.5 KiB"),
        (20 * 2**20, "20 MiB"),
        (3 * 2**30, "3 GiB"),
        (2**42, "4 TiB"),
    ],
)
def test_sizes_are_shown_short(size: int, text: str) -> None:
    assert format_size(size) == text

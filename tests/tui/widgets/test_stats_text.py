from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.figures import EMPTY, busy_snapshot, plain
from wslab.tui.widgets.stats_text import (
    BARS,
    NARROWEST,
    Line,
    clock_time,
    count,
    panel_lines,
    percent,
    short_time,
    shortened,
    sparkline,
    spoken_time,
    summary_line,
)
from wslab.wire.statistics import Snapshot, UnitCount

BUSY = busy_snapshot()


def text(snapshot: Snapshot, width: int, height: int | None = None) -> list[str]:
    return [plain(line) for line in panel_lines(snapshot, width, height)]


@pytest.mark.parametrize(
    ("number", "width", "expected"),
    [
        (0, 7, "0"), (999_999, 7, "999,999"), (1_234_567, 9, "1,234,567"), (1_234_567, 8, "1234567"),
        (1_234_567, 6, "1.23M"), (12_345_678, 7, "12.3M"), (999_999_999_999, 7, "1.00T"), (10**18, 7, "1000P"),
    ],
)  # fmt: skip
def test_numbers_are_exact_where_they_fit(number: int, width: int, expected: str) -> None:
    assert count(number, width) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"), (0.25, "0.2"), (9.96, "10.0"), (12.4, "12"), (999, "999"), (999.6, "1.00k"), (1000, "1.00k"),
        (9_994, "9.99k"), (9_996, "10.0k"), (99_960, "100k"), (999_499, "999k"), (999_500, "1.00M"), (2.5e9, "2.50G"),
    ],
)  # fmt: skip
def test_shortened(number: float, expected: str) -> None:
    assert shortened(number) == expected


@given(st.floats(0, 9.9e17))
def test_shortened_numbers_fit_and_are_close(number: float) -> None:
    shown = shortened(number)
    assert len(shown) <= 5
    factor = 1000 ** " kMGTP".index(shown[-1]) if shown[-1].isalpha() else 1
    assert float(shown.rstrip("kMGTP")) * factor == pytest.approx(number, rel=0.0051, abs=0.51)


@pytest.mark.parametrize(
    ("seconds", "short", "spoken"),
    [
        (0, "0µs", "0 µs"), (8e-6, "8µs", "8 µs"), (4e-4, "400µs", "0.4 ms"), (0.00042, "420µs", "0.42 ms"),
        (0.0042, "4.2ms", "4.2 ms"), (0.042, "42ms", "42 ms"), (0.9994, "999ms", "999 ms"), (1, "1.0s", "1.0 s"),
        (42, "42s", "42 s"), (59.9, "1.0m", "0:59"), (125, "2.1m", "2:05"), (3723, "1h", "1:02:03"),
        (360_000, "100h", "100:00:00"),
    ],
)  # fmt: skip
def test_times(seconds: float, short: str, spoken: str) -> None:
    assert (short_time(seconds), spoken_time(seconds)) == (short, spoken)


@given(st.floats(0, 3e7))
def test_a_short_time_takes_five_cells(seconds: float) -> None:
    assert len(short_time(seconds)) <= 5


def test_a_clock_counts_up() -> None:
    assert [clock_time(seconds) for seconds in (0, 42.9, 725, 3723)] == ["00:00", "00:42", "12:05", "1:02:03"]


def test_parts_of_one() -> None:
    assert [percent(part) for part in (None, 0.0, 0.0421, 0.0996, 1.02)] == [
        "–",
        "0.0%",
        "4.2%",
        "10%",
        "102%",
    ]


def test_a_sparkline_tells_nothing_from_little() -> None:
    assert sparkline((0, 1, 500, 1000), 10) == "▁▂▅█"
    assert sparkline((0, 0), 10) == "▁▁"
    assert sparkline((9, 9, 0, 7), 2) == "▁█"
    assert sparkline((1, 2), 0) == ""
    assert sparkline((), 5) == ""


@given(st.lists(st.integers(0, 10**12), max_size=60), st.integers(0, 70))
def test_a_sparkline_has_a_bar_for_every_value(values: list[int], width: int) -> None:
    bars = sparkline(values, width)
    assert len(bars) == min(width, len(values))
    assert set(bars) <= set(BARS)
    assert [bar == BARS[0] for bar in bars] == [not value for value in values[len(values) - len(bars) :]]


@pytest.mark.parametrize("snapshot", [EMPTY, BUSY])
@pytest.mark.parametrize("width", range(NARROWEST, 61))
def test_every_line_fits_and_columns_do_not_touch(snapshot: Snapshot, width: int) -> None:
    for line in panel_lines(snapshot, width):
        assert cell_len(plain(line)) <= width
        label, values = line[0][0], line[1][0] if len(line) > 1 else " "
        assert label.endswith(" ") or values.startswith(" ") or line[0][1] == "alarm"
        if line[0][1] != "alarm" and len(line) == 2:
            assert cell_len(plain(line)) == width


@pytest.mark.parametrize("height", range(30))
def test_whole_rows_are_left_out_the_less_important_first(height: int) -> None:
    everything, some = text(BUSY, 30), text(BUSY, 30, height)
    assert len(some) <= height
    assert len(some) >= min(height, len(everything)) - 1
    places = [everything.index(line) for line in some]
    assert places == sorted(places)
    for rank, start in enumerate(["frames", "text", "binary"][:height]):
        assert some[rank].startswith(start)
    assert any(line.startswith("times") for line in some) == any(line.startswith("rtt") for line in some)


def test_counts_stand_under_sent_and_received() -> None:
    lines = {line.split("  ")[0]: line.split()[-2:] for line in text(BUSY, 60)}
    assert lines["frames"] == ["sent", "received"]
    assert lines["text"] == ["1,234,567", "12"]
    assert lines["ping / pong"] == ["2/1", "1/2"]
    assert lines["close"] == ["1", "0"]
    assert lines["reserved opcodes"] == ["0", "1"]
    assert lines["frames a message"] == ["1", "2.5"]
    assert lines["compressed to"] == ["–", "25%"]


def test_times_have_their_percentiles() -> None:
    rtt = next(line for line in text(BUSY, 60) if line.startswith("ping to pong"))
    assert rtt.split()[-5:] == ["500µs", "400µs", "400µs", "495µs", "500µs"]
    assert next(line for line in text(BUSY, 26) if line.startswith("rtt")).split() == [
        "rtt", "500µs", "400µs", "495µs",
    ]  # fmt: skip


def test_a_total_too_wide_for_its_column_is_shortened() -> None:
    line = next(line for line in text(BUSY, 26) if line.startswith("text"))
    assert line.split() == ["text", "1234567", "12"]


def test_broken_rules_are_told_in_full_without_control_characters() -> None:
    for width in (26, 60):
        lines = text(BUSY, width)
        told = " ".join(line.strip() for line in lines[[line[:3] for line in lines].index("! b") :])
        assert "3× 6455#5.1 client frame not masked" in told
        assert "␛[2J" in told
        assert "\x1b" not in told


def test_the_summary_tells_the_most_important_first() -> None:
    assert plain(summary_line(EMPTY, 80)) == "text 0/0  ping 0/0"
    wide = plain(summary_line(BUSY, 200))
    assert wide.startswith("text 1234567/12  binary 0/3  ping 2/1  rtt 0.5 ms  echo 2 ms")
    assert wide.endswith("! 4 broken")


@given(st.integers(0, 120))
def test_the_summary_fits_and_keeps_the_text_frames(width: int) -> None:
    line: Line = summary_line(BUSY, width)
    assert plain(line).startswith("text 1234567/12")
    assert cell_len(plain(line)) <= max(width, len("text 1234567/12"))


def test_what_was_decoded_is_counted_by_name() -> None:
    def with_units(snapshot: Snapshot, *sent: UnitCount) -> Snapshot:
        return replace(snapshot, sent=replace(snapshot.sent, units=sent))

    snapshot = with_units(
        EMPTY, UnitCount("mqtt", "PUBLISH", 3, 30), UnitCount("graphql", "connection_init", 1, 9)
    )
    for width, name in ((26, "connection_i…"), (60, "connection_init")):
        lines = text(snapshot, width)
        at = next(place for place, line in enumerate(lines) if line.startswith("decoded"))
        assert [line.split() for line in lines[at + 1 :]] == [["PUBLISH", "3", "0"], [name, "1", "0"]]
        assert {cell_len(line) for line in lines[at:]} == {width}
    assert not any(line.startswith("decoded") for line in text(EMPTY, 60))
    assert any(line.startswith("unread") for line in text(with_units(EMPTY, UnitCount("mqtt", "", 1, 1)), 30))

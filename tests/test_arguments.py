"""What arguments of the command line may be."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.arguments import (
    WrappedDescription,
    add_language,
    address,
    duration,
    existing_file,
    frame_rate,
    optional_duration,
    optional_period,
    optional_size,
    period,
    screen_size,
)

TYPES: tuple[Callable[[str], object], ...] = (
    address, duration, existing_file, frame_rate, optional_duration, optional_period, optional_size, period,
    screen_size,
)  # fmt: skip


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (frame_rate, "60", 60),
        (duration, "50ms", 0.05),
        (optional_duration, "off", None),
        (optional_duration, "0s", 0),
        (period, "2s", 2),
        (optional_period, "off", None),
        (optional_size, "64KiB", 65536),
        (optional_size, "off", None),
        (address, "127.0.0.1:0", ("127.0.0.1", 0)),
        (address, "[::1]:9000", ("::1", 9000)),
        (screen_size, "80x24", (80, 24)),
    ],
)
def test_what_is_right_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        (frame_rate, "0", "from 1 to 60"),
        (duration, "soon", "'soon'"),
        (period, "0s", "write a duration above 0"),
        (optional_period, "0", "write a duration above 0"),
        (optional_size, "0", "write a size above 0, or off"),
        (optional_size, "big", "'big'"),
        (address, "9000", "write it like 127.0.0.1:9000"),
        (address, "::1:80", "in brackets"),
        (screen_size, "19x8", "at least 20x8"),
        (existing_file, "/none", "there is no file '/none'"),
    ],
)
def test_what_is_wrong_is_named(read: Callable[[str], object], text: str, why: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=why):
        read(text)


def test_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert existing_file(str(tmp_path / "x")) == str(tmp_path / "x")


@given(st.sampled_from(TYPES), st.text(st.characters(exclude_characters="\0")))
def test_any_text_is_read_or_refused(read: Callable[[str], object], text: str) -> None:
    # Anything else that is raised would reach the user as a traceback.
    with contextlib.suppress(argparse.ArgumentTypeError):
        read(text)


def test_the_language_is_named_before_a_command_or_behind_it() -> None:
    parser = argparse.ArgumentParser()
    add_language(parser)
    add_language(parser.add_subparsers().add_parser("go"))
    for line in (["--lang", "ja", "go"], ["go", "--lang", "ja"]):
        assert parser.parse_args(line).lang == "ja"
    assert not hasattr(parser.parse_args(["go"]), "lang")


def test_a_description_is_wrapped_and_an_epilog_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    parser = argparse.ArgumentParser(
        description="word " * 30, epilog="one\n   two", formatter_class=WrappedDescription
    )
    lines = parser.format_help().splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[-2:] == ["one", "   two"]

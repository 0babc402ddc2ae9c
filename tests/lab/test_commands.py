from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab import commands
from wslab.lab.commands import (
    COMMANDS,
    CommandError,
    Line,
    completions,
    parse_close,
    parse_fragments,
    parse_hex,
    parse_line,
    parse_path,
    parse_switch,
    read_file,
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hello", Line("text", "hello")),
        (" two  spaces ", Line("text", " two  spaces ")),
        ("//etc", Line("text", "/etc")),
        ("/text  /x ", Line("text", " /x ")),
        ("/PING  are you there ", Line("ping", "are you there")),
        ("/clear", Line("clear", "")),
    ],
)
def test_lines_are_messages_or_commands(line: str, expected: Line) -> None:
    assert parse_line(line) == expected


def test_an_unknown_command_names_the_nearest() -> None:
    with pytest.raises(CommandError, match="did you mean /ping"):
        parse_line("/pign")
    with pytest.raises(CommandError, match="/help"):
        parse_line("/zzzzzz")


@given(st.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        parsed = parse_line(line)
    except CommandError:
        assert line.startswith("/")
    else:
        assert parsed.name in COMMANDS


@given(st.text().filter(lambda text: not text.startswith("/")))
def test_every_other_text_is_sent_as_it_is(text: str) -> None:
    assert parse_line(text) == Line("text", text)


def test_completion_offers_whole_lines() -> None:
    assert completions("/cl") == ["/close ", "/clear"]
    assert completions("cl") == []
    assert completions("//cl") == []
    assert completions("/close 10") == []


def test_every_example_is_a_line_of_its_own_command() -> None:
    for spec in COMMANDS.values():
        if spec.example:
            assert parse_line(spec.example).name == spec.name


def test_close_takes_code_and_reason() -> None:
    assert parse_close("") == (1000, "")
    assert parse_close("1008  not here ") == (1008, "not here")
    for bad in ("x", "99999", "-1", "1²"):
        with pytest.raises(CommandError, match="not a number from 0 to 65535"):
            parse_close(bad)


def test_hex_allows_the_usual_spellings() -> None:
    assert parse_hex("00 ff:10 0xAB") == b"\x00\xff\x10\xab"
    for bad in ("0", "zz", "0 0 0"):
        with pytest.raises(CommandError, match="not hexadecimal"):
            parse_hex(bad)


def test_switches_are_on_or_off() -> None:
    assert parse_switch("insecure", "ON")
    assert not parse_switch("insecure", " off ")
    with pytest.raises(CommandError, match="takes on or off"):
        parse_switch("insecure", "maybe")


def test_fragments_are_divided_by_bars() -> None:
    assert parse_fragments(" hel |lo | ") == ["hel", "lo", ""]
    for bad in ("", "hello"):
        with pytest.raises(CommandError, match="at least two parts"):
            parse_fragments(bad)


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert parse_path("file", "~/a b") == Path("/home/somebody/a b")
    assert parse_path("file", "~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    with pytest.raises(CommandError, match="/ca needs the name of a file"):
        parse_path("ca", "")


def test_a_file_is_read_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00" * 1025)
    assert read_file(path) == b"\x00" * 1025
    monkeypatch.setattr(commands, "LARGEST_FILE", 1024)
    with pytest.raises(CommandError, match="takes at most 1 KiB"):
        read_file(path)
    for bad in (tmp_path, tmp_path / "none"):
        with pytest.raises(CommandError, match="is not a file"):
            read_file(bad)

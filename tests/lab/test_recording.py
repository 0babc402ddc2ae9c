"""The log as a file of events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.bench import a_bench
from wslab.lab.commands import CommandError
from wslab.lab.recording import save_events, save_rows
from wslab.wire.events import Event
from wslab.wire.jsonform import FORMAT, load


def loaded(path: Path) -> list[Event]:
    return [load(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]


async def test_what_was_saved_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    async with a_bench() as bench:
        await bench.connect()
        await bench.send_text("hällo \x1b[31m\u2028 日本")
        await bench.send_binary(bytes(range(256)))
        await bench.send_raw('text "\\xff"')
        bench.note("look", "here")
        held = bench.journal.slice(bench.journal.first, bench.journal.total)
        save_events(path, held)
    assert len(held) > 10
    assert loaded(path) == held
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0])["format"] == FORMAT


def test_an_empty_log_is_a_file_with_its_first_line(tmp_path: Path) -> None:
    save_events(tmp_path / "a.jsonl", [])
    assert loaded(tmp_path / "a.jsonl") == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        save_events(tmp_path / "missing" / "a.jsonl", [])


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    save_rows(path, ["日本", "b"])
    assert path.read_text(encoding="utf-8") == "日本\nb\n"
    for save in (save_rows, save_events):
        with pytest.raises(CommandError, match=r"mine\.txt exists already"):
            save(path, [])
    assert path.read_text(encoding="utf-8") == "日本\nb\n"

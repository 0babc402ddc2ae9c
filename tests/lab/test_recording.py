"""The log as a file of events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.bench import a_bench
from wslab.lab.journal import Journal
from wslab.lab.recording import save_events
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
        count = save_events(path, bench.journal)
        held = list(bench.journal.slice(bench.journal.first, bench.journal.total))
    assert count == len(held) > 10
    assert loaded(path) == held
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0])["format"] == FORMAT


def test_an_empty_log_is_a_file_with_its_first_line(tmp_path: Path) -> None:
    assert save_events(tmp_path / "a.jsonl", Journal()) == 0
    assert loaded(tmp_path / "a.jsonl") == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        save_events(tmp_path / "missing" / "a.jsonl", Journal())

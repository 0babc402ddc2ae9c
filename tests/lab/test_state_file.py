"""Small tables that are remembered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wslab.lab.state_file import StateError, StateFile


def test_a_table_is_remembered(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state" / "x.json")
    assert state.read() == {}
    assert not state.file.parent.exists()
    state.change(lambda values: values.update(a=1))
    StateFile(state.file).change(lambda values: values.update(b=[2]))
    assert state.read() == {"a": 1, "b": [2]}
    assert json.loads(state.file.read_text())["format"] == 1


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"format": "1"}', b"{}", b"[" * 100_000, b"7"])
def test_a_damaged_file_is_empty_and_set_aside_by_a_change(tmp_path: Path, data: bytes) -> None:
    state = StateFile(tmp_path / "x.json")
    state.file.write_bytes(data)
    assert state.read() == {}
    assert state.file.read_bytes() == data
    state.change(lambda values: values.update(a=1))
    assert state.read() == {"a": 1}
    assert (tmp_path / "x.json.bak").read_bytes() == data


def test_a_newer_file_is_left_as_it_is(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "x.json")
    state.file.write_text('{"format": 2}')
    with pytest.raises(StateError, match="written by a newer wslab"):
        state.read()
    with pytest.raises(StateError, match="update wslab"):
        state.change(lambda values: values.update(a=1))
    assert state.file.read_text() == '{"format": 2}'


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "x.json")
    state.change(lambda values: values.update(a=1))
    with pytest.raises(KeyError):
        state.change(lambda values: values.pop("b"))
    assert state.read() == {"a": 1}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    with pytest.raises(OSError, match=r"x\.json"):
        StateFile(tmp_path / "x.json").read()


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom wslab.lab.state_file import StateFile\n"
        "state = StateFile(Path(sys.argv[1]))\n"
        "for n in range(20): state.change(lambda values: values.update({f'{sys.argv[2]}{n}': n}))\n"
    )
    file = tmp_path / "x.json"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(file), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(StateFile(file).read()) == 60

from __future__ import annotations

from pathlib import Path

import pytest

from wslab.lab.state import first_visit, state_folder


def test_the_folder_is_the_one_of_the_specification(tmp_path: Path) -> None:
    assert state_folder({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "wslab"
    assert state_folder({"HOME": "/home/ada"}) == Path("/home/ada/.local/state/wslab")
    assert state_folder({"XDG_STATE_HOME": "here", "HOME": "/home/ada"}) == Path(
        "/home/ada/.local/state/wslab"
    )


def test_the_first_visit_is_the_first_only_once(tmp_path: Path) -> None:
    assert first_visit(tmp_path / "a")
    assert not first_visit(tmp_path / "a")


def test_a_visit_that_cannot_be_remembered_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        first_visit(tmp_path / "file")

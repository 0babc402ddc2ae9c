"""Errors of the operating system in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from wslab.lab.system_errors import told


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "a").read_text()
    assert told(caught.value) == f"{tmp_path / 'a'}: No such file or directory"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("odd"), "odd"),
        (ValueError("no number"), "no number"),
    ],
)
def test_what_has_no_file(error: Exception, words: str) -> None:
    assert told(error) == words

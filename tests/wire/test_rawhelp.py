"""The help of raw bytes: complete, short enough for a screen, and true."""

from __future__ import annotations

import pytest

from wslab.wire.rawhelp import EXAMPLES, raw_help
from wslab.wire.rawspec import BUILDERS, OPTIONS, parse_raw


@pytest.mark.parametrize(("text", "what"), EXAMPLES)
def test_every_example_works_and_stands_in_the_help(text: str, what: str) -> None:
    assert parse_raw(text, new_key=lambda: b"\0\0\0\0")
    assert text in raw_help()
    assert what in raw_help()


def test_the_help_names_every_word_and_fits_80_columns() -> None:
    for name in (*BUILDERS, *OPTIONS):
        assert f"  {name}" in raw_help()
    assert max(map(len, raw_help().splitlines())) <= 80

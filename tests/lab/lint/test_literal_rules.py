"""Values that a check wants exactly and nobody tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lint_pack import SERVER, plant, write_pack
from wslab.lab.lint.literal_rules import check_literals

WANTED = '{ on = "close", dir = "s>c", code = 1000 }'


def found(root: Path, pattern: str) -> list[str]:
    course = plant(root, f"{SERVER}/lesson.toml", WANTED, pattern)
    return [str(each) for each in check_literals(course.lesson("lint-server"))]


@pytest.mark.parametrize(
    "pattern",
    [
        WANTED,
        '{ on = "frame", dir = "s>c", op = "TEXT", fin = true }',  # the lab's own words
        '{ on = "close", code = "!1001" }',  # nothing exact
        '{ on = "close", reason = "$seed.word" }',
        '{ on = "message", dir = "c>s", json = { secret = "of the lab" } }',  # what the lab itself sends
    ],
)
def test_what_is_told_or_follows_is_not_asked_for(tmp_path: Path, pattern: str) -> None:
    assert found(write_pack(tmp_path), pattern) == []


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ('{ on = "close", code = 4001 }', "expect[1] of lesson.toml wants code 4001"),
        ('{ on = "close", code = 100 }', "wants code 100"),  # 1000 does not tell it
        ('{ on = "message", dir = "s>c", text = "goodbye now" }', "wants text 'goodbye now'"),
        ('{ on = "message", dir = "s>c", json = { secret = 1 } }', "wants json 'secret'"),
        ('{ on = "http", dir = "s>c", header = { x-mine = "yes sir" } }', "wants header.x-mine 'yes sir'"),
    ],
)
def test_what_nobody_tells_is_found_in_every_language(tmp_path: Path, pattern: str, said: str) -> None:
    lines = found(write_pack(tmp_path), pattern)
    for lang in ("en", "ja"):
        assert any(said in line and f"{lang}.md: step closed" in line for line in lines), lines


def test_what_an_earlier_step_told_is_known_and_what_a_later_one_tells_is_not(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    wanted = 'op = "TEXT", text = "$seed.word"'
    course = plant(root, f"{SERVER}/lesson.toml", wanted, 'op = "TEXT", text = "1000"')
    assert len(list(check_literals(course.lesson("lint-server")))) == 2
    plant(root, f"{SERVER}/en.md", "One client comes.", "One client says 1000.")
    course = plant(root, f"{SERVER}/ja.md", "クライアントが 1 つ来ます。", "クライアントは 1000 と言います。")
    assert list(check_literals(course.lesson("lint-server"))) == []

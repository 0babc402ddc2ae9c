"""What languages have in common, and hints that give the solution away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lint_pack import SERVER, plant, write_pack
from wslab.lab.course import Course
from wslab.lab.course_files import load_course
from wslab.lab.lint.findings import Rule
from wslab.lab.lint.prose_rules import check_hints, check_languages, languages_of

JA = f"{SERVER}/ja.md"
EN = f"{SERVER}/en.md"


def found(course: Course, demanded: frozenset[str] = frozenset()) -> list[str]:
    lesson = course.lesson("lint-server")
    return [
        str(each) for each in (*check_languages(lesson.texts, lesson.folder, demanded), *check_hints(lesson))
    ]


def test_nothing_is_said_of_languages_that_say_the_same(tmp_path: Path) -> None:
    course = load_course(write_pack(tmp_path))
    assert languages_of(course) == {"en", "ja"}
    assert found(course, languages_of(course)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("`{seed.word}`", "`{seed.hex}`", "{seed.hex} is there, and not in English"),
        ("`{seed.word}`", "`{seed.hex}`", "{seed.word} is missing"),
        ("`{seed.word}`", r"`\{seed.word}`", "{seed.word} is missing"),
        ("```python", "```", "its code is not that of the English text"),
        ("\n### hint 2\n同じものを送ってください。\n", "", "hints: 1; there must be 2, as in English"),
    ],
)  # fmt: skip
def test_what_a_translation_has_lost_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    root = write_pack(tmp_path)
    lines = found(plant(root, JA, old, new))
    assert any(said in line and JA in line for line in lines), lines
    assert all(line.startswith("error [language]") for line in lines)


def test_a_section_that_is_not_translated_is_missed(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    file = root / JA
    lines = [line for line in file.read_text().splitlines() if not line.startswith('"say.bytes"')]
    file.write_text("\n".join(lines).partition("## say bytes")[0])
    [line] = found(load_course(root))
    assert f"{JA}: there is no section say.bytes; it must have all sections of en.md" in line


def test_a_language_that_a_lesson_has_not_is_missed(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    (root / JA).unlink()
    [line] = found(load_course(root), frozenset({"en", "ja"}))
    assert line.startswith("error [language]")
    assert f"{JA}: there is no such file; the other lessons are there in 日本語" in line


def test_a_stale_section_is_a_warning(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    course = plant(root, EN, "Close with 1000.", "Close with the code 1000.")
    lesson = course.lesson("lint-server")
    [one] = check_languages(lesson.texts, lesson.folder)
    assert (one.rule, one.warning) == (Rule.STALE, True)
    assert one.where.endswith(f"{JA}: step.closed")


@pytest.mark.parametrize(
    "hint",
    [
        "opcode, data = tiny_ws.receive(client)",
        "Write `opcode, data = tiny_ws.receive(client)` there.",
        "```python\n  opcode, data = tiny_ws.receive(client)\n```",
    ],
)
def test_a_line_of_the_solution_in_a_hint_is_found_however_it_is_shown(tmp_path: Path, hint: str) -> None:
    root = write_pack(tmp_path)
    course = plant(root, EN, "Send the same again.", hint)
    [one] = check_hints(course.lesson("lint-server"))
    assert one.where.endswith("en.md: step echoed: hint 2")
    assert "'opcode, data = tiny_ws.receive(client)' is a line of the solution" in one.found


def test_what_the_learner_begins_with_gives_nothing_away(tmp_path: Path) -> None:
    course = plant(write_pack(tmp_path), EN, "Send the same again.", "`import tiny_ws` is there already.")
    assert list(check_hints(course.lesson("lint-server"))) == []
    assert list(check_hints(course.lesson("lint-app"))) == []

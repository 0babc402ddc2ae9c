"""`wslab lesson check` as it is typed: what it reads, what it refuses, how it ends."""

from __future__ import annotations

import argparse
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.lint_pack import APP, SERVER, SERVER_ID, plant, write_pack
from wslab.cli import main
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.command import check_lessons, finish, load
from wslab.lab.lint.drive import Drive, Driven, Place
from wslab.lab.lint.findings import Finding, Report, Rule


async def no_drive(_place: Place, lang: str, seed: Seed) -> Driven:
    raise AssertionError("nothing was to be done in the app")


@asynccontextmanager
async def no_drives() -> AsyncGenerator[Drive]:
    yield no_drive


def check(*, folder: Path | None = None, **options: Any) -> int:
    given = {"folder": folder, "lessons": None, "seeds": None, "translated": None, "yes": True, **options}
    return check_lessons(argparse.Namespace(**given), no_drives)


def test_a_clean_exercise_ends_with_a_table_and_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                "lesson",
                "check",
                str(write_pack(tmp_path)),
                "--yes",
                *["--lesson", SERVER_ID] * 2,
                "--seeds",
                "1",
            ]
        )
        == 0
    )
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines()]
    assert rows[2][:-1] == [SERVER_ID, "2", "5/5", "4/4", "9"]
    assert rows[-1][:2] == ["1", "lesson"]
    assert "0 errors, 0 warnings" in err


def test_findings_come_one_a_line_and_end_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_pack(tmp_path)
    plant(root, f"{SERVER}/ja.md", "1000 で閉じて", "閉じて")
    assert check(folder=root, lessons=[SERVER_ID, SERVER_ID], seeds=1) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("error [literal] ")
    assert "1 error, 0 warnings" in err


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (f"{SERVER}/lesson.toml", "minutes = 5", "minutes = 0", "minutes is 0"),
        (f"{SERVER}/lesson.toml", 'id = "lint-server"', 'id = "lint-app"', "'lint-app' is there twice"),
        (f"{APP}/lesson.toml", "minutes = 5", 'minutes = 5\nneeds = ["lint-app"]', "needs goes round in a circle"),
        (f"{APP}/lesson.toml", "minutes = 5", 'minutes = 5\nformerly = ["lint-server"]', "'lint-server' is there twice"),
        (f"{APP}/lesson.toml", "minutes = 5", 'minutes = 5\nneeds = ["gone"]', "needs is 'gone'"),
        ("course.toml", "format = 1", "format = 2", "format is 2"),
    ],
)  # fmt: skip
def test_what_a_reader_refuses_is_one_finding_of_the_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    root = write_pack(tmp_path)
    (root / file).write_text((root / file).read_text().replace(old, new))
    assert check(folder=root) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("error [schema] ")
    assert said in line


def test_code_of_others_runs_only_where_somebody_agreed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_pack(tmp_path)
    assert check(folder=root, lessons=[SERVER_ID], yes=False) == 3
    assert "nobody has agreed to run the code of lint-pack" in capsys.readouterr().err
    assert main(["lesson", "pack", "agree", str(root), "--hash", load_hash(root)]) == 0
    assert check(folder=root, lessons=[SERVER_ID, SERVER_ID], seeds=1, yes=False) == 0


def load_hash(root: Path) -> str:
    from wslab.lab.packs import load_pack

    return load_pack(root).content_hash()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lessons": ["nothing"]}, "there is no lesson 'nothing'"),
        ({"seeds": 0}, "--seeds is 0; it must be 1 or more"),
        ({"translated": ["nothing", "ja"]}, "there is no lesson 'nothing'"),
        ({"translated": [SERVER_ID, "fr"]}, "has no translation 'fr'; it has: ja"),
        ({"translated": [SERVER_ID, "en"]}, "has no translation 'en'; it has: ja"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: dict[str, Any], said: str
) -> None:
    assert check(folder=write_pack(tmp_path), **options) == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_a_course_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder=tmp_path) == 2
    assert "has no course.toml" in capsys.readouterr().err


def test_the_bundled_course_needs_nobody_to_agree_under_either_name() -> None:
    assert load(None, False).folder is None
    assert load(Path(__file__).parents[3] / "lessons", False).folder is None


def test_hashes_of_a_translation_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_pack(tmp_path)
    course = plant(root, f"{SERVER}/en.md", "One client comes.", "One client comes alone.")
    assert course.lesson(SERVER_ID).text("ja").stale == {"intro"}
    assert check(folder=root, translated=[SERVER_ID, "ja"]) == 0
    assert load_course(root).lesson(SERVER_ID).text("ja").stale == frozenset()
    assert "is a translation of the present English now" in capsys.readouterr().err.replace("\n", " ")


def test_only_what_is_unknown_ends_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    unknown, stale, hint = (Finding(rule, "x") for rule in (Rule.UNKNOWN, Rule.STALE, Rule.HINT))
    assert finish(Report(general=[stale])) == 0
    assert finish(Report(general=[unknown, stale])) == 4
    assert finish(Report(general=[unknown, hint])) == 1
    assert capsys.readouterr().out.count("error [unknown] x") == 2

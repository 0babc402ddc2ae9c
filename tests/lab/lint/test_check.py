"""The whole check over a tiny course: clean as it is, and each planted defect is found by its rule alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.lint_pack import APP, APP_ID, SERVER, SERVER_ID, plant, write_pack
from wslab.lab.course import Course
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.check import SEED, CourseCheck
from wslab.lab.lint.drive import Drive, Driven, Place
from wslab.lab.lint.findings import Report, Rule, rules_of
from wslab.lab.source import Source
from wslab.tui.drive_pool import DrivePool
from wslab.tui.lesson_drive import do_lesson

CLOSED_ALONE = """play = ["connect /", 'frame text "{seed.word}"', "expect"]
expect = [ { on = "message", dir = "s>c", op = "TEXT", text = "$seed.word" } ]
[[step.diagnose]]
seen = { on = "message", dir = "s>c", op = "BINARY" }
say = "bytes"
"""


async def no_drive(_place: Place, _lang: str, _seed: Seed) -> Driven:
    raise AssertionError("nothing was to be done in the app")


async def check(course: Course, root: Path, lesson: str, drive: Drive = no_drive, **waits: float) -> Report:
    return await CourseCheck(course, root, drive, lessons=[course.lesson(lesson)], **waits).run()


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Driven:
    """What the app made of the good lesson: what is wrong only with its lines does not change that."""
    course = load_course(write_pack(tmp_path_factory.mktemp("driven")))
    done = asyncio.run(do_lesson(Source(course), course.lesson(APP_ID), SEED))
    assert not done.failure
    return done


async def test_a_good_course_is_clean_and_counted(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    told: list[str] = []
    async with DrivePool() as drive:
        report = await CourseCheck(
            load_course(root), root, drive, note=lambda each: told.append(each.lesson)
        ).run()
    assert [str(each) for each in report.findings] == []
    assert sorted(told) == [APP_ID, SERVER_ID]
    server, app = report.lessons
    assert (server.steps, server.clauses, server.tested) == (2, 5, 5)
    assert (server.mutants, server.killed, server.runs) == (4, 4, 10)
    # The keys in two languages, a connection over which nothing is sent, the lines of solve, and the mutants.
    assert (app.steps, app.clauses, app.tested, app.runs) == (2, 3, 3, 7)
    assert (app.mutants, app.killed) == (3, 3)
    assert server.seconds > 0
    assert app.seconds > 0


@pytest.mark.parametrize(
    ("rule", "file", "old", "new"),
    [
        (Rule.SOLUTION, "solution/server.py", "client, opcode, data", "client, opcode, b'hello'"),
        (Rule.START, "start/server.py", "print(", "raise ValueError("),
        (Rule.START, "start/server.py", "print(", "client = tiny_ws.accept()\ntiny_ws.send(client, *tiny_ws.receive(client))\nprint("),
        (Rule.MUTANT, "lesson.toml", 'dies = "echoed"\nsays = "bytes"', 'dies = "echoed"'),
        (Rule.MUTANT, "lesson.toml", 'file = "no_goodbye.py"\ndies = "closed"', 'file = "no_goodbye.py"\ndies = "echoed"'),
        (Rule.CLAUSE, "lesson.toml", 'op = "TEXT", text', 'op = "TEXT", frames = 1, text'),
        (Rule.CLAUSE, "lesson.toml", '"s>c", code = 1000 }', '"s>c", code = 1000, reason = "!no" }'),
    ],
)  # fmt: skip
async def test_one_defect_in_an_exercise_is_found_by_its_rule_alone(
    tmp_path: Path, rule: Rule, file: str, old: str, new: str
) -> None:
    root = write_pack(tmp_path)
    report = await check(plant(root, f"{SERVER}/{file}", old, new), root, SERVER_ID)
    assert rules_of(report.findings) == {rule}
    assert report.errors == report.findings
    assert all(SERVER in str(each) for each in report.findings)


async def test_each_defect_in_the_prose_of_an_exercise_is_found_by_its_rule_alone(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    for file, old, new in (
        ("en.md", "The answer to a goodbye is a goodbye.", "Write `tiny_ws.send(client, opcode, data)`."),
        ("en.md", "One client comes.", "One client comes alone."),
        ("ja.md", "1000 で閉じて", "閉じて"),
        ("ja.md", "言葉は `{seed.word}` です", "言葉があります"),
        ("ja.md", "tiny_ws.accept()", "tiny_ws.accept( )"),
        ("ja.md", "\n### hint 2\n同じものを送ってください。\n", ""),
    ):
        course = plant(root, f"{SERVER}/{file}", old, new)
    report = await check(course, root, SERVER_ID)
    found = [
        (each.rule, each.where.removeprefix(f"{root / SERVER}/"), each.found) for each in report.findings
    ]
    # What an English hint says is translated from it, so that its translation is stale as well.
    assert sorted(found) == [
        (
            Rule.HINT,
            "en.md: step closed: hint 1",
            "'tiny_ws.send(client, opcode, data)' is a line of the solution",
        ),
        (Rule.LANGUAGE, "ja.md: step.echoed", "hints: 1"),
        (Rule.LANGUAGE, "ja.md: step.echoed", "its code is not that of the English text"),
        (Rule.LANGUAGE, "ja.md: step.echoed", "{seed.word} is missing"),
        (
            Rule.LITERAL,
            "ja.md: step closed",
            "expect[1] of lesson.toml wants code 1000, which is told nowhere",
        ),
        (Rule.STALE, "ja.md: intro", "the English text has changed since it was translated"),
        (Rule.STALE, "ja.md: step.closed", "the English text has changed since it was translated"),
    ]
    assert {each.rule for each in report.findings if each.warning} == {Rule.STALE}


async def test_a_check_that_a_library_meets_by_itself_is_found(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    lesson = root / SERVER / "lesson.toml"
    # Any server of a library says goodbye by itself: nobody has to write a line for that.
    text = lesson.read_text().replace('[[step]]\nid = "echoed"\n' + CLOSED_ALONE, "")
    text = text.replace('play = ["frame', 'play = ["connect /", "frame')
    for name in ("bytes", "other"):
        (root / SERVER / "mutants" / f"{name}.py").unlink()
    text = text.replace('[[mutant]]\nfile = "bytes.py"\ndies = "echoed"\nsays = "bytes"\n', "")
    lesson.write_text(text.replace('[[mutant]]\nfile = "other.py"\ndies = "echoed"\n', ""))
    for name in ("solution/server.py", "mutants/code.py", "mutants/no_goodbye.py"):
        file = root / SERVER / name
        head, _first, rest = file.read_text().split("opcode, data = tiny_ws.receive(client)\n")
        file.write_text(f"{head}opcode, data = tiny_ws.receive(client)\n{rest}")
    for lang in ("en", "ja"):
        file = root / SERVER / f"{lang}.md"
        before, _mark, after = file.read_text().partition("## step echoed")
        kept = "## step closed" + after.partition("## step closed")[2].partition("## say bytes")[0]
        lines = [line for line in before.splitlines() if "echoed" not in line and "say.bytes" not in line]
        file.write_text("\n".join(lines) + "\n\n" + kept)
    report = await check(load_course(root), root, SERVER_ID)
    assert rules_of(report.findings) == {Rule.CHEAT}, report.findings
    assert "a server that does nothing passes" in str(report.findings[0])


async def test_keys_that_do_not_pass_the_lesson_are_found(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    course = plant(root, f"{APP}/drive.toml", 'type = "{seed.word}"', 'type = "{seed.word}s"')
    async with DrivePool(passed_within=0.5) as drive:
        report = await check(course, root, APP_ID, drive, idle_for=0.5)
    assert rules_of(report.findings) == {Rule.DRIVE}
    assert len(report.findings) == 2  # once in each language
    assert "at the end of the script step sent is pending" in str(report.findings[0])


async def test_a_step_that_waiting_passes_is_found(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    plant(root, f"{APP}/lesson.toml", 'path = "/echo"', 'path = "/ping?every=500ms"')
    plant(
        root,
        f"{APP}/drive.toml",
        'direction = "s>c", text = "{seed.word}"',
        'direction = "c>s", text = "{seed.word}"',
    )
    course = plant(
        root,
        f"{APP}/lesson.toml",
        '{ on = "message", dir = "s>c", text = "$seed.word" }',
        '{ on = "frame", dir = "s>c", op = "PING" }',
    )
    async with DrivePool() as drive:
        report = await check(course, root, APP_ID, drive)
    # Nothing but the handshake and a Ping of the server is wanted: it is also passed by being there, and what
    # the mutants do wrong is not asked for any more.
    assert rules_of(report.findings) == {Rule.WINDOW, Rule.CHEAT, Rule.CLAUSE, Rule.MUTANT}


@pytest.mark.parametrize(
    ("rule", "old", "new", "says"),
    [
        (Rule.SOLUTION, 'solve = ["{seed.word}"]', 'solve = ["word"]', "at step sent its lines leave it pending"),
        (Rule.SOLUTION, 'solve = ["{seed.word}"]\n', "", "solve: step sent has no lines"),
        (Rule.SOLUTION, '"c>s", text = "!$seed.word"', '"c>s"', "solve: at step sent its lines are told other; who"),
        (Rule.MUTANT, 'lines = ["hello"]', 'lines = ["{seed.word}"]', "mutant other-word: it passes; it must die"),
        (Rule.MUTANT, '"/connect /silent", "{', '"//', "nobody-listens: it is told other; it must be told nothing"),
        (Rule.MUTANT, '"other-word"\nlines = ["hello"]', '"x"\nlines = ["/ping"]', "mutant x: it is told nothing"),
        (Rule.CLAUSE, "status = 101", 'dir = "s>c", status = 101', "step open: expect[1].dir: no mutant passes"),
        (Rule.CLAUSE, '"s>c", text', '"s>c", op = "TEXT", text', "step sent: expect[1].op: no mutant passes"),
        (Rule.CLAUSE, ", status = 101 } ]", ', status = 101 } ]\nhold = "5ms"', "step open: hold: no mutant passes"),
        (Rule.CLAUSE, "101 } ]", '101 } ]\nnever = [ { on = "tcp", what = "reset" } ]', "step open: never[1]: no mutant passes"),
    ],
)  # fmt: skip
async def test_one_defect_in_lines_or_checks_of_the_app_is_found_by_its_rule(
    tmp_path: Path, driven: Driven, rule: Rule, old: str, new: str, says: str
) -> None:
    async def as_it_was(_place: Place, lang: str, _seed: Seed) -> Driven:
        return replace(driven, lang=lang)

    root = write_pack(tmp_path)
    course = plant(root, f"{APP}/lesson.toml", old, new)
    report = await check(course, root, APP_ID, as_it_was, solved_within=1, idle_for=0.5)
    assert rule in rules_of(report.findings)
    # A mutant that does nothing wrong tests nothing, and what is told to all is told to mutants.
    more = {Rule.MUTANT: {Rule.CLAUSE}, Rule.SOLUTION: {Rule.MUTANT}}
    assert rules_of(report.findings) <= {rule, *more.get(rule, ())}
    assert any(says in str(each) for each in report.findings), report.findings
    assert all(f"{APP}/lesson.toml" in str(each) for each in report.findings)

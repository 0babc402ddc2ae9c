from __future__ import annotations

import importlib.util
import re
import shutil
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request

from wslab.bundled import SERVERS, folder
from wslab.lab.commands import COMMANDS, parse_close, parse_hex, parse_line, parse_switch
from wslab.lab.course import Course, Lesson, load_course
from wslab.lab.services import SERVICES
from wslab.lab.toml_table import CourseError
from wslab.net.options import ConnectOptions
from wslab.units import parse_duration
from wslab.wire.closecodes import describe
from wslab.wire.rawspec import parse_raw

LESSONS = ("p1-connect", "p1-echo", "p1-states", "p1-close-codes", "p1-ping-and-pong", "p1-when-it-fails")
KEYS = {"c", "d", "p", "i", "m", "t", "]", "esc", "enter", "up", "f2", "f4", "f5", "f7"}
"""Keys that a lesson may tell to press."""
NOWHERE = "/nowhere"
"""The path that a lesson shows to be missing."""
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course()


@pytest.fixture(scope="module")
def server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("basic_server", SERVERS["basic"].path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(root: Path, changes: dict[str, str]) -> Path:
    """Make a small course of one lesson, with these files added or put in place of its own."""
    files = {
        "course.toml": 'format = 1\nid = "small"\n[[phase]]\nid = "one"\nfolder = "1-one"\n',
        "1-one/en.md": '+++\ntitle = "One"\nsummary = "The first."\n+++\n',
        LESSON_FILE: LESSON,
        PROSE_FILE: PROSE,
    } | changes
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


LESSON_FILE = "1-one/010-a/lesson.toml"
PROSE_FILE = "1-one/010-a/en.md"
LESSON = """\
format = 1
id = "p1-a"
phase = 1
minutes = 3
rfc = ["6455#5.5.2"]
server = { name = "basic", path = "/echo?x=1" }
"""
PROSE = """\
+++
title = "A"
summary = "The letter."
+++
Hello.

## step: First

Press `c`.

## step: Second

Press `d`.
"""


def test_the_bundled_course_has_four_phases_and_six_lessons(course: Course) -> None:
    assert [(phase.number, phase.id) for phase in course.phases] == [
        (1, "basics"),
        (2, "protocols"),
        (3, "testing"),
        (4, "production"),
    ]
    assert [phase.title for phase in course.phases] == ["Basics", "Protocols", "Testing", "Production"]
    assert all(len(phase.summary) > 40 for phase in course.phases)
    assert tuple(lesson.id for lesson in course.lessons) == LESSONS
    assert [len(phase.lessons) for phase in course.phases] == [6, 0, 0, 0]


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_a_lesson_is_short_and_complete(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id)
    assert 4 <= len(lesson.steps) <= 8
    assert "## What you saw" in lesson.body
    assert 1 <= lesson.minutes <= 10
    assert lesson.phase == 1
    assert lesson.lang == "en"
    assert lesson.summary.endswith(".")
    assert len(lesson.page.splitlines()) <= 70
    for section in re.split(r"^## ", lesson.body, flags=re.MULTILINE)[1:]:
        if section.startswith("step: "):
            assert len(section.splitlines()) <= 14, "a step is short"


def spans(lesson: Lesson) -> list[str]:
    """Return everything that the prose of a lesson has in code style."""
    return CODE.findall(lesson.body)


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_key_that_a_lesson_tells_to_press_is_known(course: Course, lesson_id: str) -> None:
    pressed = {
        key
        for words in re.findall(
            r"[Pp]ress (`[^`]+`(?:(?:,| and| then|, then) `[^`]+`)*)", course.lesson(lesson_id).body
        )
        for key in CODE.findall(words)
    }
    assert pressed
    assert pressed <= KEYS


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_command_in_a_lesson_can_be_typed(course: Course, server: ModuleType, lesson_id: str) -> None:
    for span in spans(course.lesson(lesson_id)):
        if not span.startswith("/") or span.partition(" ")[0][1:] not in COMMANDS:
            continue
        line = parse_line(span)
        match line.name:
            case "connect":
                check_target(server, line.rest)
            case "binary":
                assert parse_hex(line.rest)
            case "close":
                code, _ = parse_close(line.rest)
                assert describe(code).sendable or code == 1006
            case "raw":
                assert parse_raw(line.rest, new_key=lambda: b"abcd")
            case "keepalive":
                assert line.rest == "off" or parse_duration(line.rest) > 0
            case "compression" | "insecure" | "reconnect":
                parse_switch(line.name, line.rest)
            case "fragments":
                assert line.rest.count("|")
            case _:
                pass


def check_target(server: ModuleType, target: str) -> None:
    """Check that the bundled server has this path, or that this is a URL one may connect to."""
    if not target.startswith("/"):
        url = ConnectOptions(target)
        assert url.loopback or target in {service.url for service in SERVICES}
        return
    request = Request(target, Headers())
    route = server.routes.find(request)
    assert (route is None) == (target == NOWHERE), target
    if route is not None:
        route.read(request)


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_path_in_a_lesson_is_one_of_the_server(
    course: Course, server: ModuleType, lesson_id: str
) -> None:
    lesson = course.lesson(lesson_id)
    check_target(server, lesson.path)
    for span in spans(lesson):
        if span.startswith("/") and span.partition(" ")[0][1:] not in COMMANDS:
            check_target(server, span)


def test_the_table_of_close_codes_agrees_with_the_lab(course: Course) -> None:
    rows = re.findall(
        r"^\| (\d{4}) \| (.+?) \| (.+?) \|$", course.lesson("p1-close-codes").body, re.MULTILINE
    )
    assert [int(code) for code, *_ in rows] == [
        1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013,
    ]  # fmt: skip
    for code, says, back in rows:
        known = describe(int(code))
        assert known.sendable == (not says.startswith("*")), code
        assert known.retry == (not back.startswith("no") or back == "no need"), code


def test_a_page_shows_title_sources_and_numbered_steps(tmp_path: Path) -> None:
    sources = '"6455#5.5.2", "6455#5.5.3", "7692#7"'
    toml = LESSON.replace('"6455#5.5.2"', sources)
    lesson = load_course(write(tmp_path, {LESSON_FILE: toml})).lesson("p1-a")
    assert lesson.steps == ("First", "Second")
    assert lesson.page == (
        "# A\n\nThe letter.  \n*3 min · RFC 6455 5.5.2, 5.5.3 · RFC 7692 7*\n\n"
        "Hello.\n\n## 1. First\n\nPress `c`.\n\n## 2. Second\n\nPress `d`."
    )


def test_lessons_come_in_the_order_of_their_folders(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "1-one/005-z/lesson.toml": LESSON.replace("p1-a", "p1-z"),
            "1-one/005-z/en.md": PROSE,
            "1-one/_drafts/note.txt": "not a lesson",
        },
    )
    assert [lesson.id for lesson in load_course(root).lessons] == ["p1-z", "p1-a"]


def test_a_translation_is_taken_where_there_is_one(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "1-one/ja.md": '+++\ntitle = "一"\nsummary = "最初。"\n+++\n',
            "1-one/020-b/lesson.toml": LESSON.replace("p1-a", "p1-b"),
            "1-one/020-b/en.md": PROSE,
            "1-one/020-b/ja.md": PROSE.replace('"A"', '"あ"'),
        },
    )
    course = load_course(root, "ja")
    assert course.phases[0].title == "一"
    assert [(lesson.title, lesson.lang) for lesson in course.lessons] == [("A", "en"), ("あ", "ja")]


def test_an_unknown_lesson_is_answered_with_those_there_are(course: Course) -> None:
    with pytest.raises(KeyError, match=r"no lesson 'p1-nope'.*p1-connect"):
        course.lesson("p1-nope")


@pytest.mark.parametrize("lang", ["", "EN", "../x", "english", "e"])
def test_a_language_is_two_or_three_letters(lang: str) -> None:
    with pytest.raises(ValueError, match="like en or ja"):
        load_course(lang=lang)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("course.toml", "format = 1", "format = 2", "format is 2; it must be 1: .*newer wslab"),
        ("course.toml", "format = 1", "format = true", "format is True; it must be 1"),
        ("course.toml", "format = 1", "", "format is missing"),
        ("course.toml", '"small"', '"Small Course"', "id is 'Small Course'; it must be words of a-z"),
        ("course.toml", "[[phase]]", "[phase]", r"phase is .*; it must be at least one \[\[phase\]\]"),
        ("course.toml", '"1-one"', '"../.."', "phase 1: folder is '../..'"),
        ("course.toml", '"1-one"', '"2-two"', "phase 1: folder is '2-two'"),
        ("course.toml", 'id = "one"', 'name = "one"', "phase 1: name is not a key; the keys are folder, id"),
        ("course.toml", 'id = "small"', 'id = "small', "course.toml: not TOML: .*line"),
        ("1-one/en.md", "+++\n", "+++\n\nMore.\n", "front matter"),
        ("1-one/en.md", "One", "", "title is ''; it must be one line of text"),
        (LESSON_FILE, "format = 1", "format = 9\nsurprise = 1", "newer wslab"),
        (LESSON_FILE, '"p1-a"', "7", "id is 7; it must be words"),
        (LESSON_FILE, "phase = 1", "phase = 2", "phase is 2; it must be 1, as its folder 1-one"),
        (LESSON_FILE, "phase = 1", 'phase = "1"', "phase is '1'; it must be a whole number"),
        (LESSON_FILE, "minutes = 3", "minutes = 0", "minutes is 0; it must be a whole number from 1 to 120"),
        (LESSON_FILE, "minutes = 3", "minutes = true", "minutes is True"),
        (LESSON_FILE, "minutes = 3", "minuets = 3", "minuets is not a key; the keys are format, id, minutes"),
        (LESSON_FILE, "minutes = 3", "", "minutes is missing; it must be a whole number"),
        (LESSON_FILE, '["6455#5.5.2"]', "[]", "rfc is .*at least one"),
        (LESSON_FILE, '["6455#5.5.2"]', '"6455#5.5.2"', "rfc is '6455#5.5.2'; it must be a list"),
        (LESSON_FILE, "6455#5.5.2", "6455 5.5.2", "rfc is '6455 5.5.2'; it must be RFC and section"),
        (LESSON_FILE, '"basic"', '"fancy"', "server.name is 'fancy'; it must be a bundled server: basic"),
        (LESSON_FILE, '"/echo?x=1"', '"echo"', "server.path is 'echo'; it must be a path"),
        (LESSON_FILE, '"/echo?x=1"', '"/echo#x"', "server.path is '/echo#x'"),
        (LESSON_FILE, '"/echo?x=1"', '"/e cho"', "server.path is '/e cho'"),
        (LESSON_FILE, "path", "paht", "server.paht is not a key; the keys are name, path"),
        (LESSON_FILE, LESSON[LESSON.index("server") :], "server = 1", "server is 1; it must be a table"),
        (PROSE_FILE, "+++\ntitle", "title", r"the first line is .*; it must be \+\+\+"),
        (PROSE_FILE, "+++\nHello", "Hello", "the front matter has no end|not TOML"),
        (PROSE_FILE, '"A"', '""', "title is ''; it must be one line of text"),
        (PROSE_FILE, '"A"', r'"a\u001b[2Jb"', "title is .*; it must be one line of text"),
        (PROSE_FILE, '"A"', '"""\nA\nB"""', "title is .*; it must be one line of text"),
        (PROSE_FILE, "summary", "sumary", "sumary is not a key"),
        (PROSE_FILE, "## step: ", "## ", "found no step"),
        (PROSE_FILE, "step: Second", "step:", "found a step without a title"),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_what_would_be_right(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    write(tmp_path, {})
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    # The last line +++ of a phase is the one to write under.
    changed = text.replace(old, new) if file != "1-one/en.md" or old != "+++\n" else text + "\nMore.\n"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(CourseError, match=says) as caught:
        load_course(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert Path(file).name in str(caught.value)


def test_an_id_may_be_used_once(tmp_path: Path) -> None:
    write(tmp_path, {"1-one/020-b/lesson.toml": LESSON, "1-one/020-b/en.md": PROSE})
    with pytest.raises(CourseError, match="'p1-a' is there twice"):
        load_course(tmp_path)


@pytest.mark.parametrize("missing", ["course.toml", "1-one/en.md", LESSON_FILE, PROSE_FILE])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    write(tmp_path, {})
    (tmp_path / missing).unlink()
    with pytest.raises(CourseError, match=re.escape(missing) + ": there is no such file"):
        load_course(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / PROSE_FILE).write_bytes(PROSE.encode() + b"\xff")
    with pytest.raises(CourseError, match="is not UTF-8"):
        load_course(tmp_path)


def test_line_ends_of_another_system_do_no_harm(tmp_path: Path) -> None:
    expected = load_course(write(tmp_path / "a", {})).lesson("p1-a")
    write(tmp_path / "b", {})
    for file in (tmp_path / "b").rglob("*.*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_course(tmp_path / "b").lesson("p1-a") == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(["course.toml", "1-one/en.md", LESSON_FILE, PROSE_FILE]),
    cut=st.tuples(st.integers(0, 300), st.integers(0, 40)),
    text=st.text(max_size=20) | st.sampled_from(["+++\n", "[x]\n", "## step: ", '"', "= 1\n", "\x00"]),
)
def test_any_damage_is_refused_by_name_or_harmless(
    tmp_path: Path, file: str, cut: tuple[int, int], text: str
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    write(tmp_path, {})
    path = tmp_path / file
    whole = path.read_text(encoding="utf-8")
    start, length = cut
    path.write_text(whole[:start] + text + whole[start + length :], encoding="utf-8", newline="")
    lessons: tuple[Lesson, ...] = ()
    with suppress(CourseError):
        lessons = load_course(tmp_path).lessons
    for lesson in lessons:
        assert "\x1b" not in lesson.title
        assert lesson.page.count("## ") >= len(lesson.steps) >= 1


def test_the_bundled_folder_holds_no_python() -> None:
    assert not list(folder("lessons").rglob("*.py"))

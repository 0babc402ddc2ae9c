"""A course read from its folder, and what is said of files that are not as they must be."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wslab.bundled import folder
from wslab.lab.course import Lesson, Mutant
from wslab.lab.course_files import load_course
from wslab.lab.toml_table import CourseError

COURSE = 'format = 1\nid = "small"\n[[phase]]\nid = "one"\nfolder = "1-one"\n'
PHASE = '+++\ntitle = "One"\nsummary = "The first."\n+++\n'
LESSON = """\
format = 1
id = "p1-a"
phase = 1
minutes = 3
rfc = ["6455#5.5.2"]
mode = "app"
server = { name = "basic", path = "/echo?x=1" }
[[step]]
id = "first"
expect = [{ on = "frame", dir = "c>s", op = "TEXT", save = "sent" }]
never = [{ on = "close", code = "!1000", say = "too-soon" }]
[[step]]
id = "second"
expect = [{ on = "frame", hex = "$sent.hex", dir = "s>c" }, { on = "close" }]
[[step.diagnose]]
seen = { on = "frame", op = "BINARY" }
say = "no-text"
"""
PROSE = """\
+++
title = "A"
summary = "The letter."
+++
Hello.
## step first: First
Press `c`.
### hint 1
Look.
## step second: Second
Press `d`.
### hint 1
Listen.
## say too-soon
Too soon.
## say no-text
{len} bytes.
"""
MUTANT = '[[mutant]]\nname = "types-d"\nlines = ["d"]\ndies = "first"\nsays = "no-text"\n[[step]]'
EXERCISE = (
    LESSON.replace('"p1-a"', '"p1-b"\nformerly = ["p1-z"]\nneeds = ["p1-a"]')
    .replace('mode = "app"', 'mode = "exercise"')
    .replace('x=1"', 'x=1", options = ["--keepalive", "off"]')
    + """
[exercise]
kind = "client"
entry = "client.py"
timeout = "8s"
seeds = 3
cut = [{ conn = 1, after = { on = "message", dir = "s>c", text = "$seed.word" } }]
[[mutant]]
file = "sends_bytes.py"
dies = "second"
says = "no-text"
[[mutant]]
file = "sends_nothing.py"
dies = "first"
"""
)
A, A_PROSE = "1-one/010-a/lesson.toml", "1-one/010-a/en.md"
B, B_PROSE = "1-one/020-b/lesson.toml", "1-one/020-b/en.md"
FILES = {
    "course.toml": COURSE,
    "1-one/en.md": PHASE,
    A: LESSON,
    A_PROSE: PROSE,
    "1-one/010-a/drive.toml": "format = 1\n",
    B: EXERCISE,
    B_PROSE: PROSE,
    "1-one/020-b/start/client.py": "",
    "1-one/020-b/solution/client.py": "",
    "1-one/020-b/mutants/sends_bytes.py": "",
    "1-one/020-b/mutants/sends_nothing.py": "",
}


def write(root: Path, changes: dict[str, str]) -> Path:
    """Make a small course of a lesson in the app and an exercise, with these files added or replaced."""
    for name, text in (FILES | changes).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


def test_everything_is_read(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, {}))
    assert (course.id, [phase.id for phase in course.phases]) == ("small", ["one"])
    a, b = course.lessons
    assert (a.id, a.phase, a.minutes, a.rfc, a.mode) == ("p1-a", 1, 3, ("6455#5.5.2",), "app")
    assert (a.formerly, a.needs, a.exercise, a.mutants) == ((), (), None, ())
    assert [step.solve for step in a.steps] == [(), ()]
    assert (a.server, a.path, a.options) == ("basic", "/echo?x=1", ())
    assert [step.id for step in a.steps] == ["first", "second"]
    assert a.steps[1].says == ("no-text",)
    assert a.folder == tmp_path / "1-one" / "010-a"
    assert (b.formerly, b.needs, b.options) == (("p1-z",), ("p1-a",), ("--keepalive", "off"))
    assert b.exercise is not None
    assert (b.exercise.kind, b.exercise.entry, b.exercise.timeout, b.exercise.seeds) == (
        "client",
        "client.py",
        8.0,
        3,
    )
    (cut,) = b.exercise.cut
    assert (cut.conn, cut.after.on) == (1, "message")
    assert [(mutant.name, mutant.dies, mutant.says) for mutant in b.mutants] == [
        ("sends_bytes.py", "second", "no-text"),
        ("sends_nothing.py", "first", None),
    ]
    assert course.lesson("p1-z") is b


def test_every_language_is_there_at_once(tmp_path: Path) -> None:
    translated = '+++\ntitle = "あ"\nsummary = "字。"\n+++\n## step first: 一\n押す。\n'
    root = write(
        tmp_path,
        {
            "1-one/ja.md": '+++\ntitle = "一"\nsummary = "最初。"\n+++\n',
            "1-one/010-a/ja.md": translated,
            "1-one/010-a/README.md": "for authors",
        },
    )
    course = load_course(root)
    assert [course.phases[0].text(lang).title for lang in ("en", "ja")] == ["One", "一"]
    a, b = course.lessons
    assert set(a.texts) == {"en", "ja"}
    assert [a.text(lang).title for lang in ("en", "ja")] == ["A", "あ"]
    assert a.text("ja").steps["second"].title == "Second"
    assert "step.first" in a.text("ja").stale
    assert "say.no-text" in a.text("ja").missing
    assert b.text("ja").title == "A"


def test_lessons_come_in_the_order_of_their_folders(tmp_path: Path) -> None:
    changes = {
        "1-one/005-z/lesson.toml": LESSON.replace("p1-a", "p1-y"),
        "1-one/005-z/en.md": PROSE,
        "1-one/005-z/drive.toml": "",
        "1-one/_drafts/note.txt": "not a lesson",
    }
    assert [lesson.id for lesson in load_course(write(tmp_path, changes)).lessons] == ["p1-y", "p1-a", "p1-b"]


def test_a_learner_who_writes_the_server_needs_none(tmp_path: Path) -> None:
    toml = re.sub(r"server = .*\n", "", EXERCISE).replace('kind = "client"', 'kind = "server"')
    toml = toml.replace('id = "first"', 'id = "first"\nplay = ["connect /"]')
    lesson = load_course(write(tmp_path, {B: toml})).lesson("p1-b")
    assert (lesson.server, lesson.path, lesson.options) == (None, "/", ())
    assert lesson.steps[0].play
    for line, says in (("dance", "play: 'dance' is not a line of play"), ("end", "before any connect")):
        wrong = toml.replace('["connect /"]', f'["{line}"]')
        with pytest.raises(CourseError, match=says):
            load_course(write(tmp_path, {B: wrong}))


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("course.toml", "format = 1", "format = 2", "format is 2; it must be 1: .*newer wslab"),
        ("course.toml", '"small"', '"Small Course"', "id is 'Small Course'; it must be words of a-z"),
        ("course.toml", "[[phase]]", "[phase]", r"phase is .*; it must be at least one \[\[phase\]\]"),
        ("course.toml", '"1-one"', '"../.."', "phase 1: folder is '../..'"),
        ("course.toml", '"1-one"', '"2-two"', "phase 1: folder is '2-two'"),
        ("course.toml", 'id = "one"', 'name = "one"', "phase 1: name is not a key; the keys are folder, id"),
        ("course.toml", "[[phase]]", COURSE[COURSE.index("[[") :] + "[[phase]]", "phase.id 'one' is there twice"),
        ("1-one/en.md", '."\n+++\n', '."\n+++\n\nMore.\n', "found text below the front matter"),
        ("1-one/en.md", "One", "", "title is ''; it must be one line of text"),
        (A, "format = 1", "format = 9\nsurprise = 1", "newer wslab"),
        (A, '"p1-a"', "7", "id is 7; it must be words"),
        (A, "phase = 1", "phase = 2", "phase is 2; it must be 1, as its folder 1-one"),
        (A, "minutes = 3", "minutes = 0", "minutes is 0; it must be a whole number from 1 to 120"),
        (A, "minutes = 3", "minuets = 3", "minuets is not a key; the keys are exercise, format, formerly"),
        (A, "minutes = 3", "", "minutes is missing; it must be a whole number"),
        (A, '["6455#5.5.2"]', "[]", "rfc is .*at least one"),
        (A, "6455#5.5.2", "6455 5.5.2", "rfc is '6455 5.5.2'; it must be RFC and section"),
        (A, '"app"', '"watch"', "mode is 'watch'; it must be app or exercise"),
        (A, '"basic"', '"fancy"', "server.name is 'fancy'; it must be a bundled server: basic"),
        (A, '"/echo?x=1"', '"/e cho"', "server.path is '/e cho'; it must be a path"),
        (A, "path", "paht", "server.paht is not a key; the keys are name, options, path"),
        (A, LESSON[LESSON.index("server") : LESSON.index("[[")], "", "server is missing; it must be a table"),
        (A, LESSON[LESSON.index("[[step]]") :], "", r"step is missing; it must be at least one \[\[step\]\]"),
        (A, '"TEXT"', '"TXT"', r"lesson\.toml: step 1: expect 1: op is 'TXT'; it must be"),
        (A, "$sent", "$snet", r"step 2: expect 1: hex is '\$snet.hex'; it must be"),
        (A, '"second"', '"first"', "step 2: id is 'first'; it must be"),
        (A, 'id = "first"', 'id = "first"\nplay = ["connect /"]', "step 1: play is there; it must be only in"),
        (A, 'id = "second"', "", "step 2: id is .*; it must be"),
        (A, "phase = 1", 'phase = 1\nneeds = ["p1-z"]', "needs is 'p1-z'; .*it is p1-b now"),
        (A, "[[step]]", "[exercise]\n[[step]]", "mode is 'app'; it must be exercise, since exercise"),
        (A, "[[step]]", '[[mutant]]\nfile = "x.py"\n[[step]]', "mutant 1: file is not a key; the keys are dies, l"),
        (A, "[[step]]", MUTANT.replace("types", "Types"), "mutant 1: name is 'Types-d'; it must be words of a-z"),
        (A, "[[step]]", MUTANT.replace('["d"]', "[]"), r"mutant 1: lines is \[\]; it must be a list of at least one"),
        (A, "[[step]]", MUTANT.replace('["d"]', '["d", 7]'), "mutant 1: lines is 7; it must be a line such as hello"),
        (A, "[[step]]", MUTANT.replace('"d"', '"/conect"'), "mutant 1: lines 1: '/conect': .*did you mean /connect"),
        (A, "[[step]]", MUTANT.replace('"first"', '"third"'), "mutant 1: dies is 'third'; it must be first or sec"),
        (A, "[[step]]", MUTANT.replace('"no-text"', '"x"'), "mutant 1: says is 'x'; it must be too-soon or no-te"),
        (A, "[[step]]", MUTANT[:-8] + MUTANT, "mutant.name 'types-d' is there twice"),
        (A, 'id = "second"', 'id = "second"\nsolve = ["/file x"]', "step 2: solve 1: '/file x' is not for a lesson's"),
        (A, 'id = "second"', 'id = "second"\nsolve = "d"', "step 2: solve is 'd'; it must be a list"),
        (A_PROSE, "## step second", "## step third", "the section step third has no use; .*: first, second"),
        (A_PROSE, "## say no-text", "## say no-txt", "the section say no-txt has no use; .*: too-soon, no-text"),
        (A_PROSE, "## say no-text\n{len} bytes.\n", "", "there is no section `## say no-text`"),
        (A_PROSE, PROSE[PROSE.index("## step second") :], "", "no section `## step second: Title`; .* has a step"),
        (A_PROSE, "### hint 1\nListen.\n", "", "step second has no hint; it must have one to three"),
        (A_PROSE, PROSE[PROSE.index("## step s") : PROSE.index("## say t")], "", "no section `## step second"),
        (A_PROSE, '."\n+++', '."\n[of]\nintro = "0123456789ab"\n+++', "of is there; it belongs to translations"),
        (B, 'id = "first"', 'id = "first"\nsolve = ["/connect"]', "step 1: solve is there; it must be only in lessons"),
        (B, "[exercise]", "[exrcise]", "exrcise is not a key"),
        (B, 'kind = "client"', 'kind = "peer"', "exercise.kind is 'peer'; it must be client or server"),
        (B, '"client.py"', '"../x.py"', "exercise.entry is '../x.py'; it must be the name of a Python file"),
        (B, '"client.py"', '"other.py"', r"start.other\.py: there is no such file; the learner begins"),
        (B, '"8s"', '"2m"', "exercise.timeout is '2m'; it must be a duration such as .* at most 60s"),
        (B, "seeds = 3", 'seeds = 3\nquery = "a b"', "exercise.query is 'a b'; it must be a query such as run="),
        (B, "seeds = 3", 'seeds = 3\nquery = "run={seed.x}"', "exercise.query is 'run={seed.x}'; it must be a query"),
        (B, "seeds = 3", "seeds = 0", "exercise.seeds is 0; it must be a whole number from 1"),
        (B, "conn = 1", "conn = 0", "exercise.cut 1: conn is 0"),
        (B, "after = {", "then = {", "exercise.cut 1: then is not a key; the keys are after, conn"),
        (B, '"$seed.word"', '"$sent.text"', r"exercise.cut 1: after.text is '\$sent.text'; it must be"),
        (B, '"off"', '"o\\nff"', "server.options is .*; it must be an option"),
        (B, 'dies = "first"', 'dies = "third"', "mutant 2: dies is 'third'; it must be first or second"),
        (B, 'says = "no-text"', 'says = "nothing"', "mutant 1: says is 'nothing'; it must be too-soon or no-text"),
        (B, "sends_nothing.py", "sends.py", r"mutants.sends\.py: there is no such file; .* has it as a mutant"),
        (B, "sends_nothing.py", "sends_bytes.py", "mutant.file 'sends_bytes.py' is there twice"),
        (B, '[[mutant]]\nfile = "sends_nothing.py"\ndies = "first"\n', "", "sends_nothing.py: there is no"),
        (B, 'formerly = ["p1-z"]', 'formerly = ["p1-a"]', "the id 'p1-a' is there twice"),
        (B, 'needs = ["p1-a"]', 'needs = ["p1-b"]', "needs goes round in a circle, p1-b → p1-b"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_file_key_and_what_would_be_right(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    assert old in FILES[file]
    write(tmp_path, {file: FILES[file].replace(old, new, 1)})
    with pytest.raises(CourseError, match=says) as caught:
        load_course(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/1-one" if "/" in file else f"{tmp_path}/course.toml: ")


def test_the_lines_of_a_lesson_in_the_app_are_read(tmp_path: Path) -> None:
    lesson = LESSON.replace('id = "first"', 'id = "first"\nsolve = ["/connect", "{seed.word}"]')
    text = lesson.replace("[[step]]", MUTANT, 1)
    lesson_a = load_course(write(tmp_path, {A: text})).lesson("p1-a")
    assert lesson_a.steps[0].solve == ("/connect", "{seed.word}")
    assert lesson_a.mutants == (Mutant("types-d", "first", "no-text", ("d",)),)


def test_steps_are_read_in_their_order(tmp_path: Path) -> None:
    start, middle, end = (PROSE.index(text) for text in ("## step first", "## step second", "## say too"))
    swapped = PROSE[:start] + PROSE[middle:end] + PROSE[start:middle] + PROSE[end:]
    with pytest.raises(
        CourseError, match=r"the steps are second, first; they must come as in lesson\.toml: first, s"
    ):
        load_course(write(tmp_path, {A_PROSE: swapped}))


def test_a_translation_may_lack_sections_but_have_none_without_use(tmp_path: Path) -> None:
    translated = '+++\ntitle = "あ"\nsummary = "字。"\n+++\n## say no-txt\nx\n'
    with pytest.raises(CourseError, match=r"ja\.md: the section say no-txt has no use"):
        load_course(write(tmp_path, {"1-one/010-a/ja.md": translated}))


@pytest.mark.parametrize("missing", sorted(FILES))
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    write(tmp_path, {})
    (tmp_path / missing).unlink()
    with pytest.raises(CourseError, match=re.escape(missing) + ": there is no such file"):
        load_course(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {})
    (tmp_path / A_PROSE).write_bytes(PROSE.encode() + b"\xff")
    with pytest.raises(CourseError, match="is not UTF-8"):
        load_course(tmp_path)


def test_line_ends_of_another_system_do_no_harm(tmp_path: Path) -> None:
    expected = load_course(write(tmp_path, {})).lessons
    write(tmp_path, {name: text.replace("\n", "\r\n") for name, text in FILES.items()})
    assert load_course(tmp_path).lessons == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file=st.sampled_from(["course.toml", "1-one/en.md", A, A_PROSE, B, B_PROSE]),
    cut=st.tuples(st.integers(0, 900), st.integers(0, 40)),
    text=st.text(max_size=20)
    | st.sampled_from(["+++\n", "[x]\n", "## step ", '"', "= 1\n", "\x00", "{", "[["]),
)
def test_any_damage_is_refused_by_name_or_harmless(
    tmp_path: Path, file: str, cut: tuple[int, int], text: str
) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    whole = FILES[file]
    start, length = cut
    write(tmp_path, {file: whole[:start] + text + whole[start + length :]})
    lessons: tuple[Lesson, ...] = ()
    with suppress(CourseError):
        lessons = load_course(tmp_path).lessons
    for lesson in lessons:
        assert "\x1b" not in lesson.page()
        assert [step.id for step in lesson.steps] == list(lesson.text().steps)


def test_the_bundled_course_is_read_once() -> None:
    assert load_course() is load_course()
    assert load_course() is not load_course(folder("lessons"))
    assert load_course() == load_course(folder("lessons"))


def test_the_bundled_folder_holds_no_python_but_what_learners_edit() -> None:
    parts = {path.parent.name for path in folder("lessons").rglob("*.py")}
    assert parts <= {"start", "solution", "mutants"}

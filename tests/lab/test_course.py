from __future__ import annotations

import functools
import importlib.util
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request

from wslab.bundled import SERVERS
from wslab.lab.commands import COMMANDS, parse_close, parse_hex, parse_line, parse_switch
from wslab.lab.course import Course, Lesson, Phase, check_graph, cite
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.prose import Localized, Prose
from wslab.lab.services import SERVICES
from wslab.lab.steps import Step
from wslab.lab.toml_table import CourseError
from wslab.net.options import ConnectOptions
from wslab.units import parse_duration
from wslab.wire.closecodes import describe
from wslab.wire.rawspec import parse_raw

BASICS = ("p1-connect", "p1-echo", "p1-states", "p1-close-codes", "p1-ping-and-pong", "p1-when-it-fails")
PROTOCOL_EXERCISES = ("p2-graphql-client", "p2-mqtt-packets", "p2-binary-reader")
PROTOCOLS = (
    "p2-frame-anatomy", "p2-masking", "p2-lengths", "p2-fragmentation", "p2-text-and-binary", "p2-keepalive",
    "p2-subprotocols", "p2-deflate", "p2-graphql", "p2-graphql-client", "p2-mqtt", "p2-mqtt-packets",
    "p2-binary", "p2-binary-reader", "p2-breaking-rules",
)  # fmt: skip
LESSONS = BASICS + tuple(each for each in PROTOCOLS if each not in PROTOCOL_EXERCISES)
"""Lessons that are done in the app."""
BASIC_EXERCISES = ("p1-echo-client", "p1-come-back", "p1-echo-server")
EXERCISES = BASIC_EXERCISES + PROTOCOL_EXERCISES
KEYS = {"c", "d", "p", "i", "m", "t", "[", "]", "esc", "enter", "up", "end", "f2", "f4", "f5", "f6", "f7"}
"""Keys that a lesson may tell to press."""
NOWHERE = "/nowhere"
"""The path that a lesson shows to be missing."""
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course()


@functools.cache
def server_of(name: str) -> ModuleType:
    """Return the module of a bundled server."""
    spec = importlib.util.spec_from_file_location(f"{name}_server", SERVERS[name].path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for what annotations mean
    spec.loader.exec_module(module)
    return module


def test_the_bundled_course_has_four_phases_and_their_lessons(course: Course) -> None:
    assert [(phase.number, phase.id) for phase in course.phases] == [
        (1, "basics"),
        (2, "protocols"),
        (3, "testing"),
        (4, "production"),
    ]
    assert [phase.title for phase in course.phases] == ["Basics", "Protocols", "Testing", "Production"]
    assert all(len(phase.summary) > 40 for phase in course.phases)
    ids = [tuple(lesson.id for lesson in phase.lessons) for phase in course.phases]
    assert ids == [BASICS + BASIC_EXERCISES, PROTOCOLS, (), ()]
    assert [lesson.id for lesson in course.lessons if lesson.mode == "exercise"] == list(EXERCISES)


@pytest.mark.parametrize("lesson_id", LESSONS + EXERCISES)
def test_every_step_has_a_diagnosis_and_three_hints_in_both_languages(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id)
    for step in lesson.steps:
        assert step.diagnose or any(pattern.say for pattern in step.never), step.id
        for lang in ("en", "ja"):
            assert len(lesson.text(lang).steps[step.id].hints) == 3, (step.id, lang)


@pytest.mark.parametrize("lesson_id", LESSONS + EXERCISES)
def test_the_japanese_is_whole_and_fresh(course: Course, lesson_id: str) -> None:
    text = course.lesson(lesson_id).text("ja")
    assert not text.missing
    assert not text.stale


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_a_lesson_is_short_and_complete(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id)
    text = lesson.text("en")
    assert 2 <= len(lesson.steps) <= 8
    assert text.after is not None
    assert text.after.title == "What you saw"
    assert 1 <= lesson.minutes <= 15
    assert lesson_id.startswith(f"p{lesson.phase}-")
    assert text.summary.endswith(".")
    assert len(lesson.page("en").splitlines()) <= 100
    for step in text.steps.values():
        assert len(step.body.splitlines()) <= 35, "a step is short"
        assert 1 <= len(step.hints) <= 3


def body(lesson: Lesson) -> str:
    """Return all that a lesson says in English."""
    return "\n\n".join(lesson.texts["en"].english.sections.values())


def spans(lesson: Lesson) -> list[str]:
    """Return everything that the prose of a lesson has in code style, with the values of an attempt."""
    return CODE.findall(Seed(1).fill(body(lesson)))


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_key_that_a_lesson_tells_to_press_is_known(course: Course, lesson_id: str) -> None:
    pressed = {
        key
        for words in re.findall(
            r"[Pp]ress (`[^`]+`(?:(?:,| and| then|, then) `[^`]+`)*)", body(course.lesson(lesson_id))
        )
        for key in CODE.findall(words)
    }
    assert pressed
    assert pressed <= KEYS


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_command_in_a_lesson_can_be_typed(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id)
    server = server_of(lesson.server or "basic")
    for span in spans(lesson):
        if not span.startswith("/") or span.partition(" ")[0][1:] not in COMMANDS:
            continue
        line = parse_line(span)
        if not line.rest:
            continue  # the command is only spoken of
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
def test_every_path_in_a_lesson_is_one_of_the_server(course: Course, lesson_id: str) -> None:
    lesson = course.lesson(lesson_id)
    server = server_of(lesson.server or "basic")
    check_target(server, lesson.path)
    for span in spans(lesson):
        if span.startswith("/") and span.partition(" ")[0][1:] not in COMMANDS:
            check_target(server, span)


def test_the_table_of_close_codes_agrees_with_the_lab(course: Course) -> None:
    rows = re.findall(
        r"^\| (\d{4}) \| (.+?) \| (.+?) \|$", body(course.lesson("p1-close-codes")), re.MULTILINE
    )
    assert [int(code) for code, *_ in rows] == [
        1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013,
    ]  # fmt: skip
    for code, says, back in rows:
        known = describe(int(code))
        assert known.sendable == (not says.startswith("*")), code
        assert known.retry == (not back.startswith("no") or back == "no need"), code


def test_an_unknown_lesson_is_answered_with_those_there_are(course: Course) -> None:
    with pytest.raises(KeyError, match=r"no lesson 'p1-nope'.*p1-connect"):
        course.lesson("p1-nope")


ENGLISH = Prose.parse(
    Path("en.md"),
    """\
+++
title = "A"
summary = "The letter."
+++
Hello.
## step first: First
Press `{seed.word}`.
### hint 1
Look.
## step second: Second
Press `d`.
### hint 1
Look again.
## after: What you saw
Nothing.
""",
)
JAPANESE = Prose.parse(Path("ja.md"), '+++\ntitle = "あ"\nsummary = "字。"\n+++\n## step first: 一\n押す。\n')
STEPS = tuple(
    Step.parse({"id": name, "expect": [{"on": "state", "phase": phase}]}, name)
    for name, phase in (("first", "open"), ("second", "closed"))
)


def lesson(
    name: str, *, phase: int = 1, needs: tuple[str, ...] = (), formerly: tuple[str, ...] = ()
) -> Lesson:
    return Lesson(
        id=name,
        formerly=formerly,
        phase=phase,
        minutes=3,
        rfc=("6455#5.5.2", "6455#5.5.3", "7692#7"),
        needs=needs,
        mode="app",
        server="basic",
        path="/",
        options=(),
        exercise=None,
        steps=STEPS,
        mutants=(),
        folder=Path(f"{phase}-x") / name,
        texts={"en": Localized(ENGLISH, ENGLISH), "ja": Localized(JAPANESE, ENGLISH)},
    )


def test_a_page_shows_title_sources_and_numbered_steps_but_no_hints() -> None:
    assert lesson("a").page("en", {"seed.word": "abcdefgh"}) == (
        "# A\n\nThe letter.  \n*3 min · RFC 6455 5.5.2, 5.5.3 · RFC 7692 7*\n\n"
        "Hello.\n\n## 1. First\n\nPress `abcdefgh`.\n\n## 2. Second\n\nPress `d`.\n\n"
        "## What you saw\n\nNothing."
    )
    assert "Press `{seed.word}`." in lesson("a").page("en")
    assert cite(("6455#1.3",)) == "RFC 6455 1.3"


def test_the_language_changes_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, phase = lesson("a"), Phase(1, "one", (), lesson("a").texts)
    assert (shown.title, shown.summary, phase.title, phase.summary) == (
        "A",
        "The letter.",
        "A",
        "The letter.",
    )
    monkeypatch.setattr("wslab.i18n._current", "ja")
    assert (shown.title, shown.summary, phase.title, phase.summary) == ("あ", "字。", "あ", "字。")
    page = shown.page()
    assert page.startswith("# あ\n\n字。")
    assert "## 1. 一\n\n押す。\n\n## 2. Second" in page
    assert shown.text("en").title == "A"


def test_a_language_that_is_not_there_is_english_and_known_to_be_missing() -> None:
    text = lesson("a").text("fr")
    assert text.title == "A"
    assert text.missing == set(ENGLISH.anchors)


def test_a_lesson_is_found_by_the_ids_that_it_had_before() -> None:
    course = Course("x", (Phase(1, "one", (lesson("a", formerly=("b", "c")), lesson("d")), {}),))
    assert [course.lesson(name).id for name in "abcd"] == ["a", "a", "a", "d"]


@pytest.mark.parametrize(
    ("lessons", "says"),
    [
        (
            (lesson("a"), lesson("a", phase=2)),
            r"2-x/a/lesson\.toml: the id 'a' is there twice, also in 1-x/a",
        ),
        ((lesson("a"), lesson("b", formerly=("a",))), "the id 'a' is there twice"),
        ((lesson("a", formerly=("c",)), lesson("b", formerly=("c",))), "the id 'c' is there twice"),
        ((lesson("a", formerly=("a",)),), "the id 'a' is there twice"),
        ((lesson("a", needs=("z",)),), "needs is 'z'; it must be the id of a lesson$"),
        ((lesson("a", needs=("b",)), lesson("c", formerly=("b",))), "the id of a lesson; it is c now"),
        (
            (lesson("a", needs=("b",)), lesson("b", phase=2)),
            "needs is 'b', of phase 2; it must be of phase 1",
        ),
        ((lesson("a", needs=("a",)),), "needs goes round in a circle, a → a"),
        (
            (lesson("d", needs=("a",)), lesson("a", needs=("b",)), lesson("b", needs=("c", "a"))),
            "needs is 'c'",
        ),
        (
            (lesson("d", needs=("a",)), lesson("a", needs=("b",)), lesson("b", needs=("a",)), lesson("e")),
            r"1-x/a/lesson\.toml: needs goes round in a circle, a → b → a",
        ),
    ],
)
def test_a_graph_that_leads_nowhere_is_refused(lessons: tuple[Lesson, ...], says: str) -> None:
    with pytest.raises(CourseError, match=says):
        check_graph(lessons)


NAMES = "abcdef"


@given(st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from(NAMES)), min_size=1))
def test_a_graph_is_refused_just_when_some_lesson_is_never_reached(graph: dict[str, frozenset[str]]) -> None:
    lessons = [replace(lesson(name), needs=tuple(sorted(needs))) for name, needs in graph.items()]
    reached: set[str] = set()
    for _round in graph:
        reached |= {name for name, needs in graph.items() if needs <= reached}
    if reached == set(graph):
        check_graph(lessons)
    else:
        with pytest.raises(CourseError, match="needs"):
            check_graph(lessons)

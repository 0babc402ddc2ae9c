"""The lessons of Phase 2: complete in both languages, and everything that they tell to type is right."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from functools import cache
from types import ModuleType

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from wslab.bundled import SERVERS
from wslab.lab.commands import COMMANDS, parse_close, parse_hex, parse_line
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.net.options import DeflateOffer
from wslab.units import parse_duration
from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import TRANSPORT, Side
from wslab.wire.labproto.layout import ErrorCode
from wslab.wire.rawspec import parse_raw

LESSONS = {each.id: each for each in load_course().phases[1].lessons}
IN_THE_APP = [each.id for each in LESSONS.values() if each.mode == "app"]
EXERCISES = [each.id for each in LESSONS.values() if each.mode == "exercise"]
KEYS = {"c", "d", "p", "i", "m", "t", "esc", "enter", "up", "end", "f2", "f3", "f4", "f5", "f6", "f7"}
"""Keys that a lesson may tell to press."""
NOWHERE = "/nowhere"
"""The path that mutants show to be missing."""
CODE = re.compile(r"`([^`]+)`")


@cache
def server_of(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{name}_server", SERVERS[name].path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # data classes look their module up
    spec.loader.exec_module(module)
    return module


def spans(lesson: Lesson) -> list[str]:
    """Return everything that the English of a lesson has in code style, with the values of an attempt."""
    sections = "\n\n".join(lesson.texts["en"].english.sections.values())
    return [" ".join(span.split("\n")) for span in CODE.findall(Seed(1).fill(sections))]


def check_target(lesson: Lesson, target: str) -> None:
    """Check that the server of a lesson has this path, with these options."""
    assert lesson.server is not None
    request = Request(target, Headers())
    route = server_of(lesson.server).routes.find(request)
    assert (route is None) == (target == NOWHERE), target
    if route is not None:
        route.read(request)


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_step_has_a_diagnosis_and_three_hints_in_both_languages(lesson_id: str) -> None:
    lesson = LESSONS[lesson_id]
    for step in lesson.steps:
        assert step.diagnose or any(pattern.say for pattern in step.never), step.id
        for lang in ("en", "ja"):
            assert len(lesson.text(lang).steps[step.id].hints) == 3, (step.id, lang)


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_a_lesson_is_whole_in_both_languages(lesson_id: str) -> None:
    lesson = LESSONS[lesson_id]
    for lang in ("en", "ja"):
        text = lesson.text(lang)
        assert not text.missing
        assert not text.stale
        assert text.after is not None
    assert 2 <= len(lesson.steps) <= 8
    assert lesson.phase == 2
    assert lesson.text("en").summary.endswith(".")
    assert lesson.text("ja").summary.endswith("。")
    assert lesson.rfc


@pytest.mark.parametrize("lesson_id", IN_THE_APP)
def test_every_key_that_a_lesson_tells_to_press_is_known(lesson_id: str) -> None:
    text = "\n\n".join(LESSONS[lesson_id].texts["en"].english.sections.values())
    keys = re.findall(r"[Pp]ress (`[^`]+`(?:(?:,| and| then|, then) `[^`]+`)*)", text)
    pressed = {key for words in keys for key in CODE.findall(words)}
    assert pressed
    assert pressed <= KEYS


@pytest.mark.parametrize("lesson_id", IN_THE_APP)
def test_every_command_in_a_lesson_can_be_typed(lesson_id: str) -> None:
    lesson = LESSONS[lesson_id]
    for span in spans(lesson):
        if not span.startswith("/") or span.partition(" ")[0][1:] not in COMMANDS:
            continue
        line = parse_line(span)
        match line.name if line.rest else "":
            case "connect":
                check_target(lesson, line.rest)
            case "binary":
                assert parse_hex(line.rest), span
            case "close":
                parse_close(line.rest)
            case "raw":
                if line.rest.rpartition(" ")[2] != "rsv1=1":  # a hint leaves the payload out
                    assert parse_raw(line.rest, new_key=lambda: b"abcd")
            case "keepalive":
                assert line.rest == "off" or parse_duration(line.rest) > 0
            case "compression":
                assert line.rest in ("on", "off") or DeflateOffer.parse(line.rest)
            case "fragments":
                assert line.rest.count("|")


@pytest.mark.parametrize("lesson_id", LESSONS)
def test_every_path_in_a_lesson_is_one_of_its_server(lesson_id: str) -> None:
    lesson = LESSONS[lesson_id]
    if lesson.server is None:
        return
    check_target(lesson, lesson.path)
    for span in spans(lesson):
        path = span.partition(" ")[0]
        if path.startswith("/") and path[1:] not in COMMANDS:
            check_target(lesson, path)


def test_every_message_of_graphql_that_is_told_to_be_sent_is_one() -> None:
    told = [span for span in spans(LESSONS["p2-graphql"]) if span.startswith('{"')]
    assert len(told) >= 6
    for span in told:
        found = read(span, TRANSPORT, Side.CLIENT)
        assert found.message is not None, (span, found.faults)
        if found.message.type.name == "subscribe":
            assert (
                server_of("graphql").validate(
                    server_of("graphql").SCHEMA, server_of("graphql").parse(found.message.payload["query"])
                )
                == []
            )


def test_the_codes_of_the_binary_protocol_are_the_lab_s() -> None:
    lesson = LESSONS["p2-binary-reader"]
    tree = ast.parse((lesson.folder / "start" / "client.py").read_text(encoding="utf-8"))
    [codes] = [
        node for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
    ]  # fmt: skip
    names = [name.id for name in codes.targets[0].elts]  # type: ignore[attr-defined]
    assert dict(zip(names, ast.literal_eval(codes.value), strict=True)) == {
        name: ErrorCode[name] for name in names
    }


@pytest.mark.parametrize("lesson_id", EXERCISES)
def test_a_solution_uses_the_standard_library_and_websockets_alone(lesson_id: str) -> None:
    for part in ("start", "solution"):
        for file in sorted((LESSONS[lesson_id].folder / part).glob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            used = {
                name.partition(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom)
                for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
            }  # fmt: skip
            assert used - {"websockets"} <= set(sys.stdlib_module_names)


def test_the_bytes_that_solve_a_step_are_those_that_the_prose_tells() -> None:
    """Who copies what stands there passes."""
    for lesson_id in ("p2-mqtt", "p2-binary"):
        lesson = LESSONS[lesson_id]
        told = {span.replace(" ", "") for span in spans(lesson)}
        for step in lesson.steps:
            for line in step.solve:
                if line.startswith("/binary"):
                    assert Seed(1).fill(line).replace(" ", "") in told, line

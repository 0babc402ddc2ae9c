"""Progress as text: what is written is read back, and what others wrote is judged."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.progress_examples import PROGRESS
from wslab.lab.progress_data import LessonProgress, Progress, StepProgress
from wslab.lab.progress_form import (
    LARGEST,
    NewerProgressError,
    ProgressError,
    check_id,
    check_lang,
    check_word,
    dump_progress,
    parse_progress,
)

STEP = {"passed": 5.0, "checked": 5.0, "check": "aa", "attempts": 2}


def text(**changes: Any) -> str:
    return json.dumps({"format": 1, "course": "wslab", "lessons": {}} | changes)


def with_step(**changes: Any) -> str:
    return text(lessons={"a": {"steps": {"one": STEP | changes}}})


@given(PROGRESS)
def test_what_is_written_is_read_back(progress: Progress) -> None:
    written = dump_progress("wslab", progress)
    assert parse_progress("wslab", written) == parse_progress("wslab", written.encode()) == progress


def test_the_form_is_one_to_be_read_by_people_and_tools() -> None:
    progress = Progress("a", "ja").with_lesson("a", LessonProgress(1).with_step("one", StepProgress(2, 3)))
    values = json.loads(dump_progress("wslab", progress))
    assert (values["format"], values["course"], values["current"], values["lang"]) == (1, "wslab", "a", "ja")
    assert values["lessons"]["a"]["opened"] == 1
    assert values["lessons"]["a"]["steps"]["one"]["attempts"] == 3


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("", "not JSON"),
        ('{"format": 1', "not JSON"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        ("[]", "the text is []; it must be an object"),
        ("{}", "format is None; it must be 1"),
        (text(format=True), "format is True; it must be 1"),
        (text(format=0), "format is 0"),
        (text(format="1"), "format is '1'"),
        (text(course="other"), "course is 'other'; it must be wslab: this is the progress of another course"),
        (text(extra=1), "'extra' is not a key; the keys are"),
        (text(current="No Such"), "current is 'No Such'; it must be an id"),
        (text(current="a" * 101), "current is 'aaaa"),
        (text(lang="klingon"), "lang is 'klingon'; it must be a language such as en or ja"),
        (text(lessons=[]), "lessons is []; it must be an object"),
        (text(lessons={"../x": {}}), "lessons is '../x'; it must be an id"),
        (text(lessons={"a": 1}), "lessons.a is 1"),
        (text(lessons={"a": {"x": 1}}), "lessons.a: 'x' is not a key"),
        (text(lessons={"a": {"opened": -1}}), "lessons.a.opened is -1; it must be a Unix time in seconds"),
        (text(lessons={"a": {"opened": True}}), "lessons.a.opened is True"),
        (text(lessons={"a": {"finished": 1e300}}), "lessons.a.finished is 1e+300"),
        (text(lessons={"a": {"attempts": 1.5}}), "lessons.a.attempts is 1.5; it must be a whole number"),
        (text(lessons={"a": {"helped": 1}}), "lessons.a.helped is 1; it must be true, false"),
        (text(lessons={"a": {"steps": None}}), "lessons.a.steps is None"),
        (with_step(hints=-1), "lessons.a.steps.one.hints is -1"),
        (with_step(attempts=10**10), "lessons.a.steps.one.attempts is 10000000000"),
        (with_step(check="a b"), "lessons.a.steps.one.check is 'a b'"),
        (with_step(seed="x" * 201), "lessons.a.steps.one.seed is 'xxx"),
        (with_step(passed=None), "lessons.a.steps.one.checked is 5.0; it must be a time where passed is one"),
        (text(lessons={"a": {"opened": float("nan")}}), "NaN is not a number in JSON"),
        (text(lessons={"a": {"opened": float("inf")}}), "Infinity is not a number in JSON"),
        ('{"format": 1, "format": 1}', "the key 'format' is there twice"),
        ('{"format": ' + "1" * 5000 + "}", "not JSON"),
        ("[" * 100_000, "too deep"),
        (" " * (LARGEST + 1), f"more than {LARGEST} bytes"),
    ],
)
def test_what_is_wrong_is_named(found: str | bytes, says: str) -> None:
    with pytest.raises(ProgressError) as caught:
        parse_progress("wslab", found)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("bad", ["\x1b[2J", "\u202e", "\u0085", "\ud800", "\r"])
def test_what_steers_a_terminal_is_never_repeated(bad: str) -> None:
    for found in (text(current=bad), text(**{bad: 1}), text(lessons={bad: {}}), with_step(check=bad)):
        with pytest.raises(ProgressError) as caught:
            parse_progress("wslab", found)
        assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in str(caught.value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.binary()
    | JSON.map(json.dumps)
    | st.dictionaries(st.sampled_from(["course", "lessons", "lang"]), JSON).map(lambda values: text(**values))
)
def test_anything_is_progress_or_refused(found: str | bytes) -> None:
    try:
        progress = parse_progress("wslab", found)
    except ProgressError:
        return
    assert parse_progress("wslab", dump_progress("wslab", progress)) == progress


def test_a_newer_form_is_refused_with_what_can_be_understood() -> None:
    lessons = {
        "a": {"opened": 1, "stars": 5, "steps": {"one": STEP | {"mood": "fine"}, "two": {"passed": "yes"}}},
        "b": {"opened": "today"},
        "C": {},
        "d": 7,
    }
    with pytest.raises(NewerProgressError) as caught:
        parse_progress("wslab", text(format=2, current=["a"], lang="ja", lessons=lessons, badges=[]))
    assert "format is 2, written by a newer wslab; this one reads format 1" in str(caught.value)
    progress = caught.value.progress
    assert (progress.current, progress.lang) == (None, "ja")
    assert progress.lessons.keys() == {"a"}
    assert progress.lesson("a").opened == 1
    assert progress.lesson("a").steps.keys() == {"one"}
    assert progress.lesson("a").step("one").passed == 5


@given(JSON, JSON)
def test_a_newer_form_may_hold_anything(current: object, lessons: object) -> None:
    found = json.dumps({"format": 2, "current": current, "lessons": lessons}, allow_nan=True)
    with pytest.raises(ProgressError):
        parse_progress("wslab", found)


def test_what_is_to_be_kept_is_looked_at_first() -> None:
    assert (check_id("p1-echo"), check_lang("ja"), check_word("seed", "x")) == ("p1-echo", "ja", "x")
    with pytest.raises(ValueError, match="'P1'"):
        check_id("P1")
    with pytest.raises(ValueError, match="'japanese'"):
        check_lang("japanese")
    with pytest.raises(ValueError, match="seed is 'a b'"):
        check_word("seed", "a b")

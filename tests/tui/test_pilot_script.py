from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.bundled import folder
from wslab.tui.pilot_script import Condition, ScriptError, load_script, parse_script
from wslab.wire.events import Phase

GOOD = """
format = 1
name = "hello"
size = "80x24"
[[step]]
press = ["c"]
wait = { state = "open", within = "8s" }
[[step]]
name = "send"
type = "hello"
press = "enter"
wait = { event = { kind = "frame", opcode = "TEXT", direction = "s>c" } }
expect = { text = "hello", absent = ["error", "refused"] }
screenshot = "a.svg"
resize = "100x30"
"""


def test_a_script_is_read() -> None:
    script = parse_script(GOOD, "x.toml")
    assert (script.name, script.size) == ("hello", (80, 24))
    first, second = script.steps
    assert first.name == "c"
    assert first.press == ("c",)
    assert first.within == 8
    assert first.wait == Condition(state=Phase.OPEN)
    assert second.press == ("enter",)
    assert second.expect == Condition(text=("hello",), absent=("error", "refused"))
    assert second.resize == (100, 30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("format = 1", "format = 2"), r"format is 2; this version of wslab reads format = 1"),
        (('"80x24"', '"80"'), r'size is .80.; write it like "80x24"'),
        (('press = ["c"]', "press = 3"), r"step 1: press is 3; it must be a text or a list"),
        (('press = ["c"]', 'keys = ["c"]'), r"step 1: unknown key 'keys'; known are expect, name, press"),
        (('state = "open"', 'state = "opened"'), r"step 1: wait: state is 'opened'; it must be one of disconnected"),
        (('"8s"', '"soon"'), r"step 1: wait.within: 'soon' is not a duration"),
        (('kind = "frame"', 'kind = "frames"'), r"step 2: wait: event: kind is 'frames'"),
        (('"TEXT"', '"text"'), r"event: opcode is 'text'; write its name"),
        (('format = 1', 'format = ='), r"not TOML"),
        (('wait = { state = "open", within = "8s" }', 'wait = { within = "8s" }'), r"nothing to wait for"),
        (('wait = { state = "open", within = "8s" }', "wait = 3"), r"wait is 3; it must be a table"),
        (('name = "hello"', "name = 7"), r"name is 7; it must be a text"),
    ],
)  # fmt: skip
def test_a_bad_script_is_refused_by_name(change: tuple[str, str], message: str) -> None:
    source = GOOD.replace(*change)
    assert source != GOOD
    with pytest.raises(ScriptError, match=message) as error:
        parse_script(source, "x.toml")
    assert str(error.value).startswith("x.toml")


def test_a_script_and_a_step_must_do_something() -> None:
    with pytest.raises(ScriptError, match="at least one"):
        parse_script("format = 1", "x")
    with pytest.raises(ScriptError, match="step 1: does nothing"):
        parse_script('format = 1\n[[step]]\nname = "idle"', "x")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"none.toml: can't be read"):
        load_script(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(ScriptError, match="can't be read"):
        load_script(bad)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(ScriptError):
        parse_script(text, "x")


def test_a_condition_says_what_it_is() -> None:
    condition = Condition(Phase.OPEN, ("a",), ("b",), {"kind": "frame"})
    assert (
        str(condition)
        == "state open and 'a' on the screen and no 'b' on the screen and an event with kind 'frame'"
    )


def test_the_tour_that_comes_with_the_lab_is_a_script() -> None:
    assert load_script(folder("lessons") / "tour.toml").steps

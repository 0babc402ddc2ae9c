"""Lines of lessons in the app: what they may say, and what is said of those that cannot be carried out."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.bench_commands import BenchCommands
from wslab.lab.learner_lines import COMMANDS, LineError, Wait, parse_learner_line
from wslab.lab.lesson_run import Seed
from wslab.lab.workbench import Workbench

SEED = Seed(4)


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("hello", "hello"),
        ("//connect", "//connect"),
        ('{"a": 1}', '{"a": 1}'),
        ("/connect", "/connect"),
        ("/connect /echo?x={seed.number}", f"/connect /echo?x={SEED.values['number']}"),
        ("/connect ws://127.0.0.1:1/", "/connect ws://127.0.0.1:1/"),
        ("/connect wss://[::1]:7/x", "/connect wss://[::1]:7/x"),
        ("/binary {seed.hex}", f"/binary {SEED.values['hex']}"),
        ('/raw text mask=0 "{seed.word}"', f'/raw text mask=0 "{SEED.values["word"]}"'),
        ("/wait 250ms", Wait(0.25)),
        ("/wait  2s ", Wait(2.0)),
    ],
)
def test_a_line_is_what_would_be_typed(line: str, typed: str | Wait) -> None:
    assert parse_learner_line(line, SEED) == typed


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "'' says nothing: write a message such as hello, /connect"),
        ("   ", "says nothing"),
        ("{seed.wrd}", "has {seed.wrd}: there are {seed.word}, {seed.hex} and {seed.number}"),
        ("/conect /echo", "there is no command /conect: did you mean /connect?"),
        ("/quit", "is not for a lesson's lines: there are messages, /wait, /connect,"),
        ("/file /etc/passwd", "is not for a lesson's lines"),
        ("/ca x.pem", "is not for a lesson's lines"),
        ("/connect ws://example.com/", "leads elsewhere: write a path, or a URL such as ws://127.0.0.1:1/"),
        ("/connect http://127.0.0.1/", "leads elsewhere"),
        ("/connect ws://[::1", "leads elsewhere"),
        ("/connect ws://127.0.0.1.example.com/", "leads elsewhere"),
        ("/raw", "'/raw':"),
        ("/raw txt", "'/raw txt':"),
        ("/wait", "'/wait':"),
        ("/wait soon", "'/wait soon':"),
        ("/wait 11s", "waits too long: 10s is the most"),
    ],
)
def test_a_line_that_cannot_be_carried_out_is_refused(line: str, says: str) -> None:
    with pytest.raises(LineError, match=re.escape(says)) as caught:
        parse_learner_line(line)
    assert str(caught.value).startswith(repr(line))


def test_every_command_that_is_let_through_can_be_carried_out() -> None:
    commands = BenchCommands(Workbench(), lambda text: None)
    assert all(commands.knows(name) for name in COMMANDS)


@given(
    st.one_of(
        st.text(), st.sampled_from(COMMANDS).flatmap(lambda name: st.text().map(f"/{name} {{}}".format))
    )
)
def test_whatever_stands_there_it_is_a_line_or_refused(line: str) -> None:
    with suppress(LineError):
        found = parse_learner_line(line)
        assert isinstance(found, Wait) or found.strip()

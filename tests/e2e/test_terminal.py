"""The pseudo-terminal that the other tests rely on."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.support.terminal import Terminal
from tests.support.waiting import until_blocking

pytestmark = pytest.mark.terminal

SIZE = """
import os, signal, sys
def show(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, show)
show()
for line in sys.stdin: print("got", repr(line), flush=True)
"""
TEXTUAL = """
from textual.app import App
from textual.widgets import Input, Label
class Small(App):
    def compose(self):
        yield Label("[b]caf\\u00e9 \\u65e5\\u672c[/b]")
        yield Input()
    def on_input_submitted(self, event):
        self.query_one(Label).update(f"said {event.value} at {self.size.width}x{self.size.height}")
Small().run()
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_what_is_typed_and_the_size_arrive() -> None:
    with Terminal(python(SIZE), columns=60, rows=10) as terminal:
        terminal.wait_for("size 60 10")
        terminal.type("hello")
        terminal.press("enter")
        terminal.wait_for(r"got 'hello\n'")
        terminal.resize(70, 12)
        terminal.wait_for("size 70 12")
        assert len(terminal.lines()) == 12
        terminal.press("ctrl+d")
        assert terminal.wait() == 0


def test_it_is_the_controlling_terminal_of_the_command() -> None:
    program = "import os; os.write(os.open('/dev/tty', os.O_RDWR), b'through /dev/tty'); input()"
    with Terminal(python(program)) as terminal:
        terminal.wait_for("through /dev/tty")
        terminal.press("ctrl+c")
        assert terminal.wait() == -signal.SIGINT
        terminal.wait_for("KeyboardInterrupt")


def test_a_hang_up_and_a_signal_end_the_command() -> None:
    with Terminal(python(SIZE)) as terminal:
        terminal.wait_for("size")
        terminal.hang_up()
        assert terminal.wait() == -signal.SIGHUP
    with Terminal(python(SIZE)) as terminal:
        terminal.wait_for("size")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait() == -signal.SIGTERM


def test_the_command_never_waits_for_the_test() -> None:
    count = 2_000_000
    with Terminal(
        python(f"import sys; sys.stdout.write('x' * {count}); sys.stdout.flush(); input()")
    ) as terminal:
        until_blocking(lambda: terminal.received_bytes >= count, "all output")


@pytest.mark.parametrize(
    "sequence",
    [
        r"\x1b[>1u",
        r"\x1b[<u",
        r"\x1b[?u",
        r"\x1b[?2048$p",
        r"\x1b[=5;1u",
        r"\x1bP+q544e\x1b\\",
        r"\x1b[?25n",
        r"\x1b[?1c",
    ],
)
def test_what_pyte_does_not_know_leaves_no_trace(sequence: str) -> None:
    program = f"""
import sys, time
for char in "[" + "{sequence}" + "]":
    sys.stdout.write(char); sys.stdout.flush(); time.sleep(0.002)
input()
"""
    with Terminal(python(program)) as terminal:
        terminal.wait_for("[")
        until_blocking(lambda: terminal.lines()[0] == "[]", "the rest")


def test_a_textual_app() -> None:
    with Terminal(python(TEXTUAL), columns=50, rows=15) as terminal:
        terminal.wait_for("café 日本")
        terminal.type("moin")
        terminal.press("enter")
        terminal.wait_for("said moin at 50x15")
        terminal.resize(44, 12)
        terminal.press("enter")
        terminal.wait_for("at 44x12")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0

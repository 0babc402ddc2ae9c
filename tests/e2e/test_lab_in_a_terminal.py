"""The lab as a person meets it: the installed command in a real terminal, keys in, screens out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.terminal import Terminal
from tests.support.waiting import until_blocking

pytestmark = pytest.mark.terminal

WSLAB = [sys.executable, "-m", "wslab"]
PROMPT = "type a message"


def server_processes(terminal: Terminal) -> list[psutil.Process]:
    return psutil.Process(terminal.pid).children(recursive=True)


def connect(terminal: Terminal) -> None:
    terminal.press("c")
    terminal.wait_for("OPEN by server")
    # The line at the bottom has the keyboard when it offers a word.
    terminal.until(lambda: "hello" in terminal.lines()[-2], "the offered word")


def leave(terminal: Terminal) -> None:
    servers = server_processes(terminal)
    terminal.press("ctrl+q")
    assert terminal.wait() == 0
    until_blocking(lambda: not any(server.is_running() for server in servers), "the servers to be gone")


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24), (200, 60)])
def test_two_keys_from_the_welcome_to_an_echo(tmp_path: Path, columns: int, rows: int) -> None:
    with Terminal(WSLAB, columns=columns, rows=rows, env={"XDG_STATE_HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("welcome to wslab")
        connect(terminal)
        terminal.press("enter")
        terminal.wait_for("< TEXT")
        sent, received = (
            next(line for line in terminal.lines() if f"{arrow} TEXT" in line) for arrow in (">", "<")
        )
        assert "hello" in sent
        assert "hello" in received
        leave(terminal)


def test_a_key_typed_while_the_lab_is_opened_is_not_lost() -> None:
    with Terminal(WSLAB, columns=120, rows=36) as terminal:
        terminal.wait_for("1 Basics")  # in the first line, drawn first
        terminal.press("c")
        terminal.wait_for("OPEN by server")
        leave(terminal)


def test_the_terminal_is_as_it_was_when_the_lab_has_left() -> None:
    stty = "subprocess.check_output(['stty', '-g'])"
    program = (
        f"import subprocess; before = {stty}; subprocess.run({WSLAB!r}); "
        f"print('the same' if {stty} == before else 'changed'); input()"
    )
    with Terminal([sys.executable, "-c", program], columns=100, rows=30) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("ctrl+q")
        terminal.until(lambda: re.search("the same|changed", terminal.text()), "the end")
        assert "the same" in terminal.text()
        # Keys are lines again, shown as they are typed.
        terminal.type("plain")
        terminal.wait_for("plain")


def test_any_size_at_any_moment() -> None:
    with Terminal(WSLAB, columns=120, rows=36) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("c")
        terminal.wait_for("OPEN")
        for columns, rows in ((80, 24), (40, 10), (20, 8), (200, 60), (61, 19), (120, 36)):
            terminal.resize(columns, rows)
            terminal.until(lambda rows=rows: "Keys" in terminal.lines()[rows - 1], f"{columns}x{rows}")
            assert terminal.returncode is None
        terminal.wait_for("OPEN by server")
        leave(terminal)


def test_a_lab_with_nothing_to_do_writes_little() -> None:
    with Terminal(WSLAB, columns=120, rows=36) as terminal:
        terminal.wait_for(PROMPT)
        connect(terminal)
        terminal.until(lambda: clock(terminal) >= 1, "the first second to go by on the screen")
        # What it took to connect may still be on its way in the first seconds of a busy machine.
        terminal.until(lambda: written_in(terminal, 1) < 3000, "a second in which little is written")
        # The time of the connection and the figures of the server; the whole screen would be 20 kB.
        assert written_in(terminal, 3) < 3000 * 3
        leave(terminal)


def written_in(terminal: Terminal, seconds: int) -> int:
    """Return how many bytes come while so many seconds go by on the screen."""
    began, before = clock(terminal), terminal.received_bytes
    terminal.until(lambda: clock(terminal) >= began + seconds, "seconds to go by on the screen")
    return terminal.received_bytes - before


def clock(terminal: Terminal) -> int:
    """Return how long the connection is in its state, as the screen has it."""
    found = re.search(r"CLOSED +(\d+):(\d\d)", terminal.lines()[1])
    return int(found[1]) * 60 + int(found[2]) if found else 0


def test_a_killed_server_is_told_and_c_starts_it_again() -> None:
    with Terminal(WSLAB, columns=120, rows=36) as terminal:
        terminal.wait_for(PROMPT)
        connect(terminal)
        (server,) = server_processes(terminal)
        server.kill()
        terminal.wait_for("basic ✗ crashed")
        terminal.wait_for("1006")
        terminal.press("escape")
        terminal.wait_for("c Connect")
        terminal.press("c")
        terminal.until(lambda: "● OPEN" in terminal.lines()[1], "the second connection")
        leave(terminal)


def test_nothing_the_network_sends_reaches_the_terminal_as_a_command() -> None:
    with Terminal(WSLAB, columns=120, rows=36) as terminal:
        terminal.wait_for(PROMPT)
        connect(terminal)
        terminal.type("/binary 1b5d303b68616b65640775")
        terminal.press("enter")
        terminal.wait_for("< BINARY")
        terminal.type('/raw text "\\x1b]0;hacked\\x07\\x1b[2Jgone"')
        terminal.press("enter")
        terminal.wait_for("]0;hacked")
        assert terminal.screen.title != "hacked"
        assert "1 Basics" in terminal.text()
        leave(terminal)


def test_ctrl_c_asks_once_and_obeys_twice() -> None:
    with Terminal(WSLAB, columns=100, rows=30) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("ctrl+c")
        terminal.wait_for("press ctrl+c again")
        terminal.press("ctrl+c")
        assert terminal.wait() == 130


def test_without_a_terminal_it_says_what_to_use_instead() -> None:
    done = subprocess.run(WSLAB, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert re.fullmatch(r"wslab needs a terminal.*wslab pilot.*wslab connect.*\n", done.stderr)
    assert done.stdout == ""

"""Child processes: their output as lines, their end, and what they cannot do to us."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import until
from wslab.lab.process import LINES_AT_ONCE, STDERR, STDOUT, ChildProcess, describe_exit
from wslab.tasks import spawn, stop


class Child:
    """A Python program as a child process, and what was heard of it."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.err: list[str] = []
        self.largest_batch = 0
        self.changes = 0
        self.process: ChildProcess

    def heard(self, stream: int, lines: list[str]) -> None:
        {STDOUT: self.out, STDERR: self.err}[stream].extend(lines)
        self.largest_batch = max(self.largest_batch, len(lines))

    def changed(self) -> None:
        self.changes += 1


Run = Callable[[str], Awaitable[Child]]


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    children: list[Child] = []

    async def run(program: str) -> Child:
        child = Child()
        command = [sys.executable, "-S", "-c", "import os, signal, sys, time\n" + textwrap.dedent(program)]
        child.process = await ChildProcess.launch(command, child.heard, child.changed)
        children.append(child)
        return child

    yield run
    for child in children:
        child.process.kill()
        await child.process.wait()


async def test_output_arrives_as_lines_and_the_exit_code_after_the_last_of_them(run: Run) -> None:
    child = await run("""
        print("one"); print("two", file=sys.stderr); sys.stdout.write("no end"); sys.exit(7)
    """)
    assert await child.process.wait() == 7
    assert (child.out, child.err) == (["one", "no end"], ["two"])
    assert child.changes == 3, "the end of each stream and the exit"
    assert not child.process.talks(STDOUT)
    assert not child.process.talks(STDERR)
    assert child.process.returncode == 7


async def test_output_arrives_while_the_process_runs_though_it_flushes_nothing(run: Run) -> None:
    child = await run("print('here'); time.sleep(60)")
    await until(lambda: child.out == ["here"], "a line of a running process")
    assert child.process.returncode is None


async def test_it_has_no_terminal_and_leads_a_session_and_a_group_of_its_own(run: Run) -> None:
    child = await run("""
        print(os.isatty(0), os.isatty(1), os.isatty(2))
        print(os.getsid(0) == os.getpid() == os.getpgrp())
        try:
            os.open("/dev/tty", os.O_RDWR)
        except OSError:
            print("no terminal")
    """)
    await child.process.wait()
    assert child.out == ["False False False", "True", "no terminal"]


async def test_it_inherits_no_descriptor_of_ours(run: Run) -> None:
    ours = os.pipe()
    os.set_inheritable(ours[1], True)
    program = f"""
        for number in range(3, 100):
            try:
                os.fstat(number)
            except OSError:
                continue
            print("open:", number, {ours[1]})
    """
    try:
        # The second must not hold the first one's stdin either: it would keep it alive.
        children = [await run(program) for _ in range(2)]
        for child in children:
            await child.process.wait()
            assert child.out == []
    finally:
        os.close(ours[0])
        os.close(ours[1])


async def test_it_reads_what_is_written_and_sees_the_end_of_its_stdin(run: Run) -> None:
    child = await run("print([line for line in sys.stdin])")
    child.process.write("restart")
    child.process.close_stdin()
    child.process.write("too late")
    assert await child.process.wait() == 0
    assert child.out == [r"['restart\n']"]


async def test_writing_to_a_process_that_does_not_listen_does_nothing(run: Run) -> None:
    child = await run("os.close(0); print('closed'); time.sleep(60)")
    await until(lambda: child.out, "its stdin to be closed")
    for _ in range(10):
        child.process.write("anybody?")
        await asyncio.sleep(0)
    child.process.close_stdin()
    assert child.process.returncode is None


async def test_signals_after_its_end_go_nowhere(run: Run) -> None:
    child = await run("pass")
    await child.process.wait()
    child.process.terminate()
    child.process.kill()
    assert await child.process.wait() == 0


async def test_terminate_and_kill(run: Run) -> None:
    polite = await run("print('up'); time.sleep(60)")
    stubborn = await run("signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)")
    await until(lambda: polite.out and stubborn.out, "both to be up")
    polite.process.terminate()
    stubborn.process.terminate()
    assert await polite.process.wait() == -signal.SIGTERM
    assert stubborn.process.returncode is None
    stubborn.process.kill()
    assert await stubborn.process.wait() == -signal.SIGKILL


async def test_kill_takes_what_the_process_started_with_it(run: Run) -> None:
    child = await run("""
        if os.fork() == 0:
            print(os.getpid())
        time.sleep(60)
    """)
    await until(lambda: child.out, "the grandchild")
    grandchild = psutil.Process(int(child.out[0]))
    child.process.kill()
    await child.process.wait()
    await until(lambda: gone(grandchild), "the grandchild's end")


async def test_the_group_can_be_killed_when_its_leader_has_gone(run: Run) -> None:
    child = await run("""
        if os.fork() == 0:
            os.close(1), os.close(2)
            time.sleep(60)
        print(os.getpid())
    """)
    await until(lambda: child.process.returncode == 0 and child.out, "its end")
    left = [each for each in psutil.process_iter() if group_of(each.pid) == child.process.pid]
    assert left
    child.process.kill_group()
    await until(lambda: all(map(gone, left)), "the end of what it left behind")
    child.process.kill_group()


async def test_it_runs_where_and_with_what_it_is_told(tmp_path: Path) -> None:
    child = Child()
    program = "import os; print(os.getcwd()); print(os.environ['WSLAB_WORD'], os.environ['PYTHONUNBUFFERED'])"
    command = [sys.executable, "-S", "-c", program]
    child.process = await ChildProcess.launch(
        command, child.heard, child.changed, folder=tmp_path, environment={"WSLAB_WORD": "abcdefgh"}
    )
    await child.process.wait()
    assert child.out == [str(tmp_path), "abcdefgh 1"]


async def test_a_grandchild_that_holds_the_output_open_does_not_hold_us_up(run: Run) -> None:
    child = await run("""
        if os.fork() == 0:
            os.setsid()
            print(os.getpid())
            time.sleep(60)
        time.sleep(0.2)
        print("parent")
    """)
    assert await child.process.wait() == 0
    assert "parent" in child.out
    os.kill(next(int(line) for line in child.out if line.isdigit()), signal.SIGKILL)


async def test_a_flood_is_complete_and_lets_the_loop_breathe(run: Run) -> None:
    count = 30_000
    child = await run(f"sys.stdout.write(''.join(f'{{n}}\\n' for n in range({count})))")
    assert await child.process.wait() == 0
    assert child.out == [str(n) for n in range(count)]
    assert child.largest_batch <= LINES_AT_ONCE


async def test_a_flood_without_end_is_held_back_and_can_be_stopped(run: Run) -> None:
    child = await run("while True: print('y' * 100)")
    await until(lambda: len(child.out) > 1000, "a flood")
    waiting = len(child.process._splitters[STDOUT]._waiting)
    assert waiting < 2**20
    child.process.terminate()
    assert await child.process.wait() == -signal.SIGTERM


async def test_last_lines_of_a_flooding_process_are_not_lost(run: Run) -> None:
    child = await run("os.write(1, b'\\n' * 60_000 + b'last words'); os._exit(1)")
    assert await child.process.wait() == 1
    assert len(child.out) == 60_001
    assert child.out[-1] == "last words"


async def test_binary_garbage_and_enormous_lines(run: Run) -> None:
    child = await run(
        "os.write(1, bytes(range(256)) + b'\\n'); os.write(1, b'x' * 3_000_000); os.write(1, b'\\nend')"
    )
    assert await child.process.wait() == 0
    assert child.out[0].startswith(r"\x00\x01")
    assert child.out[1].startswith(r"\x0b\x0c")
    assert len(child.out[2]) < 20_000
    assert child.out[2].endswith("bytes)")
    assert child.out[3] == "end"


async def test_it_says_which_of_its_streams_are_closed(run: Run) -> None:
    child = await run("os.close(1); time.sleep(60)")
    await until(lambda: not child.process.talks(STDOUT), "stdout to end")
    assert child.process.talks(STDERR)
    assert child.process.returncode is None


@pytest.mark.parametrize("turns", [*range(12), 20, 40])
async def test_a_start_that_is_broken_off_at_any_moment_leaves_nothing(turns: int) -> None:
    before = set(psutil.Process().children())
    launch = spawn(
        ChildProcess.launch([sys.executable, "-c", "input()"], lambda *_: None, lambda: None), "it"
    )
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await stop(launch)
    if not launch.cancelled():
        launch.result().kill()
        await launch.result().wait()
    await until(lambda: set(psutil.Process().children()) <= before, "the process to be gone")


@pytest.mark.parametrize("command", [["/nowhere/python"], ["/"], ["python", "a\0b"]])
async def test_what_cannot_be_started(command: list[str]) -> None:
    child = Child()
    with pytest.raises((OSError, ValueError)):
        await ChildProcess.launch(command, child.heard, child.changed)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exited with code 0"),
        (3, "exited with code 3"),
        (-9, "was ended by SIGKILL (signal 9)"),
        (-11, "was ended by SIGSEGV (signal 11)"),
        (-99, "was ended by signal 99"),
    ],
)
def test_exits_in_words(code: int, words: str) -> None:
    assert describe_exit(code) == words


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

"""A learner's program: what it gets, what of its output is kept, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.waiting import until
from wslab.lab.process import STDERR, STDOUT
from wslab.lab.program import Output, Program, traceback_tail

Run = Callable[..., Awaitable[Program]]


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    programs: list[Program] = []

    async def run(code: str, **environment: str) -> Program:
        (tmp_path / "client.py").write_text(textwrap.dedent(code))
        programs.append(await Program.start("client.py", tmp_path, environment, lambda: None))
        return programs[-1]

    yield run
    for program in programs:
        await program.stop()


async def ended(program: Program) -> int | None:
    await until(lambda: program.exit_code is not None, "its end")
    return await program.stop()


async def test_what_it_gets(run: Run, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("WORD = 'from beside it'\n")
    program = await run(
        """
        import os, sys
        import helper
        print(helper.WORD)
        print(os.getcwd())
        print(os.environ["WSLAB_WORD"])
        print(repr(sys.stdin.read()))
        print(os.getpid() == os.getsid(0) == os.getpgid(0))
        print("127.0.0.1" in os.environ["NO_PROXY"], "127.0.0.1" in os.environ["no_proxy"])
        sys.exit(3)
        """,
        WSLAB_WORD="abcdefgh",
    )
    assert await ended(program) == 3
    assert program.output.lines() == (
        "from beside it", str(tmp_path), "abcdefgh", "''", "True", "True True",
    )  # fmt: skip


async def test_a_relative_file_runs_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "client.py").write_text("print('here')")
    monkeypatch.chdir(tmp_path)
    program = await Program.start("client.py", Path("work"), {}, lambda: None)
    assert await ended(program) == 0
    assert program.output.lines() == ("here",)


async def test_a_proxy_of_the_user_is_not_for_this_machine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "example.com")
    program = await run("import os; print(os.environ['no_proxy'])")
    await ended(program)
    assert program.output.lines() == ("example.com,127.0.0.1,localhost",)


async def test_stopping_takes_everything_it_started(run: Run) -> None:
    program = await run("""
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        print(child.pid)
        while True:
            pass
    """)
    await until(lambda: program.output.lines(), "its child")
    child = psutil.Process(int(program.output.lines()[0]))
    assert await program.stop() is None
    await until(lambda: gone(child), "the child's end")


async def test_stopping_takes_also_what_a_program_left_behind(run: Run) -> None:
    program = await run("""
        import os, subprocess, sys
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
        os._exit(0)
    """)
    await until(lambda: program.exit_code is not None and program.output.lines(), "its end")
    child = psutil.Process(int(program.output.lines()[0]))
    assert not gone(child)
    assert await program.stop() == 0
    await until(lambda: gone(child), "the child's end")


async def test_it_ends_with_the_lab_whatever_took_that(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open('pids', 'w').write(f'{child.pid}\\n')\n"
        "time.sleep(600)\n"
    )
    lab = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from wslab.lab.program import Program\n"
        "async def main():\n"
        "    program = await Program.start('endless.py', Path(sys.argv[1]), {}, lambda: None)\n"
        "    print(program._process.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n",
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )
    assert lab.stdout is not None
    pid = int(await asyncio.wait_for(lab.stdout.readline(), 30))
    pids = tmp_path / "pids"
    await until(lambda: pids.exists() and pids.read_text().endswith("\n"), "what the program started")
    child = int(pids.read_text())
    assert alive(pid)
    assert alive(child)
    lab.kill()
    await lab.wait()
    await until(lambda: not alive(pid) and not alive(child), "the end of the program and of what it started")


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_flood_is_bounded_and_does_not_stop_the_loop(run: Run) -> None:
    program = await run("while True: print('x' * 5000)")
    await until(lambda: program.output.total > 2000, "a flood", timeout=30)
    await asyncio.wait_for(program.stop(), 10)
    lines = program.output.lines()
    assert len(lines) == 301
    assert max(map(len, lines)) == 2000
    assert str(program.output.left_out) in lines[100]


async def test_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        await Program.start("x.py", tmp_path, {}, lambda: None, python="/nowhere/python")


@given(st.lists(st.integers(0, 7), max_size=20), st.integers(0, 5), st.integers(0, 5))
def test_what_is_kept_and_what_is_left_out_is_all_there_was(
    batches: list[int], first: int, last: int
) -> None:
    output = Output(first, last)
    every: list[str] = []
    for size in batches:
        lines = [str(len(every) + number) for number in range(size)]
        output.add(STDOUT if size % 2 else STDERR, lines)
        every += lines
    kept = output.lines()
    assert output.total == len(every)
    if output.left_out:
        assert kept == (*every[:first], f"… {output.left_out} …", *(every[-last:] if last else []))
    else:
        assert kept == tuple(every)


async def test_the_end_of_a_traceback_is_where_the_learner_can_do_something(run: Run, tmp_path: Path) -> None:
    program = await run("""
        import json
        def main():
            json.loads("{")  # here
        main()
    """)
    assert await ended(program) == 1
    tail = traceback_tail(program.output.errors(), tmp_path)
    assert f'File "{tmp_path / "client.py"}", line 4' in tail[0]
    assert "# here" in tail[1]
    assert tail[-1].startswith("json.decoder.JSONDecodeError: ")
    assert len(tail) <= 6


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("print('x'\n", "SyntaxError: "),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import no_such_module_here", "ModuleNotFoundError: "),
        ("import os\nos.environ['WSLAB_NOTHING']", "KeyError: "),
    ],
)
async def test_all_kinds_of_errors(run: Run, tmp_path: Path, code: str, error: str) -> None:
    program = await run(code)
    await ended(program)
    tail = traceback_tail(program.output.errors(), tmp_path)
    assert "client.py" in tail[0]
    assert tail[-1].startswith(error)


@pytest.mark.parametrize("errors", [(), ("",), ("all is well",), ('connecting to File "x", line 3',)])
def test_no_traceback(errors: tuple[str, ...], tmp_path: Path) -> None:
    assert traceback_tail(errors, tmp_path) == ()


def gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

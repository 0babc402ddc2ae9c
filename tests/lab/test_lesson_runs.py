"""`wslab lesson run` for exercises: exit codes, what is recorded, and the forms of the report."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import psutil
import pytest

from tests.support.exercises import LESSONS, tiny_course
from tests.support.waiting import until_blocking
from wslab.cli import main
from wslab.lab import exercise, lesson_command
from wslab.lab.exercise import Attempt, Outcome
from wslab.lab.lesson_run import Seed
from wslab.lab.lesson_runs import code_of
from wslab.lab.packs import load_pack
from wslab.lab.progress import ProgressStore
from wslab.lab.server_status import ServerStartError
from wslab.lab.steps import Status, Verdict

Captured = pytest.CaptureFixture[str]
SOLUTION = tiny_course().lesson("tiny-client").folder / "solution" / "client.py"
FILE = Path("wslab-work/tiny-client/client.py")


@pytest.fixture(autouse=True)
def at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(lesson_command, "bundled_course", tiny_course)


def run(*arguments: str) -> int:
    return main(["lesson", "run", "tiny-client", *arguments])


def kept(tmp_path: Path) -> ProgressStore:
    store = ProgressStore(tmp_path / "state" / "wslab", "tiny")
    store.load()
    return store


def test_without_a_file_there_is_nothing_to_run(capsys: Captured) -> None:
    assert run() == 3
    assert "begin with wslab lesson start tiny-client" in capsys.readouterr().err


def test_from_a_failure_to_a_pass(tmp_path: Path, capsys: Captured) -> None:
    main(["lesson", "start", "tiny-client"])
    assert run() == 1
    told = capsys.readouterr().out
    assert "✗ Step 1 of 2: Send your word" in told
    assert "You sent hello, which is not your word." in told
    FILE.write_bytes(SOLUTION.read_bytes())
    assert run() == 0
    told = capsys.readouterr().out
    assert "✓ passed: A client" in told
    assert "One message there and back." in told
    known = kept(tmp_path).progress.lesson("tiny-client")
    assert known.finished is not None
    assert known.attempts == 2
    assert run() == 0
    assert "One message there and back." not in capsys.readouterr().out


def test_another_answer_is_not_recorded(tmp_path: Path, capsys: Captured) -> None:
    assert run("--solution") == 0
    assert run("--file", str(SOLUTION)) == 0
    assert run("--file", str(SOLUTION.parents[1] / "mutants" / "sends_bytes.py")) == 1
    assert run("--file", "nothing.py") == 3
    assert kept(tmp_path).progress.lesson("tiny-client").attempts == 0
    assert not FILE.exists()
    assert run("--solution", "--watch") == 2


def test_json_and_junit(tmp_path: Path, capsys: Captured) -> None:
    assert run("--solution", "--json", "--junit", "report.xml") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["verdict"] for line in lines] == ["passed"] * 3
    assert ET.parse("report.xml").getroot()[0].attrib["tests"] == "6"
    assert run("--solution", "--junit", str(tmp_path / "nowhere" / "report.xml")) == 3


def test_a_seed_is_run_once(capsys: Captured) -> None:
    assert run("--solution", "--json", "--seed", "42") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["seed"] == 42
    assert json.loads(line)["output"] == [Seed(42).values["word"]]


def test_a_fault_of_the_lab_is_exit_code_4_and_not_counted(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_arguments: object) -> None:
        raise ServerStartError("basic could not start", ["its last line"])

    monkeypatch.setattr(exercise, "run_client", refuse)
    main(["lesson", "start", "tiny-client"])
    assert run() == 4
    told = capsys.readouterr().out
    assert "this is the lab's fault" in told
    assert "its last line" in told
    assert kept(tmp_path).progress.lesson("tiny-client").attempts == 0


def test_a_pack_runs_only_what_was_agreed_to(tmp_path: Path, capsys: Captured) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(LESSONS, pack)
    assert main(["lesson", "pack", "add", str(pack)]) == 0
    assert main(["lesson", "start", "tiny:tiny-client", "--folder", "work"]) == 0
    Path("work/client.py").write_bytes(SOLUTION.read_bytes())
    run = ["lesson", "run", "tiny:tiny-client", "--folder", "work"]
    capsys.readouterr()
    assert main(run) == 3
    assert "nobody has agreed to run the code of tiny" in capsys.readouterr().err
    assert main(["lesson", "pack", "agree", "tiny", "--hash", load_pack(pack).content_hash()]) == 0
    assert main(run) == 0
    assert kept(tmp_path).progress.lesson("tiny-client").finished is not None
    (pack / "1-tiny" / "010-client" / "solution" / "more.py").write_text("print('new')")
    assert main(run) == 3
    assert main(["lesson", "run", "none:tiny-client"]) == 2


def test_exit_codes() -> None:
    passed = Attempt(Seed(1), (Verdict(Status.PASSED),), True)
    failed = Attempt(Seed(2), (Verdict(Status.FAILED),), False)
    unknown = Attempt(Seed(3), (), False, unknown_reason="x")
    assert code_of(Outcome((passed, passed))) == 0
    assert code_of(Outcome((passed, failed, unknown))) == 1
    assert code_of(Outcome((passed, unknown))) == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_who_is_told_to_end_leaves_nothing_behind(number: signal.Signals) -> None:
    work = Path("endless")
    work.mkdir()
    (work / "client.py").write_text("import os\nopen(f'pid-{os.getpid()}', 'w')\nwhile True: pass\n")
    lab = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "wslab",
            "lesson",
            "run",
            "p1-echo-client",
            "--seed",
            "1",
            "--folder",
            "endless",
        ],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until_blocking(lambda: list(work.glob("pid-*")), "the program", timeout=30)
    pid = int(next(work.glob("pid-*")).name.removeprefix("pid-"))
    children = psutil.Process(lab.pid).children(recursive=True)
    os.kill(lab.pid, number)
    assert lab.wait(20) == 130
    assert pid in [child.pid for child in children]
    until_blocking(lambda: not any(child.is_running() for child in children), "the end of all")


def test_work_on_a_pack_has_a_folder_of_its_own(tmp_path: Path, capsys: Captured) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(LESSONS, pack)
    main(["lesson", "pack", "add", str(pack)])
    main(["lesson", "pack", "agree", "tiny", "--hash", load_pack(pack).content_hash()])
    main(["lesson", "start", "tiny-client"])
    FILE.write_text("mine\n")
    capsys.readouterr()
    assert main(["lesson", "run", "tiny:tiny-client"]) == 3
    assert "begin with wslab lesson start tiny:tiny-client" in capsys.readouterr().err
    assert main(["lesson", "start", "tiny:tiny-client"]) == 0
    file = Path("wslab-work/tiny.tiny-client/client.py")
    told = " ".join(capsys.readouterr().err.split())
    assert f"wrote {file}" in told
    assert "wslab lesson run tiny:tiny-client --watch" in told
    file.write_bytes(SOLUTION.read_bytes())
    assert main(["lesson", "run", "tiny:tiny-client"]) == 0
    assert main(["lesson", "reset", "tiny:tiny-client", "--yes"]) == 0
    assert FILE.read_text() == "mine\n"

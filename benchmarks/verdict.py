"""From saving a file to the verdict: each exercise of Phase 1 in `wslab lesson run --watch`, solved.

Compared with the bare start of the same program: until it connects somewhere, or listens.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from benchmarks.programs import APP, home
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course

PHASE = 1
WITHIN = 1.0
"""Seconds that are aimed at, for 19 of 20 saves."""
BETWEEN = 2.0
"""Seconds between a verdict and the next save: quicker than anybody edits, enough for fresh servers."""
PATIENCE = 60.0
VERDICTS = ("✓", "✗", "?")


def run(rounds: int) -> list[Figure]:
    """Save each solution so many times."""
    lessons = [each for each in load_course().lessons if each.phase == PHASE and each.exercise is not None]
    figures: list[Figure] = []
    every: list[float] = []
    ratios: list[float] = []
    with home() as env:
        for lesson in lessons:
            bare = [_bare_start(lesson, env) for _ in range(rounds)]
            verdicts = _verdicts(lesson, env, rounds)
            every += verdicts
            pairs = [verdict / start for verdict, start in zip(verdicts, bare, strict=True)]
            ratios += pairs
            figures.append(
                Figure(
                    f"{lesson.id}: from saving to the verdict",
                    f"p95 {percentile(verdicts, 0.95) * 1000:,.0f} ms, {spread(verdicts, 'ms', 1000)}",
                    f"bare start: {spread(bare, 'ms', 1000)}",
                    percentile(pairs, 0.5),
                )
            )
    worst = percentile(every, 0.95)
    figures.append(
        Figure(
            "all exercises of Phase 1: from saving to the verdict, p95",
            f"{worst * 1000:,.0f} ms",
            "bare start of the same programs",
            percentile(ratios, 0.5),
            f"below {WITHIN:g} s",
            worst < WITHIN,
        )
    )
    return figures


def _verdicts(lesson: Lesson, env: dict[str, str], rounds: int) -> list[float]:
    """Return the seconds from each save to the line that has the verdict."""
    assert lesson.exercise is not None
    solution = (lesson.folder / "solution" / lesson.exercise.entry).read_text(encoding="utf-8")
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="wslab-bench-") as place:
        work = Path(place, "work")
        shutil.copytree(lesson.folder / "start", work)
        with _watching(lesson, env, work) as lines:
            _verdict(lines)
            for number in range(rounds):
                time.sleep(BETWEEN)
                new = work / "new"
                new.write_text(f"{solution}\n# save {number}\n", encoding="utf-8")
                began = time.monotonic()
                new.replace(work / lesson.exercise.entry)
                verdict = _verdict(lines)
                found.append(time.monotonic() - began)
                if not verdict.startswith("✓"):
                    raise RuntimeError(f"{lesson.id}: the solution got {verdict!r}")
    return found


@contextmanager
def _watching(lesson: Lesson, env: dict[str, str], work: Path) -> Iterator[Iterator[str]]:
    command = [str(APP), "lesson", "run", lesson.id, "--watch", "--folder", str(work)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
    ) as process:
        assert process.stdout is not None
        yield iter(process.stdout.readline, "")
        process.communicate("q\n", timeout=PATIENCE)


def _verdict(lines: Iterator[str]) -> str:
    for line in lines:
        if line.startswith(VERDICTS):
            return line
    raise RuntimeError("the lab ended without a verdict")


def _bare_start(lesson: Lesson, env: dict[str, str]) -> float:
    """Return the seconds from starting the solution by itself until it connects, or can be connected to."""
    assert lesson.exercise is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if lesson.exercise.kind == "server":
            listener.close()
        told = {
            "WSLAB_URL": f"ws://127.0.0.1:{port}{lesson.path}",
            "WSLAB_PORT": str(port),
            "WSLAB_WORD": "abcdefgh",
            "WSLAB_NUMBER": "1234",
        }
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, lesson.exercise.entry],
            cwd=lesson.folder / "solution",
            env={**env, **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            if lesson.exercise.kind == "client":
                listener.settimeout(PATIENCE)
                listener.accept()[0].close()
            else:
                _until_it_listens(port)
            return time.monotonic() - began
        finally:
            process.kill()
            process.wait()


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.001)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")

"""A session that keeps progress, as a process of its own that can be killed at any moment.

`python -m tests.support.progress_worker FOLDER NAME COUNT [MOMENT]` passes the steps NAME-0, NAME-1, … of one
lesson and prints each once it is kept. With a MOMENT it kills itself there, in the middle of the last one.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from wslab.lab.progress import ProgressStore

LESSON = "p1-echo"
MOMENTS = ("half a draft", "draft", "rename", "after")
"""Moments of a write at which a process can die."""


def main(folder: Path, name: str, count: int, moment: str | None) -> None:
    """Pass so many steps."""
    store = ProgressStore(folder, patience=60)
    for number in range(count):
        if moment and number == count - 1:
            _die_at(moment)
        step_id = f"{name}-{number}"
        store.step_passed(LESSON, step_id, check="aa")
        if store.problem:
            sys.exit(store.problem)
        print(step_id, flush=True)


def _die(*_arguments: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(moment: str) -> None:
    if moment == "draft":
        os.fsync = _die
    elif moment == "rename":
        Path.replace = _die  # type: ignore[method-assign]
    elif moment == "half a draft":
        fdopen = os.fdopen

        def half(handle: int, *_arguments: Any) -> Any:
            stream = fdopen(handle, "wb", buffering=0)

            class Stream:
                def __enter__(self) -> Stream:
                    return self

                def __exit__(self, *_error: object) -> None: ...

                def write(self, data: bytes) -> None:
                    stream.write(data[: len(data) // 2])
                    _die()

            return Stream()

        os.fdopen = half
    else:
        rename = Path.replace

        def then_die(draft: Path, target: Any) -> Any:
            rename(draft, target)
            _die()

        Path.replace = then_die  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] if sys.argv[4:] else None)

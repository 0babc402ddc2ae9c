"""The programs that are measured, each started as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from wslab.bundled import SERVERS

APP = Path(sys.executable).with_name("wslab")
"""The command of this environment."""
EMPTY_APP = Path(__file__).with_name("empty_app.py")
COUNTING_CLIENT = Path(__file__).with_name("counting_client.py")


@contextmanager
def home() -> Iterator[dict[str, str]]:
    """Give the environment of a user who has been in the lab before.

    Compiled modules are kept as everywhere else, whatever this process was told about them.
    """
    with tempfile.TemporaryDirectory(prefix="wslab-bench-") as folder:
        state = Path(folder, "state", "wslab")
        state.mkdir(parents=True)
        (state / "visited").touch()
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
        yield {
            **env,
            "XDG_STATE_HOME": str(state.parent),
            "PYTHONPYCACHEPREFIX": str(Path(folder, "compiled")),
        }


@contextmanager
def basic_server(env: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Run the bundled server; give its URL without a path, and its process."""
    with server_of(SERVERS["basic"].path, ["--port", "0"], env) as running:
        yield running


@contextmanager
def server_of(path: Path, options: list[str], env: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Run a server whose first line has its URL and that ends with its input; give both as above."""
    command = [sys.executable, "-P", str(path), *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], psutil.Process(process.pid)
        process.communicate()  # closes its standard input, which tells it to stop


@dataclass(frozen=True, slots=True)
class Count:
    """What a client that only counts found out."""

    messages: int
    seconds: float
    """From the first message to the end of the connection."""
    cpu: float
    """Processor seconds it took."""

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def count_messages(kind: str, url: str, env: dict[str, str]) -> Count:
    """Have all messages of a URL counted by a process of its own; ``kind`` is `bare` or `tapped`."""
    command = [sys.executable, "-P", str(COUNTING_CLIENT), kind, url]
    found = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Count(**json.loads(found))


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor seconds that a process has taken so far."""
    times = process.cpu_times()
    return float(times.user + times.system)

"""Small real servers that behave in one particular way, for whoever has to supervise them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PREAMBLE = """\
import argparse, json, os, signal, socket, subprocess, sys, time

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, required=True)
options.add_argument("--host", default="127.0.0.1")
options.add_argument("--note", default="")
options = options.parse_args()


def say(**record):
    print(json.dumps(record), flush=True)


def listen():
    global listener
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)
        sys.exit(3)
    listener.listen()
    return listener.getsockname()[1]


def ready(**changes):
    port = listen()
    url = f"ws://{options.host}:{port}"
    say(**{"event": "ready", "server": NAME, "url": url, "pid": os.getpid()} | changes)


def until_eof():
    for line in sys.stdin:
        say(event="was told", line=line)


"""


@dataclass(frozen=True)
class FixtureServer:
    """A server that is not bundled: what `Supervisor` has to know of it."""

    name: str
    path: Path
    port: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


def write_server(folder: Path, body: str, *, name: str = "basic", port: int = 0) -> FixtureServer:
    """Write a server with this body after helpers `say`, `listen`, `ready` and `until_eof`."""
    path = folder / f"{name}.py"
    path.write_text(f"NAME = {name!r}\n" + _PREAMBLE + textwrap.dedent(body))
    return FixtureServer(name, path, port)

"""What is known of a bundled server at one moment, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from wslab.i18n import N_


class ServerEntry(Protocol):
    """What has to be known of a server to run it; `wslab.bundled.ServerInfo` is one."""

    @property
    def name(self) -> str:
        """Its name, which its ready line repeats."""

    @property
    def port(self) -> int:
        """The port it listens on unless told otherwise."""

    @property
    def path(self) -> Path:
        """The file to run. May raise `BundledError`; for a lesson pack, as `PackServer.path`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that its process needs beside those of this one."""


class ServerState(StrEnum):
    """What a server is doing."""

    STOPPED = N_("stopped")
    STARTING = N_("starting")
    READY = N_("ready")
    STOPPING = N_("stopping")
    FAILED = N_("failed")
    """It did not become ready."""
    CRASHED = N_("crashed")
    """It was ready and exited though nobody here asked it to."""


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """A server at one moment. What belongs to a process is None where none runs."""

    name: str
    port: int
    """The port it listens on; where it does not run, the one it last had or would have; 0 while a free one
    is sought."""
    state: ServerState = ServerState.STOPPED
    pid: int | None = None
    url: str | None = None
    """Known once it is ready."""
    uptime: float | None = None
    """Seconds since its process was started."""
    cpu: float | None = None
    """Percent of one core; None also in the first half second."""
    memory: int | None = None
    """Resident bytes."""
    connections: int | None = None
    """Open connections; None also where the server does not say."""
    exit_code: int | None = None
    """Of its last process; a negative number is a signal."""
    why: str = ""
    """One line on how it failed or crashed; empty where nothing is to explain."""
    tail: tuple[str, ...] = ()
    """The last 200 lines of its output, control characters written out."""

    @property
    def running(self) -> bool:
        """Whether it has a process, or is about to have one."""
        return self.state in (ServerState.STARTING, ServerState.READY, ServerState.STOPPING)


class UnknownServer(LookupError):
    """There is no server of that name. The message names those there are."""


class ServerStartError(Exception):
    """A server did not become ready.

    Attributes:
        why: one line in plain words.
        tail: its last lines of output, 20 at most.
        busy: whether its port is in use; another port, or 0 for a free one, would do.
    """

    def __init__(self, why: str, tail: Sequence[str] = (), busy: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.tail = tuple(tail)
        self.busy = busy

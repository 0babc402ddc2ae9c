"""The servers beside a connection under study, and which of them a path belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from wslab.i18n import N_, sentence
from wslab.lab.server_status import ServerEntry, ServerStartError, ServerStatus
from wslab.lab.supervisor import Supervisor

if TYPE_CHECKING:
    from wslab.lab.course import Lesson

BUNDLED = "basic"
"""The server that a target which is only a path belongs to, unless the lesson has another."""


_OF_SERVER = re.compile(r"(?P<name>[a-z][a-z0-9_-]*):(?P<path>/(?!/).*)")
"""`mqtt:/mqtt`. A URL has two slashes."""


class WorkbenchError(Exception):
    """Something the learner asked for can't be done now. The message says why and what would help."""


class BenchServers:
    """Starts servers as the lesson wants them.

    Args:
        supervisor: who runs them.
        note: writes a line of the lab itself into the log: of what, and what it says.
    """

    def __init__(self, supervisor: Supervisor, note: Callable[[str, str], None]) -> None:
        self.name = BUNDLED
        """The server that paths belong to."""
        self._options: tuple[str, ...] = ()
        self._supervisor = supervisor
        self._note = note

    @property
    def entry(self) -> ServerEntry:
        """What is known of that server without running it."""
        return self._supervisor.entry(self.name)

    def study(self, lesson: Lesson, guests: Mapping[str, ServerEntry]) -> None:
        """Have paths belong to the server of a lesson, with its options. None is started or stopped for that.

        Args:
            lesson: which one.
            guests: the servers that come with its course, beside the bundled ones.
        """
        self._supervisor.bring(guests)
        self.name = BUNDLED if lesson.server is None else lesson.server
        self._options = lesson.options

    def place(self, target: str) -> tuple[str, str] | None:
        """Return the server and the path that a target names; None where it is a URL.

        `/echo` is a path of the server of the lesson, `mqtt:/mqtt` one of the server of that name.

        Raises:
            ValueError: there is no server of that name.
        """
        if target.startswith("/"):
            return self.name, target
        named = _OF_SERVER.fullmatch(target)
        if named is None:
            return None
        names = [status.name for status in self._supervisor.statuses()]
        if named["name"] not in names:
            raise ValueError(
                sentence(
                    "there is no server {name!r}: there are {names}",
                    name=named["name"],
                    names=", ".join(names),
                )
            )
        return named["name"], named["path"]

    async def url(self, name: str, path: str) -> str:
        """Return the URL of a path of a server, which is started where it does not run as it is wanted.

        Raises:
            WorkbenchError: it could not be started.
        """
        wanted = self._wanted(name)
        if name == self.name and self._supervisor.runs_otherwise(name, wanted):
            if wanted:
                options = " ".join(wanted)
                told = sentence("{name} is started anew, with {options}", name=name, options=options)
            else:
                told = sentence("{name} is started anew, without options", name=name)
            self._note(N_("server"), told)
            await self._supervisor.stop(name)
        status = self._supervisor.status(name)
        if status.state != "ready" or status.url is None:
            status = await self.start(name)
        return f"{status.url}{path}"

    def _wanted(self, name: str) -> tuple[str, ...]:
        return self._options if name == self.name else ()

    async def start(self, name: str) -> ServerStatus:
        """Start a server on its own port, or on a free one where that is taken.

        That of the lesson gets the options that the lesson wants.

        Raises:
            WorkbenchError: it could not be started.
        """
        options = self._wanted(name)
        try:
            return await self._supervisor.start(name, options=options)
        except ServerStartError as error:
            if not error.busy:
                raise WorkbenchError(str(error)) from error
            self._note(N_("server"), sentence("{error}; taking a free port instead", error=str(error)))
        try:
            return await self._supervisor.start(name, port=0, options=options)
        except ServerStartError as error:
            raise WorkbenchError(str(error)) from error

    async def restart(self, name: str) -> None:
        """Stop a server, which tells its clients to come back, and start it where it was.

        Raises:
            WorkbenchError: it did not start again.
        """
        try:
            await self._supervisor.restart(name)
        except ServerStartError as error:
            raise WorkbenchError(str(error)) from error

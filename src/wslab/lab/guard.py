"""Ends a learner's program when this process is gone: unlike our servers it does not watch its stdin."""

from __future__ import annotations

from wslab.lab.process import ChildProcess

SHELL = "/bin/sh"
_SCRIPT = 'read -r line; kill -s KILL -- "-$1"'
"""Reading ends with the pipe, and the pipe with whoever holds its other end."""


class Guard:
    """A shell beside a process group, which kills it as soon as this process has ended.

    The kernel alone could do that on Linux (`PR_SET_PDEATHSIG`), not elsewhere, and not for a whole group.
    """

    def __init__(self, process: ChildProcess) -> None:
        self._process = process

    @classmethod
    async def over(cls, group: int) -> Guard:
        """Watch over a process group.

        Args:
            group: its number, which is the process number of its leader.

        Raises:
            OSError: there is no shell to do it.
        """
        command = [SHELL, "-c", _SCRIPT, SHELL, str(group)]
        return cls(await ChildProcess.launch(command, lambda _stream, _lines: None, lambda: None))

    def leave(self) -> None:
        """Watch no longer: the group is empty, and its number may soon be somebody else's."""
        self._process.kill()

    async def wait(self) -> None:
        """Wait until nobody watches any more."""
        await self._process.wait()

"""What the controls of every protocol have in common."""

from __future__ import annotations

from abc import abstractmethod

from textual.containers import Vertical


class ProtocolPanel(Vertical):
    """The controls of one protocol in the Client tab."""

    connects = False
    """Whether the protocol has a client that makes its connections: `connect` is called in place of ours."""

    async def connect(self) -> None:
        """Connect as the controls say.

        Raises:
            WorkbenchError, ConnectFailed, ValueError, OSError: there is no connection; the message says why.
        """
        raise NotImplementedError

    def aim(self, target: str) -> None:
        """Take note of what the next connect goes to, where the controls show it."""

    @abstractmethod
    def refresh_shown(self) -> None:
        """Show what is new; cheap where nothing is. Called several times a second while it is in view."""

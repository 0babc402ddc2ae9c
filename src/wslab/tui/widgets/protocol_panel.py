"""What the controls of every protocol have in common."""

from __future__ import annotations

from abc import abstractmethod

from textual.containers import Vertical


class ProtocolPanel(Vertical):
    """The controls of one protocol in the Client tab."""

    @abstractmethod
    def refresh_shown(self) -> None:
        """Show what is new; cheap where nothing is. Called several times a second while it is in view."""

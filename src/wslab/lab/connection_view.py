"""How the connection under study stands, as a state line shows it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from wslab.wire.events import Phase, State

LIVE = (Phase.CONNECTING, Phase.OPEN, Phase.CLOSING)
"""States in which a connection is in use."""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """The connection under study. Times are monotonic seconds."""

    phase: Phase = Phase.DISCONNECTED
    visited: tuple[Phase, ...] = ()
    """Every state of this connection so far, in order, the present one included."""
    why: str = ""
    code: int | None = None
    url: str = ""
    since: float = 0
    """When it entered the phase."""

    def after(self, state: State) -> ConnectionView:
        """Return how it stands once it has entered a state; one that begins anew forgets what it was."""
        fresh = state.phase is Phase.CONNECTING and self.phase not in LIVE
        before = ConnectionView(url=self.url) if fresh else self
        visited = before.visited if state.phase in before.visited[-1:] else (*before.visited, state.phase)
        return dataclasses.replace(
            before,
            phase=state.phase,
            visited=visited,
            why=state.why,
            code=state.code,
            since=state.t,
        )

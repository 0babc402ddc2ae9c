"""What the controls of every protocol have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Coroutine

from textual.binding import Binding, BindingType
from textual.containers import Vertical

Say = Callable[[str], None]
"""Tells the learner something in passing."""
CarryOut = Callable[[Coroutine[object, object, None], str], None]
"""Runs an action that the second argument names; what goes wrong is said, not thrown."""


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

    def keys(self) -> list[BindingType]:
        """Return the keys of the controls that are worth telling, once each: those the footer shows."""
        found: dict[str, BindingType] = {}
        for node in self.walk_children(with_self=True):
            for kind in type(node).__mro__:
                if kind.__module__.startswith(__package__.rpartition(".")[0]):
                    for binding in Binding.make_bindings(vars(kind).get("BINDINGS", ())):
                        if binding.show:
                            found.setdefault(binding.id or binding.key, binding)
        return list(found.values())

    def aim(self, target: str) -> None:
        """Take note of what the next connect goes to, where the controls show it."""

    @abstractmethod
    def refresh_shown(self) -> None:
        """Show what is new; cheap where nothing is. Called several times a second while it is in view."""

"""Who speaks each protocol in the app, and the controls for it, loaded when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from wslab.lab.client_side import Made, Speaker
from wslab.lab.workbench import Workbench
from wslab.tui.widgets.protocol_panel import ProtocolPanel

Say = Callable[[str], None]
CarryOut = Callable[[Coroutine[object, object, None], str], None]


def speakers(bench: Workbench) -> dict[str, Made]:
    """Return what makes the client of each protocol that is not spoken by hand.

    Args:
        bench: whose connection they speak on.
    """
    return {}


def controls(protocol: str, speaker: Speaker, say: Say, carry_out: CarryOut) -> ProtocolPanel | None:
    """Return the controls of a protocol; None where it is spoken by hand.

    Args:
        protocol: its name.
        speaker: the client that `speakers` made for it.
        say: tells the learner something in passing.
        carry_out: runs an action; what goes wrong is said, not thrown.
    """
    return None

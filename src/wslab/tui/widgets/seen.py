"""What the Frame tab knows of an event beside what stands in it.

It has a module of its own because what opens messages is loaded when there is one to open, not at the start.
"""

from __future__ import annotations

from typing import NamedTuple

from wslab.wire.decoding.around import NOTHING, Around
from wslab.wire.decoding.choosing import AUTO


class Seen(NamedTuple):
    """What is known of an event."""

    belongs: Around = NOTHING
    """What was seen of the message that it belongs to."""
    subprotocol: str | None = None
    """What its connection agreed on."""
    choice: str = AUTO
    """By what messages are read, one of `CHOICES` of `wslab.wire.decoding.choosing`."""


UNSEEN = Seen()

"""When a long-lived process looks for garbage: seldom, and not among what it was made of."""

from __future__ import annotations

import gc

GARBAGE_AFTER = 50_000
"""New objects after which garbage is looked for. Events live long and are no garbage, and what is made for a
message is gone with it, by counting alone."""


def settle_memory() -> None:
    """Keep what start-up made out of the collections to come, which takes the pauses out of floods.

    To be called once, when what lasts is there; collections that were switched off are on again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    gc.enable()

"""Garbage is looked for seldom, and found all the same."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, weakref
from wslab.memory import GARBAGE_AFTER, settle_memory

gc.disable()
settle_memory()
assert gc.isenabled()
assert gc.get_threshold()[0] == GARBAGE_AFTER
assert gc.get_freeze_count() > 1000


class Ring:
    pass


rings = []
for _ in range(3 * GARBAGE_AFTER):
    ring = Ring()
    ring.itself = ring
    rings.append(weakref.ref(ring))
    del ring
print(sum(ring() is None for ring in rings) > GARBAGE_AFTER)
"""


def test_garbage_is_found() -> None:
    # In a process of its own: this is for whole processes.
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")

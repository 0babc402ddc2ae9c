"""CPU and memory of a process."""

from __future__ import annotations

import os
import subprocess
import sys

from wslab.lab.usage import Usage
from wslab.wire.clock import Clock


def test_a_process_that_is_gone_has_neither() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert Usage(process.pid, Clock()).sample() == (None, None)


def test_a_sample_is_good_for_half_a_second() -> None:
    now = 0.0
    usage = Usage(os.getpid(), Clock(monotonic=lambda: now))
    cpu, memory = usage.sample()
    assert cpu is None
    assert memory is not None
    now = 1.0
    first = usage.sample()
    assert first[0] is not None
    assert first[0] > 0
    now = 1.4
    assert usage.sample() == first

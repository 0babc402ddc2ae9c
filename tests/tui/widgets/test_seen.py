"""What the Frame tab knows of an event before anybody told it."""

from __future__ import annotations

import subprocess
import sys

from wslab.tui.widgets.seen import UNSEEN
from wslab.wire.decoding.around import NOTHING


def test_nothing_is_known_at_first() -> None:
    assert UNSEEN == (NOTHING, None, "auto")


def test_what_opens_messages_is_not_loaded_with_the_screen() -> None:
    program = "import sys, wslab.tui.screens.lab_screen\nprint(*sys.modules, sep='\\n')"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    loaded = [name for name in out.split() if name.startswith(("wslab.wire.mqtt", "wslab.wire.labproto"))]
    assert loaded == []

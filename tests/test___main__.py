from __future__ import annotations

import subprocess
import sys

from wslab import __version__


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wslab", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"wslab {__version__}"

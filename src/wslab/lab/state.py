"""Where the lab keeps what it remembers of a learner between two runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for state, by the XDG Base Directory Specification: `$XDG_STATE_HOME/wslab`.

    A relative path in the variable is passed over, as the specification demands.
    """
    base = Path(environment.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(environment.get("HOME") or Path.home()) / ".local" / "state"
    return base / "wslab"


def first_visit(folder: Path) -> bool:
    """Return whether the lab runs for the first time here, and remember that it did.

    Raises:
        OSError: that can't be remembered.
    """
    mark = folder / "visited"
    if mark.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return True

"""Small tables that the lab remembers, as JSON in the folder for state: written whole, by one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wslab.i18n import _
from wslab.lab.safe_file import locked, replace_file, set_aside

FORMAT = 1
"""The version of the files that are written, and the only one that is read."""

_LARGEST = 8 * 2**20
_PATIENCE = 2.0


class StateError(Exception):
    """What is remembered can't be used as it is. The message says why."""


class _DamagedError(Exception):
    """The file holds no table."""


class StateFile:
    """A JSON object in a file. What is in it is checked by who uses it."""

    def __init__(self, file: Path) -> None:
        """Touch nothing yet.

        Args:
            file: where it is; made, with its folder, by the first change.
        """
        self.file = file

    def read(self) -> dict[str, Any]:
        """Return the table; one that is not there, or is damaged, is empty.

        Raises:
            StateError: it was written by a newer wslab.
            OSError: it can't be read.
        """
        try:
            return self._read()
        except _DamagedError:
            return {}

    def change(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the table in place, and keep that. A damaged file is set aside as `NAME.bak` first.

        Raises:
            StateError: it was written by a newer wslab.
            OSError: it can't be read or written.
        """
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.file.with_name(self.file.name + ".lock"), _PATIENCE):
            try:
                values = self._read()
            except _DamagedError:
                set_aside(self.file)
                values = {}
            change(values)
            replace_file(self.file, json.dumps({"format": FORMAT, **values}, indent=1).encode() + b"\n")

    def _read(self) -> dict[str, Any]:
        try:
            with self.file.open("rb") as stream:
                data = stream.read(_LARGEST + 1)
        except FileNotFoundError:
            return {}
        try:
            values = json.loads(data) if len(data) <= _LARGEST else None
        except (ValueError, RecursionError):
            raise _DamagedError from None
        if not isinstance(values, dict):
            raise _DamagedError
        found = values.pop("format", None)
        if type(found) is int and found > FORMAT:
            raise StateError(
                _("{file} was written by a newer wslab and is left as it is: update wslab").format(
                    file=self.file
                )
            )
        if type(found) is not int or found != FORMAT:
            raise _DamagedError
        return values

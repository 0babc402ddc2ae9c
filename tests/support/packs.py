"""Lesson packs to change and to install."""

from __future__ import annotations

import shutil
from importlib.metadata import EntryPoint
from pathlib import Path

SMALL = Path(__file__).resolve().parents[1] / "packs" / "small"
"""A pack of one exercise, with a server of its own."""
LESSON = "1-first/010-hello"
SERVER = "servers/shout.py"


def copy_pack(place: Path, name: str = "small") -> Path:
    """Copy the pack to a new folder, under a name, and return that folder."""
    shutil.copytree(SMALL, place)
    top = place / "course.toml"
    top.write_text(top.read_text().replace('id = "small"', f'id = "{name}"'))
    return place


def entry_point(value: str, name: str = "some") -> EntryPoint:
    """Return an entry point as that of an installed pack."""
    return EntryPoint(name, value, "wslab.packs")

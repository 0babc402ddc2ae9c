"""Lesson packs to change and to install."""

from __future__ import annotations

import importlib
import shutil
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from wslab.lab.course_files import load_course
from wslab.lab.packs import Pack, PackTrust, load_pack
from wslab.lab.source import Source
from wslab.lab.sources import Sources

PACKS = Path(__file__).resolve().parents[1] / "packs"
SMALL = PACKS / "small"
"""A pack of one exercise, with a server of its own."""
LESSON = "1-first/010-hello"
SERVER = "servers/shout.py"
LOUD = PACKS / "loud"
"""A pack with a lesson in the app and an exercise, both with a server of its own and options of it. The id of
the exercise is that of a bundled one."""


def copy_pack(place: Path, name: str = "small", pack: Path = SMALL) -> Path:
    """Copy a pack to a new folder, under a name, and return that folder."""
    shutil.copytree(pack, place)
    top = place / "course.toml"
    top.write_text(top.read_text().replace(f'id = "{pack.name}"', f'id = "{name}"', 1))
    return place


def agreed(folder: Path, state: Path) -> tuple[Pack, PackTrust]:
    """Load a pack and agree to it as it is."""
    pack, trust = load_pack(folder), PackTrust(state)
    trust.agree(pack, pack.content_hash())
    return pack, trust


def agreed_source(folder: Path, state: Path) -> Source:
    """Return a pack to learn from that was agreed to as it is."""
    return Source.of(*agreed(folder, state))


def with_bundled(*sources: Source) -> Sources:
    """Return the bundled course and these."""
    return Sources((Source(load_course()), *sources))


def entry_point(value: str, name: str = "some") -> EntryPoint:
    """Return an entry point as that of an installed pack."""
    return EntryPoint(name, value, "wslab.packs")


def import_from(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have modules of a folder found first.

    `MonkeyPatch.syspath_prepend` asks `pkg_resources` for something that the one a test tool brings lacks.
    """
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()

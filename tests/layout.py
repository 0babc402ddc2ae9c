"""Checks how the house is laid out; `make check` runs it.

Every source file has its test file at the same place under tests/, every test file has its source file,
and no file outgrows its one job.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 450
"""Lines after which a file is asked which second job it does."""
WITHOUT_SOURCE = {"tests/e2e", "tests/support", "tests/packaging"}
"""Folders of tests that belong to no single source file."""
PEERS = ("test_against_", "test_conformance_", "test_bundled_course")
"""Tests that hold a folder's code against software or suites that are not its own, or against all lessons."""


def problems() -> list[str]:
    """Return a line for everything that is out of place."""
    found = []
    sources = [
        *(path for path in ROOT.glob("src/wslab/**/*.py") if path.name != "__init__.py"),
        *ROOT.glob("servers/*.py"),
    ]
    expected = set()
    for source in sources:
        relative = source.relative_to(ROOT)
        inside = relative.parts[2:] if relative.parts[0] == "src" else relative.parts
        test = ROOT.joinpath("tests", *inside[:-1], f"test_{inside[-1]}")
        expected.add(test)
        if not test.is_file():
            found.append(f"{relative} has no test file {test.relative_to(ROOT)}")
        lines = source.read_text(encoding="utf-8").count("\n")
        if lines > LONGEST:
            found.append(f"{relative} has {lines} lines: which second job does it do?")
    for test in ROOT.glob("tests/**/test_*.py"):
        relative = test.relative_to(ROOT)
        place = relative.parent.as_posix()
        if test in expected or any(place == p or place.startswith(p + "/") for p in WITHOUT_SOURCE):
            continue
        if not test.stem.startswith(PEERS):
            found.append(f"{relative} tests no source file of that name")
    return found


if __name__ == "__main__":
    lines = problems()
    print("\n".join(lines) or "layout: every source file has its test file and one job")
    sys.exit(bool(lines))

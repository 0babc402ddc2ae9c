"""What the conformance tests of the servers and of the client share: which cases run, and what is known of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

MARKS = [
    pytest.mark.conformance,
    pytest.mark.timeout(300),
    # kosoku leaves the files with its test data to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*autobahntestsuite/testdata:pytest.PytestUnraisableExceptionWarning"),
]
FINE = ("OK", "INFORMATIONAL")
COMPRESSION = ["12.*", "13.*"]
SOME_COMPRESSION = [
    f"{group}.{size}"
    for group in (*(f"12.{n}" for n in range(1, 6)), *(f"13.{n}" for n in range(1, 8)))
    for size in (1, 3, 11)
]
"""Of each kind of content and each offer: small messages, medium ones, and medium ones in fragments of 256 bytes.

All 216 cases take minutes, nearly all of them in messages of 64 KiB and more.
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are not fine for one reason."""

    cases: frozenset[str]
    result: str
    reason: str
    timing: bool


def known(path: Path) -> list[Group]:
    """Read a conformance.toml."""
    with path.open("rb") as file:
        groups = tomllib.load(file)["group"]
    return [
        Group(frozenset(group["cases"]), group["result"], group["reason"], group.get("timing", False))
        for group in groups
    ]


def check_known(groups: list[Group]) -> None:
    """Assert that each case is listed once and with a reason, and that none but 7.1.5 fails."""
    assert sum(len(group.cases) for group in groups) == len(
        frozenset().union(*(group.cases for group in groups))
    )
    assert all(len(group.reason.strip()) > 80 for group in groups)
    assert all(group.result in ("FAILED", "NON-STRICT") for group in groups)
    assert [group.cases for group in groups if group.result == "FAILED"] == [frozenset({"7.1.5"})]


def surprises(results: dict[str, str], groups: list[Group]) -> list[str]:
    """Return a line for every way in which results differ from what is known.

    Args:
        results: the behaviour of each case, by case.
        groups: what is known.
    """
    lines = []
    listed = {case: group for group in groups for case in group.cases}
    for case, result in results.items():
        group = listed.get(case)
        if group is None:
            if result not in FINE:
                lines.append(f"{case} is {result} and not listed")
        elif result in FINE:
            if not group.timing:
                lines.append(f"{case} is listed as {group.result} and has become fine")
        elif result != group.result:
            lines.append(f"{case} is listed as {group.result} and is {result}")
    lines += [
        f"all of {', '.join(sorted(group.cases))} have become fine"
        for group in groups
        if group.timing and all(results.get(case) in FINE for case in group.cases)
    ]
    lines += [f"{case} is listed and was not run" for case in sorted(listed.keys() - results.keys())]
    return lines

"""Autobahn's public conformance cases, run by kosoku against the basic server without limits."""

from __future__ import annotations

import gc
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from kosoku import FailureError, run_fuzzingclient

from tests.support.bundled_server import running

pytestmark = [
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


def known() -> list[Group]:
    """Read conformance.toml."""
    with (Path(__file__).parent / "conformance.toml").open("rb") as file:
        groups = tomllib.load(file)["group"]
    return [
        Group(frozenset(group["cases"]), group["result"], group["reason"], group.get("timing", False))
        for group in groups
    ]


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


async def run(path: str, cases: list[str] | None, without: list[str] | None) -> dict[str, str]:
    """Run cases against a basic server without limits; return the behaviour of each."""
    limits = {"WEBSOCKETS_MAX_FRAGMENTS": "1000000"}
    async with running("basic", "--max-size", "off", "--keepalive", "off", env=limits) as server:
        try:
            results = await run_fuzzingclient(server.url + path, cases, without, concurrency=2)
        except FailureError as failure:
            results = failure.results
    gc.collect()  # what kosoku left open is reported here and not in another test
    assert [line for line in server.lines if line.get("level") == "error"] == []
    assert server.stderr == []
    return {result.case_id: result.behavior.value for result in results}


async def test_all_cases_but_compression() -> None:
    results = await run("/echo", None, COMPRESSION)
    assert len(results) == 301
    assert surprises(results, known()) == []


async def test_compression_in_small() -> None:
    results = await run("/compress", SOME_COMPRESSION, None)
    assert len(results) == len(SOME_COMPRESSION)
    assert set(results.values()) == {"OK"}


def test_every_listed_case_has_a_reason_and_only_one_fails() -> None:
    groups = known()
    assert sum(len(group.cases) for group in groups) == len(
        frozenset().union(*(group.cases for group in groups))
    )
    assert all(len(group.reason.strip()) > 80 for group in groups)
    assert all(group.result in ("FAILED", "NON-STRICT") for group in groups)
    assert [group.cases for group in groups if group.result == "FAILED"] == [frozenset({"7.1.5"})]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ({"1": "FAILED", "2": "NON-STRICT", "3": "OK", "4": "OK", "9": "OK"}, []),
        ({"1": "FAILED", "2": "OK", "3": "NON-STRICT", "4": "OK", "9": "INFORMATIONAL"}, []),
        ({"1": "OK", "2": "NON-STRICT", "3": "OK", "9": "OK"}, ["1 is listed as FAILED and has become fine"]),
        ({"1": "NON-STRICT", "2": "NON-STRICT", "3": "OK"}, ["1 is listed as FAILED and is NON-STRICT"]),
        ({"1": "FAILED", "2": "OK", "3": "OK"}, ["all of 2, 3 have become fine"]),
        ({"1": "FAILED", "2": "FAILED", "3": "OK"}, ["2 is listed as NON-STRICT and is FAILED"]),
        (
            {"1": "FAILED", "2": "NON-STRICT", "3": "OK", "9": "NON-STRICT"},
            ["9 is NON-STRICT and not listed"],
        ),
        ({"1": "FAILED", "2": "NON-STRICT"}, ["3 is listed and was not run"]),
    ],
)
def test_what_counts_as_a_surprise(results: dict[str, str], words: list[str]) -> None:
    groups = [
        Group(frozenset({"1"}), "FAILED", "", timing=False),
        Group(frozenset({"2", "3"}), "NON-STRICT", "", timing=True),
    ]
    assert surprises(results, groups) == words

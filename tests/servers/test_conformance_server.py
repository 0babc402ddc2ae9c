"""Autobahn's public conformance cases, run by kosoku against the basic server without limits."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from kosoku import FailureError, run_fuzzingclient

from tests.support.bundled_server import running
from tests.support.conformance import (
    COMPRESSION,
    MARKS,
    SOME_COMPRESSION,
    Group,
    check_known,
    known,
    surprises,
)

pytestmark = MARKS
KNOWN = Path(__file__).with_name("conformance.toml")


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
    assert surprises(results, known(KNOWN)) == []


async def test_compression_in_small() -> None:
    results = await run("/compress", SOME_COMPRESSION, None)
    assert len(results) == len(SOME_COMPRESSION)
    assert set(results.values()) == {"OK"}


def test_every_listed_case_has_a_reason_and_only_one_fails() -> None:
    check_known(known(KNOWN))


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

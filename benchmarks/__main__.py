"""`python -m benchmarks [--rounds N] [NAME …]` runs benchmarks and prints what they found as a table."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time

from benchmarks.figures import Figure, table

NAMES = {
    "first_paint": 11,
    "wire": 5,
    "tap": 5,
    "basic": 5,
    "binary": 5,
    "graphql": 5,
    "mqtt": 3,
    "flood": 3,
    "memory": 1,
    "verdict": 20,
}
"""The benchmarks, and how many rounds make a good median."""


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)} (all)")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each, instead of its own number")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    figures: list[Figure] = []
    for name in options.names or NAMES:
        started = time.monotonic()
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"benchmarks.{name}").run(options.rounds or NAMES[name])
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())

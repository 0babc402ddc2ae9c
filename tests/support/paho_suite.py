"""Eclipse paho's interoperability suite for MQTT, one case at a time.

Run as a program: `python paho_suite.py FOLDER MODULE CASE PORT`. FOLDER is `interoperability` of a checkout of the
public repository eclipse/paho.mqtt.testing; the suite is no part of this one. It can't be run by its own command
line, which knows neither host nor port where it needs them, so its modules are loaded and told.
"""

from __future__ import annotations

import importlib
import re
import sys
import unittest
from pathlib import Path

VARIABLE = "WSLAB_PAHO_SUITE"
"""Name of the environment variable that says where the suite is."""
MODULES = {"client_test": "3.1.1", "client_test5": "5"}
"""The files of the suite and the version of MQTT that each is about."""
REFUSED = "test/nosubscribe"
"""A topic filter that the suite wants refused."""
KEEP_ALIVE = "60"
"""Seconds of the keep alive that it wants a server to grant who asks for 120."""


def cases(folder: Path) -> list[tuple[str, str]]:
    """Return module and name of every case.

    Raises:
        OSError: a file of the suite is not there.
    """
    return [
        (module, name)
        for module in MODULES
        for name in re.findall(r"^\s+def (test\w+)\(self", (folder / f"{module}.py").read_text("utf-8"), re.M)
    ]


def main(folder: str, module: str, case: str, port: str) -> int:
    """Run one case and return the exit code: 0 when it has passed."""
    sys.path.insert(0, folder)
    suite = importlib.import_module(module)
    topics = ("TopicA", "TopicA/B", "Topic/C", "TopicA/C", "/TopicA")
    wild = ("TopicA/+", "+/C", "#", "/#", "/+", "+/+", "TopicA/#")
    known = {"topics": topics, "wildtopics": wild, "nosubscribe_topics": (REFUSED,)}
    vars(suite).update(known, host="127.0.0.1", port=int(port), topic_prefix="client_test5/")
    # Only a suite calls setUpClass.
    result = unittest.TextTestRunner().run(unittest.TestSuite([suite.Test(case)]))
    return 0 if result.testsRun == 1 and result.wasSuccessful() and not result.skipped else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

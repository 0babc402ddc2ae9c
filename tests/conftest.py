"""What holds for every test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from wslab.i18n import SOURCE, set_language
from wslab.memory import settle_memory

# Machines that run tests are shared: how long an example takes says nothing about it.
settings.register_profile("lab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lab")


def pytest_configure() -> None:
    """Hear interrupts: what a shell runs behind its back ignores them, and so does all that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Look for garbage as seldom as the lab does: among all that pytest keeps, that takes a third of the time."""
    settle_memory()


@pytest.fixture
def visited_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for state in which the lab was here before, so that it greets nobody."""
    folder = tmp_path_factory.mktemp("state")
    (folder / "wslab").mkdir()
    (folder / "wslab" / "visited").touch()
    return folder


@pytest.fixture(autouse=True)
def _no_trace_of_the_user(monkeypatch: pytest.MonkeyPatch, visited_state: Path) -> None:
    """Neither read nor write what the lab remembers of whoever runs the tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(visited_state))
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture(autouse=True)
def _the_language_of_the_sources() -> Iterator[None]:
    """Begin in English, whatever language a test before has changed to."""
    set_language(SOURCE)
    yield
    set_language(SOURCE)

"""Sizes that are told too late."""

from __future__ import annotations

import pytest
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

from tests.support.lab_app import a_lab
from wslab.tui import app
from wslab.tui.terminal_size import as_it_is

OLD, NEW = Size(20, 8), Size(200, 60)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> LinuxDriver:
    """The driver of a terminal that is large by now."""
    # Making one in the regular way takes over signals.
    driver = LinuxDriver.__new__(LinuxDriver)
    driver._in_band_window_resize = False
    monkeypatch.setattr(driver, "_get_terminal_size", lambda: NEW)
    return driver


def test_a_size_that_is_told_late_is_replaced(driver: LinuxDriver) -> None:
    assert as_it_is(Resize(OLD, OLD), driver).size == NEW
    now = Resize(NEW, NEW)
    assert as_it_is(now, driver) is now


def test_a_terminal_that_tells_its_size_is_believed(driver: LinuxDriver) -> None:
    driver._in_band_window_resize = True
    assert as_it_is(Resize(OLD, OLD), driver).size == OLD
    assert as_it_is(Resize(OLD, OLD), None).size == OLD


async def test_the_app_takes_the_size_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_lab() as lab:
        monkeypatch.setattr(app, "as_it_is", lambda _resize, _driver: Resize(NEW, NEW))
        lab.app.post_message(Resize(OLD, OLD))
        await lab.until(lambda: lab.app.screen.size == NEW, "the new size")

"""The size of the terminal as it is, not as it was told."""

from __future__ import annotations

from textual.driver import Driver
from textual.events import Resize
from textual.geometry import Size


def as_it_is(resize: Resize, driver: Driver | None) -> Resize:
    """Return an event with the present size of the terminal.

    Textual reads the size in the handler of a signal. The handler may be interrupted by the next signal
    between reading and telling, and then the older size is told last: the screen would keep it.

    Args:
        resize: what the driver told.
        driver: who told it. One without a terminal, or whose terminal tells its sizes by itself, is right.
    """
    if driver is None or driver.is_headless:
        return resize
    from textual.drivers.linux_driver import LinuxDriver

    if not isinstance(driver, LinuxDriver) or driver._in_band_window_resize:
        return resize
    size = Size(*driver._get_terminal_size())
    return resize if size == resize.size else Resize(size, size)

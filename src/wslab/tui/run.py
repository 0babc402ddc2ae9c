"""Starts the app in a terminal and sees that nothing is left behind when it ends."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import select
import signal
import sys
import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from wslab.i18n import _, spoken
from wslab.memory import settle_memory

if TYPE_CHECKING:
    from wslab.lab.sources import Sources
    from wslab.tui.app import LabApp

GRACE = 8.0
"""Seconds the app has to leave after a signal. Its servers may take five of them."""


def run_app(options: argparse.Namespace) -> int:
    """Run the app until it ends and return its exit code.

    Terminal signals that would kill the process end the app instead, so that it restores the terminal and
    stops its servers: SIGTERM, and SIGHUP of a closed terminal.
    """
    prepare_environment(os.environ)
    # Nothing that start-up makes is garbage: looking for some takes a tenth of it.
    gc.disable()
    from wslab.bundled import BundledError
    from wslab.lab.state import first_visit, state_folder
    from wslab.lab.toml_table import CourseError

    sources = None
    if _names_a_pack(options):
        from wslab.lab.sources import SourcesError

        try:
            # Asked at the terminal while it still is one: nothing of Textual is there yet.
            sources = _sources(options)
        except SourcesError as error:
            return _refuse(str(error), error.code)
        except (CourseError, BundledError) as error:
            return _refuse(str(error), 3)
    from wslab.tui.app import LabApp, UnknownTheme

    try:
        welcome = first_visit(state_folder())
    except OSError as error:
        print("wslab: " + _("progress can't be kept: {error}").format(error=error), file=sys.stderr)
        welcome = False
    try:
        app = LabApp(
            phase=options.phase,
            lesson=options.lesson,
            url=options.url,
            fps=options.fps,
            welcome=welcome,
            theme=options.theme,
            sources=sources,
            opened=settle_memory,
        )
    except (UnknownTheme, ValueError) as error:
        return _refuse(spoken(str(error)), 2)
    except (CourseError, BundledError) as error:
        return _refuse(str(error), 3)
    return asyncio.run(_run(app, options.mouse))


def _names_a_pack(options: argparse.Namespace) -> bool:
    """Return whether a pack is asked for; else the app looks for packs when it has drawn a line."""
    if options.packs or options.lesson is None:
        return bool(options.packs)
    from wslab.lab.packs import split_id

    return split_id(options.lesson)[0] is not None


def _sources(options: argparse.Namespace) -> Sources:
    """Return what is learned where packs are named.

    Raises:
        SourcesError: a pack can't be used, or nobody agreed to it.
        CourseError, BundledError: the bundled course can't be read.
    """
    from wslab.lab.course_files import load_course
    from wslab.lab.pack_consent import consent
    from wslab.lab.pack_shelf import PackShelf
    from wslab.lab.sources import open_sources
    from wslab.lab.state import state_folder

    state = state_folder()
    return open_sources(
        load_course(), state, consent, options.packs, shelf=PackShelf(state), lesson=options.lesson
    )


def _refuse(why: str, code: int) -> int:
    """Say why the app is not opened, and return the exit code."""
    from wslab.lab.cells import plain

    print(f"wslab: {plain(why)}", file=sys.stderr)
    return code


def prepare_environment(environment: MutableMapping[str, str]) -> None:
    """Set what Textual reads when it is first imported.

    Its own limit of 60 repaints a second stays: the log and the statistics keep to lower ones by themselves,
    and what a key changes is to be seen at once.
    """
    # An empty NO_COLOR means nothing (no-color.org), yet Textual takes it for a wish.
    if environment.get("NO_COLOR") == "":
        del environment["NO_COLOR"]
    elif "NO_COLOR" in environment:
        # Only the themes of the terminal's own colours can do without any: others turn to shades of grey.
        environment.setdefault("TEXTUAL_THEME", "ansi-dark")


async def _run(app: LabApp, mouse: bool) -> int:
    leave_on_signals(app, asyncio.get_running_loop())
    leave_with_terminal(sys.stdin.fileno())
    await app.run_async(mouse=mouse)
    return app.return_code or 0


def leave_on_signals(app: LabApp, loop: asyncio.AbstractEventLoop) -> None:
    """Have SIGTERM and SIGHUP end the app in order, and end the process where that takes too long.

    When a terminal is gone, Textual's thread that writes to it dies, and the loop waits for ever for room in
    its queue. Handlers of the interpreter run even then; handlers of the loop would not. The servers see the
    end of their standard input and leave by themselves.
    """

    def leave(number: int, _frame: object) -> None:
        watchdog = threading.Timer(GRACE, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(app.stop, 128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def leave_with_terminal(terminal: int) -> None:
    """Have the end of the terminal end the app, also where nobody sends SIGHUP.

    The kernel sends it to the leader of the session alone, which may be a shell that ignores it. Without it
    Textual would read an ended terminal for ever.

    Args:
        terminal: file descriptor of it.
    """

    def watch() -> None:
        ends = select.poll()
        ends.register(terminal, 0)  # that it hung up is told unasked
        ends.poll()
        os.kill(os.getpid(), signal.SIGHUP)

    threading.Thread(target=watch, name="watch the terminal", daemon=True).start()

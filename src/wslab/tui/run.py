"""Starts the app in a terminal and sees that nothing is left behind when it ends."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.tui.app import LabApp


def run_app(options: argparse.Namespace) -> int:
    """Run the app until it ends and return its exit code.

    Terminal signals that would kill the process end the app instead, so that it restores the terminal and
    stops its servers: SIGTERM, and SIGHUP of a closed terminal.
    """
    # Read by Textual when it is first imported.
    os.environ.setdefault("TEXTUAL_FPS", str(max(options.fps, 15)))
    from wslab.lab.state import first_visit, state_folder
    from wslab.tui.app import LabApp, UnknownTheme

    try:
        welcome = first_visit(state_folder())
    except OSError as error:
        print(f"wslab: progress can't be kept: {error}", file=sys.stderr)
        welcome = False
    try:
        app = LabApp(
            phase=options.phase,
            lesson=options.lesson,
            url=options.url,
            fps=options.fps,
            welcome=welcome,
            theme=options.theme or ("ansi-dark" if os.environ.get("NO_COLOR") else None),
        )
    except (UnknownTheme, ValueError) as error:
        print(f"wslab: {error}", file=sys.stderr)
        return 2
    return asyncio.run(_run(app, options.mouse))


async def _run(app: LabApp, mouse: bool) -> int:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.stop, 128 + number)
    # What start-up made stays: keeping it out of collections takes the pauses out of floods.
    gc.collect()
    gc.freeze()
    await app.run_async(mouse=mouse)
    return app.return_code or 0

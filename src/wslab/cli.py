"""The command line. Each part is imported only when its sub-command runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from wslab import __version__
from wslab.arguments import EPILOG, add_language, frame_rate, screen_size
from wslab.i18n import SOURCE, choose_language, set_language
from wslab.lab.connect_options import add_connect_parser
from wslab.lab.lesson_options import add_lesson_parser
from wslab.lab.progress_command import add_progress_parser
from wslab.lab.tap_options import add_tap_parser

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_STARTED = 3
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `wslab` with the given arguments, or those of the process, and return its exit code."""
    options, unknown = build_parser().parse_known_args(arguments)
    if unknown:
        # By the parser of the sub-command, whose usage shows what it does take.
        parser: argparse.ArgumentParser = options.parser
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    run: Callable[[argparse.Namespace], int] = options.run
    _speak(options)
    try:
        return run(options)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="wslab",
        description="A terminal learning lab for WebSocket: connect, see every frame, understand it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"wslab {__version__}")
    parser.add_argument(
        "--phase", type=int, choices=range(1, 5), default=1, help="the phase to open (default: 1)"
    )
    _add_learned(parser)
    parser.add_argument("--url", help="the WebSocket to connect to with c, instead of the bundled server")
    parser.add_argument(
        "--fps", type=frame_rate, default=10, metavar="N", help="repaints a second, 1 to 60 (default: 10)"
    )
    parser.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )
    parser.add_argument("--theme", metavar="T", help="colours: see the command palette for the names")
    add_language(parser)
    parser.set_defaults(run=_app, parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_connect_parser(commands)
    _add_server(commands)
    add_lesson_parser(commands, _lesson_check)
    add_progress_parser(commands)
    add_tap_parser(commands)
    _add_pilot(commands)
    return parser


def _add_learned(parser: argparse.ArgumentParser) -> None:
    """Let a command say what is learned in the app."""
    parser.add_argument(
        "--lesson", metavar="ID", help="the lesson to open, such as p1-echo, or PACK:ID of a lesson pack"
    )
    parser.add_argument(
        "--pack",
        dest="packs",
        action="append",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="add the lesson pack in this folder; its code is listed, and agreed to once (repeatable)",
    )


def _add_server(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("server", help="list the bundled servers or run one")
    actions = parser.add_subparsers(title="commands", metavar="list|start", required=True)
    listing = actions.add_parser("list", help="the bundled servers, their ports and files")
    listing.set_defaults(run=_server_list, parser=listing)
    start = actions.add_parser(
        "start",
        help="run a bundled server in the foreground",
        usage="wslab server start NAME [--host H] [--port N] [options of the server]",
        description="What follows NAME is for the server: `wslab server start basic --help` lists it.",
    )
    start.add_argument("name", metavar="NAME", help="see `wslab server list`")
    start.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    start.set_defaults(run=_server_start, parser=start)


def _add_pilot(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "pilot",
        help="run the real app without a terminal, by a script",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "script", metavar="SCRIPT.toml", help="steps to carry out; `tour` is the bundled tour of Phase 1"
    )
    parser.add_argument(
        "--size",
        type=screen_size,
        default=None,
        metavar="80x24",
        help="columns and rows (default: the script's)",
    )
    _add_learned(parser)
    parser.add_argument("--screenshot", metavar="F", help="write the last screen to F.svg or F.txt")
    parser.add_argument("--junit", metavar="F.xml", help="write a JUnit report")
    add_language(parser)
    parser.set_defaults(run=_pilot, parser=parser)


def _speak(options: argparse.Namespace) -> None:
    """Speak the language that was asked for, was chosen before, or is that of the locale."""
    option: str | None = getattr(options, "lang", None)
    if options.run is _pilot:
        # What a script waits for is on the screen in one language: never that of whoever runs it.
        option = option or SOURCE
    saved = None
    if option is None:
        from wslab.lab.progress import ProgressStore
        from wslab.lab.state import state_folder

        saved = ProgressStore(state_folder()).peek().lang
    set_language(choose_language(option, saved, os.environ))


def _app(options: argparse.Namespace) -> int:
    # A stream that was closed before the process began is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr)):
        print(
            "wslab needs a terminal; without one, use `wslab pilot SCRIPT.toml` or `wslab connect URL`",
            file=sys.stderr,
        )
        return EXIT_NOT_STARTED
    from wslab.tui.run import run_app

    return run_app(options)


def _server_list(_options: argparse.Namespace) -> int:
    from wslab.lab.foreground import list_servers

    return list_servers()


def _server_start(options: argparse.Namespace) -> int:
    from wslab.lab.foreground import start_server

    return start_server(options.name, options.rest)


def _pilot(options: argparse.Namespace) -> int:
    from wslab.tui.pilot import run_pilot

    return run_pilot(options)


def _lesson_check(options: argparse.Namespace) -> int:
    from wslab.lab.lint.command import check_lessons
    from wslab.tui.drive_pool import DrivePool

    return check_lessons(options, DrivePool)


def entry() -> None:
    """Run the command line as a process, also when its output is a pipe that closes early."""
    try:
        try:
            code = main()
        finally:
            if sys.stdout is not None:  # it is None where it was closed before the process began
                sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; Python would report that once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_FAILED
    sys.exit(code)


if __name__ == "__main__":
    entry()

"""The command line. Each part is imported only when its sub-command runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from wslab import __version__
from wslab.units import parse_duration, parse_size

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_STARTED = 3
EXIT_INTERRUPTED = 130

EPILOG = """\
exit codes: 0 passed or closed normally, 1 failed, 2 usage, 3 could not start or connect, 130 interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `wslab` with the given arguments, or those of the process, and return its exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
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
    parser.add_argument("--lesson", metavar="ID", help="the lesson to open, such as p1-echo")
    parser.add_argument("--url", help="the WebSocket to connect to with c, instead of the bundled server")
    parser.add_argument(
        "--fps", type=_fps, default=10, metavar="N", help="repaints a second, 1 to 60 (default: 10)"
    )
    parser.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )
    parser.add_argument("--theme", metavar="T", help="colours: see the command palette for the names")
    parser.set_defaults(run=_app)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_connect(commands)
    _add_server(commands)
    _add_pilot(commands)
    return parser


def _add_connect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "connect",
        help="talk to a WebSocket in line mode",
        description="Each line of standard input is sent as a text message once the connection is open, "
        "and each message received is printed: text as it is, binary as hex:00ff. When the input ends and "
        "nothing has come or gone for --wait, the connection is closed with 1000. Typed on a terminal, "
        "/commands such as /ping and /close work as in the lab; piped, every line is a message.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", metavar="URL", help="ws:// or wss://; http(s):// is read as ws(s)://")
    parser.add_argument(
        "-H", "--header", action="append", default=[], metavar="'K: V'", help="add a header (repeatable)"
    )
    parser.add_argument(
        "-s",
        "--subprotocol",
        action="append",
        default=[],
        metavar="NAME",
        help="offer a subprotocol (repeatable)",
    )
    parser.add_argument("-k", "--insecure", action="store_true", help="accept any TLS certificate")
    parser.add_argument("--ca", metavar="FILE", help="trust the authorities in this PEM file")
    parser.add_argument("--origin", metavar="O", help="send an Origin header")
    parser.add_argument(
        "-x",
        "--execute",
        action="append",
        default=[],
        metavar="MSG",
        help="send this and leave standard input alone (repeatable)",
    )
    parser.add_argument(
        "--wait",
        type=_optional_duration,
        default=1.0,
        metavar="D",
        help="when all is sent, close after D without a message either way; off: leave closing to the server "
        "(default: 1s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print every event of the wire, one JSON object a line"
    )
    parser.add_argument(
        "--no-compression", dest="compression", action="store_false", help="do not offer permessage-deflate"
    )
    parser.add_argument(
        "--keepalive",
        type=_optional_duration,
        default=20.0,
        metavar="D",
        help="ping every D, or off (default: 20s)",
    )
    parser.add_argument(
        "--max-size",
        type=_optional_size,
        default=2**20,
        metavar="SIZE",
        help="largest message to receive, or off (default: 1MiB)",
    )
    parser.add_argument(
        "--timeout",
        type=_duration,
        default=10.0,
        metavar="D",
        help="for the opening handshake (default: 10s)",
    )
    parser.set_defaults(run=_connect)


def _add_server(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("server", help="list the bundled servers or run one")
    actions = parser.add_subparsers(title="commands", metavar="list|start", required=True)
    listing = actions.add_parser("list", help="the bundled servers, their ports and files")
    listing.set_defaults(run=_server_list)
    start = actions.add_parser(
        "start",
        help="run a bundled server in the foreground",
        usage="wslab server start NAME [--host H] [--port N] [the server's own options; --help lists them]",
        add_help=False,
    )
    start.add_argument("name", metavar="NAME")
    start.add_argument("rest", nargs=argparse.REMAINDER)
    start.set_defaults(run=_server_start)


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
        "--size", type=_size, default=None, metavar="80x24", help="columns and rows (default: the script's)"
    )
    parser.add_argument("--screenshot", metavar="F", help="write the last screen to F.svg or F.txt")
    parser.add_argument("--junit", metavar="F.xml", help="write a JUnit report")
    parser.set_defaults(run=_pilot)


def _app(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print(
            "wslab needs a terminal; without one, use `wslab pilot SCRIPT.toml` or `wslab connect URL`",
            file=sys.stderr,
        )
        return EXIT_NOT_STARTED
    from wslab.tui.run import run_app

    return run_app(options)


def _connect(options: argparse.Namespace) -> int:
    from wslab.lab.line_mode import run_line_mode

    return run_line_mode(options)


def _server_list(_options: argparse.Namespace) -> int:
    from wslab.lab.foreground import list_servers

    return list_servers()


def _server_start(options: argparse.Namespace) -> int:
    from wslab.lab.foreground import start_server

    return start_server(options.name, options.rest)


def _pilot(options: argparse.Namespace) -> int:
    from wslab.tui.pilot import run_pilot

    return run_pilot(options)


def _argument_error(error: ValueError) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(str(error))


def _fps(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 60")
    return int(text)


def _duration(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise _argument_error(error) from None


def _optional_duration(text: str) -> float | None:
    return None if text == "off" else _duration(text)


def _optional_size(text: str) -> int | None:
    if text == "off":
        return None
    try:
        return parse_size(text)
    except ValueError as error:
        raise _argument_error(error) from None


def _size(text: str) -> tuple[int, int]:
    columns, separator, rows = text.partition("x")
    if not (separator and columns.isdecimal() and rows.isdecimal() and int(columns) >= 20 and int(rows) >= 8):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write it like 80x24, at least 20x8")
    return int(columns), int(rows)


def entry() -> None:
    """Run the command line as a process, also when its output is a pipe that closes early."""
    try:
        code = main()
        if sys.stdout is not None:  # it is None where it was closed before the process began
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; Python would report that once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_FAILED
    sys.exit(code)


if __name__ == "__main__":
    entry()

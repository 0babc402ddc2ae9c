"""The command line. Each part is imported only when its sub-command runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from wslab import __version__
from wslab.i18n import LANGUAGES, SOURCE, _, choose_language, set_language
from wslab.lab.lesson_options import add_lesson_parser
from wslab.lab.progress_command import add_progress_parser
from wslab.units import parse_duration, parse_size

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_STARTED = 3
EXIT_INTERRUPTED = 130

EPILOG = """\
exit codes: 0 passed or closed normally, 1 failed, 2 usage,
            3 could not start or connect, 4 unknown verdict, 130 interrupted
"""
CONNECT_EPILOG = """\
examples:
  wslab connect ws://127.0.0.1:8080/echo
  echo hello | wslab connect ws://127.0.0.1:8080/echo
  wslab connect ws://127.0.0.1:8080/time --wait off < /dev/null | head -3
  wslab connect ws://127.0.0.1:8080/echo -x hello --json | jq .event

exit codes: 0 closed by either side with 1000, 1001 or no code,
            1 any other end, or something could not be sent,
            2 usage, 3 could not connect,
            130 interrupted: ctrl+c closes with 1000, a second one cuts
"""
TAP_EPILOG = """\
examples:
  wslab tap --to ws://127.0.0.1:8080/echo
  wslab tap --listen 127.0.0.1:9000 --to wss://example.com/socket
  wslab tap --to ws://127.0.0.1:8080 --tls --json | jq .event

exit codes: 0 ended by SIGTERM, or nobody reads the output any more,
            1 the output could not be written, 2 usage,
            3 could not listen, 130 interrupted by ctrl+c
"""


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
    parser.add_argument("--lesson", metavar="ID", help="the lesson to open, such as p1-echo")
    parser.add_argument("--url", help="the WebSocket to connect to with c, instead of the bundled server")
    parser.add_argument(
        "--fps", type=_fps, default=10, metavar="N", help="repaints a second, 1 to 60 (default: 10)"
    )
    parser.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )
    parser.add_argument("--theme", metavar="T", help="colours: see the command palette for the names")
    _add_language(parser)
    parser.set_defaults(run=_app, parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_connect(commands)
    _add_server(commands)
    add_lesson_parser(commands, _lesson_check)
    add_progress_parser(commands)
    _add_tap(commands)
    _add_pilot(commands)
    return parser


def _add_connect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "connect",
        help="talk to a WebSocket in line mode",
        description="Each line of standard input is sent as a text message once the connection is open, "
        "and each message received is printed: text as it is, binary as hex:00ff. When the input ends and "
        "nothing has come or gone for --wait, the connection is closed with 1000. Typed on a terminal, "
        "/commands such as /ping and /close work as in the lab (/help lists them); piped, every line is a "
        "message. Messages go to standard output, everything else to standard error.",
        epilog=CONNECT_EPILOG,
        formatter_class=_WrappedDescription,
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
    parser.add_argument("--ca", type=_file, metavar="FILE", help="trust the authorities in this PEM file")
    parser.add_argument("--origin", metavar="O", help="send an Origin header")
    parser.add_argument(
        "-x",
        "--execute",
        action="append",
        default=[],
        metavar="MSG",
        help="send this text and leave standard input alone (repeatable)",
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
        type=_optional_period,
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
        type=_period,
        default=10.0,
        metavar="D",
        help="for the opening handshake (default: 10s)",
    )
    _add_language(parser)
    parser.set_defaults(run=_connect, parser=parser)


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


def _add_tap(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "tap",
        help=_("stand between any client and any server, and show what passes"),
        description=_(
            "Clients connect to the URL that is printed first, instead of to the server. Every byte is "
            "passed on as it is, but for three things: requests for / go to the path of --to, Host becomes "
            "that of the server, and so does an Origin that names the tap. A line starts with the number "
            "of the connection; > is from the client, < to it. Lines go to standard output, everything "
            "else to standard error."
        ),
        epilog=TAP_EPILOG,
        formatter_class=_WrappedDescription,
    )
    parser.add_argument(
        "--listen",
        type=_place,
        default=("127.0.0.1", 0),
        metavar="HOST:PORT",
        help=_("where clients connect to (default: 127.0.0.1 and a free port)"),
    )
    parser.add_argument(
        "--to", required=True, metavar="URL", help=_("the server: ws:// or wss://, with or without a path")
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help=_("listen with TLS, with a certificate of the lab's own authority; its file is printed"),
    )
    parser.add_argument(
        "-k", "--insecure", action="store_true", help=_("accept any TLS certificate of the server")
    )
    parser.add_argument(
        "--ca",
        type=_file,
        metavar="FILE",
        help=_("trust the authorities in this PEM file for the server"),
    )
    parser.add_argument(
        "--json", action="store_true", help=_("print every event of the wire, one JSON object a line")
    )
    parser.set_defaults(run=_tap, parser=parser)


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
    _add_language(parser)
    parser.set_defaults(run=_pilot, parser=parser)


def _add_language(parser: argparse.ArgumentParser) -> None:
    """Let a command take `--lang`, before its name or after it."""
    parser.add_argument(
        "--lang",
        choices=tuple(LANGUAGES),
        default=argparse.SUPPRESS,
        help="the language (default: the one chosen in the lab with L, else that of the locale)",
    )


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


def _connect(options: argparse.Namespace) -> int:
    from wslab.lab.line_mode import run_line_mode

    return run_line_mode(options)


def _server_list(_options: argparse.Namespace) -> int:
    from wslab.lab.foreground import list_servers

    return list_servers()


def _server_start(options: argparse.Namespace) -> int:
    from wslab.lab.foreground import start_server

    return start_server(options.name, options.rest)


def _tap(options: argparse.Namespace) -> int:
    from wslab.lab.tap_command import run_tap

    return run_tap(options)


def _pilot(options: argparse.Namespace) -> int:
    from wslab.tui.pilot import run_pilot

    return run_pilot(options)


def _lesson_check(options: argparse.Namespace) -> int:
    from wslab.lab.lint.command import check_lessons
    from wslab.tui.lesson_drive import drive_lesson

    return check_lessons(options, drive_lesson)


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


def _period(text: str) -> float:
    seconds = _duration(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is too short: write a duration above 0")
    return seconds


def _optional_period(text: str) -> float | None:
    return None if text == "off" else _period(text)


def _file(text: str) -> str:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return text


def _place(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = host != bare
    if not (colon and bare and port.isascii() and port.isdecimal() and int(port) < 2**16):
        raise argparse.ArgumentTypeError(
            _("{text!r} is no address: write it like 127.0.0.1:9000, with port 0 for a free one").format(
                text=text
            )
        )
    if ":" in bare and not bracketed:
        raise argparse.ArgumentTypeError(
            _("{text!r}: write an IPv6 address in brackets, like [::1]:9000").format(text=text)
        )
    return bare, int(port)


def _optional_size(text: str) -> int | None:
    if text == "off":
        return None
    try:
        size = parse_size(text)
    except ValueError as error:
        raise _argument_error(error) from None
    if size < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is too small: write a size above 0, or off")
    return size


def _size(text: str) -> tuple[int, int]:
    columns, separator, rows = text.partition("x")
    if not (separator and columns.isdecimal() and rows.isdecimal() and int(columns) >= 20 and int(rows) >= 8):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write it like 80x24, at least 20x8")
    return int(columns), int(rows)


class _WrappedDescription(argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are and wraps the description, which is one long line."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


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

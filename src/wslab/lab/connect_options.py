"""What `wslab connect` takes. Only the parser is here, so that it costs other commands nothing."""

from __future__ import annotations

import argparse

from wslab.arguments import (
    WrappedDescription,
    add_decoding,
    add_language,
    existing_file,
    optional_duration,
    optional_period,
    optional_size,
    period,
)

EPILOG = """\
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


def add_connect_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `connect` to the command line."""
    parser = commands.add_parser(
        "connect",
        help="talk to a WebSocket in line mode",
        description="Each line of standard input is sent as a text message once the connection is open, "
        "and each message received is printed: text as it is, binary as hex:00ff. When the input ends and "
        "nothing has come or gone for --wait, the connection is closed with 1000. Typed on a terminal, "
        "/commands such as /ping and /close work as in the lab (/help lists them); piped, every line is a "
        "message. Messages go to standard output, everything else to standard error.",
        epilog=EPILOG,
        formatter_class=WrappedDescription,
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
    parser.add_argument(
        "--ca", type=existing_file, metavar="FILE", help="trust the authorities in this PEM file"
    )
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
        type=optional_duration,
        default=1.0,
        metavar="D",
        help="when all is sent, close after D without a message either way; off: leave closing to the server "
        "(default: 1s)",
    )
    add_decoding(parser)
    parser.add_argument(
        "--json", action="store_true", help="print every event of the wire, one JSON object a line"
    )
    parser.add_argument(
        "--no-compression", dest="compression", action="store_false", help="do not offer permessage-deflate"
    )
    parser.add_argument(
        "--keepalive",
        type=optional_period,
        default=20.0,
        metavar="D",
        help="ping every D, or off (default: 20s)",
    )
    parser.add_argument(
        "--max-size",
        type=optional_size,
        default=2**20,
        metavar="SIZE",
        help="largest message to receive, or off (default: 1MiB)",
    )
    parser.add_argument(
        "--timeout",
        type=period,
        default=10.0,
        metavar="D",
        help="for the opening handshake (default: 10s)",
    )
    add_language(parser)
    parser.set_defaults(run=_connect, parser=parser)


def _connect(options: argparse.Namespace) -> int:
    from wslab.lab.line_mode import run_line_mode

    return run_line_mode(options)

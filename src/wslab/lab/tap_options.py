"""What `wslab tap` takes. Only the parser is here, so that it costs other commands nothing."""

from __future__ import annotations

import argparse

from wslab.arguments import WrappedDescription, add_decoding, address, existing_file
from wslab.i18n import _

EPILOG = """\
examples:
  wslab tap --to ws://127.0.0.1:8080/echo
  wslab tap --listen 127.0.0.1:9000 --to wss://example.com/socket
  wslab tap --to ws://127.0.0.1:8080 --tls --json | jq .event

exit codes: 0 ended by SIGTERM, or nobody reads the output any more,
            1 the output could not be written, 2 usage,
            3 could not listen, 130 interrupted by ctrl+c
"""


def add_tap_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tap` to the command line."""
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
        epilog=EPILOG,
        formatter_class=WrappedDescription,
    )
    parser.add_argument(
        "--listen",
        type=address,
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
        type=existing_file,
        metavar="FILE",
        help=_("trust the authorities in this PEM file for the server"),
    )
    add_decoding(parser)
    parser.add_argument(
        "--json", action="store_true", help=_("print every event of the wire, one JSON object a line")
    )
    parser.set_defaults(run=_tap, parser=parser)


def _tap(options: argparse.Namespace) -> int:
    from wslab.lab.tap_command import run_tap

    return run_tap(options)

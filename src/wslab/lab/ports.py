"""Whether a port is free."""

from __future__ import annotations

import argparse
import asyncio
import errno
import socket
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"


def _host(options: Sequence[str]) -> str:
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--host", default=LOOPBACK)
    try:
        return str(parser.parse_known_args(options)[0].host)
    except argparse.ArgumentError:
        return LOOPBACK


async def in_use(port: int, options: Sequence[str] = ()) -> bool:
    """Say whether somebody else listens on a port, so that a server with these options cannot.

    Args:
        port: 0 is never in use.
        options: command-line options of a server; `--host` among them says which address.
    """
    if port == 0:
        return False
    loop = asyncio.get_running_loop()
    try:
        addresses = await loop.getaddrinfo(_host(options) or None, port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_refused(family, address) for family, _, _, _, address in addresses)


def _refused(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: what an earlier connection left in TIME_WAIT is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False

"""`wslab tap`: the tap proxy as a command. What passes goes to standard output, talk to standard error."""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import socket
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from wslab import __version__
from wslab.i18n import _
from wslab.lab.console import Console, Output, UnattendedThreads
from wslab.lab.lines import visible
from wslab.lab.state import state_folder
from wslab.lab.tap_rows import SHOWN, row
from wslab.net.lab_ca import LabCA, LabCAError
from wslab.net.lifecycle import FINAL
from wslab.net.options import UsageError, bracketed
from wslab.net.proxy import TapProxy
from wslab.net.tls import INSECURE
from wslab.wire.clock import Clock
from wslab.wire.event_fields import header_values
from wslab.wire.events import Direction, Event, Http, State
from wslab.wire.jsonform import dump, header

ENDED = 0
FAILED = 1
USAGE_ERROR = 2
NOT_STARTED = 3
INTERRUPTED = 130

JSON_PREVIEW = 2**20
"""Bytes of each payload that `--json` shows."""
PATIENCE = 2.0
"""Seconds that the last of the output has after SIGTERM."""


def run_tap(options: argparse.Namespace) -> int:
    """Tap as the options of `wslab tap` say, until it is told to stop, and return the exit code.

    0 is an end by SIGTERM, or because nobody reads the output any more; 1 an output that cannot be written;
    2 wrong options; 3 an address that cannot be listened on; 130 ctrl+c.
    """
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    asyncio.get_running_loop().set_default_executor(UnattendedThreads())
    try:
        command = TapCommand(options)
    except UsageError as error:
        return _complain(f"--to: {error}", USAGE_ERROR)
    except LabCAError as error:
        return _complain(f"--tls: {error}", NOT_STARTED)
    try:
        return await command.run()
    except UsageError as error:
        return _complain(f"--ca: {error}", USAGE_ERROR)


def _complain(problem: str, code: int) -> int:
    Output(sys.stderr).write(f"wslab tap: error: {visible(problem)}\n")
    return code


class TapCommand:
    """One tap, from its start to the exit code."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Prepare it.

        Args:
            options: of the command line: `listen`, `to`, `tls`, `insecure`, `ca`, `decode` and `json`.

        Raises:
            UsageError: the upstream URL is wrong.
            LabCAError: the lab's authority cannot be used.
        """
        host, port = options.listen
        self._listen = f"{bracketed(host)}:{port}"
        self._json: bool = options.json
        self._clock = Clock()
        self._stop = asyncio.Event()
        self._console = Console(self._stop.set, ask_input=False, show=False)
        self._interrupts = 0
        self._subprotocols: dict[int, str] = {}
        """What the connections that are there agreed on, by their numbers."""
        self._authority = LabCA(state_folder() / "ca") if options.tls else None

        def prepare(tls: ssl.SSLContext | None) -> TapProxy:
            return TapProxy(
                options.to,
                self._clock,
                self._show,
                host=host,
                port=port,
                tls_listen=tls,
                insecure=options.insecure,
                ca_file=options.ca,
                preview_limit=JSON_PREVIEW if options.json else SHOWN,
                decoding=options.decode,
            )

        self._tap = prepare(None)
        if self._authority is not None:
            # Behind the check of everything else: it may be made here for the first time.
            self._tap = prepare(self._authority.server_context(_names(host)))

    async def run(self) -> int:
        """Relay until something ends it."""
        with self._stoppable():
            try:
                async with self._tap:
                    self._greet()
                    await self._stop.wait()
            except OSError as error:
                return _complain(_why_not(self._listen, error), NOT_STARTED)
        lost = self._console.out.failure
        if lost is not None and not isinstance(lost, BrokenPipeError):
            self._console.say(_("standard output cannot be written: {problem}").format(problem=lost.strerror))
            return FAILED
        return INTERRUPTED if self._interrupts else ENDED

    def _greet(self) -> None:
        upstream = self._tap.options.shown_url
        if self._json:
            self._console.out.write(
                header(__version__, self._clock.wall(), f"{self._tap.url} > {upstream}") + "\n"
            )
        self._console.say(_("listening on {url} for {upstream}").format(url=self._tap.url, upstream=upstream))
        if self._authority is not None:
            self._console.say(
                _("clients have to trust the certificate authority in {file}").format(
                    file=self._authority.file
                )
            )
        if self._tap.options.insecure and self._tap.options.target.secure:
            self._console.say(_("warning: {problem}").format(problem=INSECURE))
        self._console.out.watch()

    def _show(self, events: Sequence[Event]) -> None:
        lines = [dump(event) if self._json else self._row(event) for event in events]
        self._console.out.write("".join(f"{line}\n" for line in lines if line))

    def _row(self, event: Event) -> str:
        if isinstance(event, Http) and event.direction is Direction.S2C:
            self._subprotocols[event.conn] = ", ".join(header_values(event, "Sec-WebSocket-Protocol"))
        elif isinstance(event, State) and event.phase in FINAL:
            self._subprotocols.pop(event.conn, None)
        return row(event, self._subprotocols.get(event.conn))

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Obey ctrl+c and SIGTERM. The loop may stand still in a write to a full pipe: not its own way."""
        loop = asyncio.get_running_loop()

        def stop(number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._stop.set)
            if number == signal.SIGTERM:
                # Whatever cannot be written by then is dropped: who sends SIGTERM wants an end.
                signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)
                return
            self._interrupts += 1
            if self._interrupts > 1:
                self._console.cut()

        # A shell starts what is to run in the background with ctrl+c ignored.
        numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
        before = {number: signal.signal(number, stop) for number in numbers}
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, lambda *_: self._console.cut())
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in before.items():
                signal.signal(number, handler)


def _names(host: str) -> list[str]:
    """Return what clients may call a server that listens on a host."""
    return [socket.gethostname()] if host in ("0.0.0.0", "::") else [host]


def _why_not(place: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "--listen {place}: the port is in use; name another one, or port 0 for one that is free"
        ).format(place=place)
    return _("--listen {place}: {problem}").format(place=place, problem=error.strerror or error)

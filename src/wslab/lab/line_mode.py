"""`wslab connect`: a WebSocket as lines, for people at a terminal and for pipes.

What is received goes to standard output and nothing else does; everything about it goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from wslab import __version__
from wslab.i18n import _, sentence, spoken
from wslab.lab.console import Console, Output, UnattendedThreads
from wslab.lab.line_input import LineInput, LineTooLong
from wslab.lab.line_sender import Sender, shown
from wslab.lab.lines import visible
from wslab.net.client import CONTROL_LIMIT, Client, ConnectFailed, NotOpen
from wslab.net.explain import Explanation
from wslab.net.options import ConnectOptions, UsageError
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event, Frame, Opcode, Phase, State, Tcp
from wslab.wire.jsonform import dump, header

CLOSED_NORMALLY = 0
FAILED = 1
USAGE_ERROR = 2
NOT_CONNECTED = 3
INTERRUPTED = 130

NORMAL_CODES = frozenset({1000, 1001, 1005})
"""Close codes of a connection that ended as it should, whichever side closed it."""
JSON_PREVIEW = 2**20
"""Bytes of each payload that `--json` shows at least; more where larger messages are accepted."""


def run_line_mode(options: argparse.Namespace) -> int:
    """Connect as the options of `wslab connect` say and return the exit code.

    0 is a connection closed with 1000, 1001 or no code by either side; 1 any other end, and input that was
    read and could not be sent; 2 wrong options; 3 no connection; 130 ctrl+c.
    """
    try:
        for message in options.execute:
            _check_text("-x", message)
        connect = _connect_options(options)
    except UsageError as error:
        Output(sys.stderr).write(f"wslab connect: error: {visible(spoken(str(error)))}\n")
        return USAGE_ERROR
    return asyncio.run(_run(connect, options))


async def _run(connect: ConnectOptions, options: argparse.Namespace) -> int:
    asyncio.get_running_loop().set_default_executor(UnattendedThreads())
    return await LineMode(connect, options.execute, wait=options.wait, as_json=options.json).run()


class LineMode:
    """One connection, from the first packet to the exit code."""

    def __init__(
        self, connect: ConnectOptions, messages: Sequence[str], *, wait: float | None, as_json: bool
    ) -> None:
        """Prepare a connection.

        Args:
            connect: where to and how.
            messages: what to send; without any, the lines of standard input.
            wait: seconds without a message, in either direction, after which the connection is closed once
                there is nothing more to send; None leaves that to the server.
            as_json: whether to print the events of the wire in place of messages.
        """
        self._messages = messages
        self._wait = wait
        self._json = as_json
        self._clock = Clock()
        self._console = Console(self._leave, ask_input=not messages, show=not as_json)
        self._out = self._console.out
        self._client = Client(
            connect, 1, self._clock, self._observe, on_message=None if as_json else self._received
        )
        self._sender = Sender(self._client, self._console)
        self._opening: asyncio.Task[Explanation | None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._leaving = False
        self._failed = False
        self._reached = False
        """Whether there was ever a TCP connection."""
        self._interrupts = 0
        self._last_message = 0.0
        self._unsent = ""
        """What is being sent, and what else waits for that, as the start of a sentence."""

    async def run(self) -> int:
        """Connect, talk until one side closes, and return the exit code."""
        self._out.watch()
        if self._json:
            self._out.write(header(__version__, self._clock.wall(), self._client.options.shown_url) + "\n")
        with self._interruptible():
            self._opening = spawn(self._open(), "open")
            await asyncio.wait([self._opening])
            if self._opening.cancelled():
                return INTERRUPTED if self._interrupts else NOT_CONNECTED
            failure = self._opening.result()
            if failure is not None and self._interrupts:
                return INTERRUPTED
            if failure is not None:
                wrong_option = failure.kind == "usage" and not self._reached
                return USAGE_ERROR if wrong_option else NOT_CONNECTED
            if self._leaving:
                await self._client.close()
            else:
                await self._converse()
        return self._code()

    async def _open(self) -> Explanation | None:
        try:
            await self._client.open()
        except ConnectFailed as error:
            return error.explanation
        return None

    async def _converse(self) -> None:
        self._last_message = self._clock.monotonic()
        talking = spawn(self._talk(), "talk")
        ended = spawn(self._client.wait_closed(), "end")
        await asyncio.wait([talking, ended], return_when=asyncio.FIRST_COMPLETED)
        if talking.done():
            talking.result()
            await self._client.close()
        else:
            talking.cancel()
            await asyncio.wait([talking, ended])
        if self._unsent and not (self._leaving or self._sender.ended):
            self._fail(
                _("{what} not sent, or not wholly: the connection is {phase}").format(
                    what=self._unsent, phase=self._client.phase
                )
            )

    def _code(self) -> int:
        final = self._client.final
        assert final is not None
        lost = self._out.failure
        if lost is not None and not isinstance(lost, BrokenPipeError):
            self._fail(_("standard output cannot be written: {error}").format(error=lost.strerror))
        if self._interrupts:
            return INTERRUPTED
        normal = final.phase is Phase.CLOSED and final.code in NORMAL_CODES
        return CLOSED_NORMALLY if normal and not self._failed else FAILED

    # What is sent.

    async def _talk(self) -> None:
        """Send everything there is to send, then wait until nothing more comes."""
        try:
            going_on = await (self._send_messages() if self._messages else self._send_lines())
        except NotOpen:
            return
        if going_on:
            await self._quiet()

    async def _send_messages(self) -> bool:
        for number, message in enumerate(self._messages, 1):
            left = len(self._messages) - number
            self._unsent = _("-x number {number} was").format(number=number)
            if left:
                self._unsent = _("-x number {number} and the {left} after it were").format(
                    number=number, left=left
                )
            await self._sender.text(message)
            self._last_message = self._clock.monotonic()
        self._unsent = ""
        return True

    async def _send_lines(self) -> bool:
        if self._console.input is None:
            return True
        lines = LineInput(self._console.input)
        try:
            async for line in lines.lines():
                left = lines.waiting
                self._unsent = _("line {number} was").format(number=lines.number)
                if left:
                    self._unsent = _("line {number} and {left} read after it were").format(
                        number=lines.number, left=left
                    )
                going_on = await self._pass_on(line, lines.number)
                self._last_message = self._clock.monotonic()
                self._unsent = ""
                if not going_on:
                    return False
        except OSError as error:
            self._fail(_("standard input cannot be read: {error}").format(error=error.strerror))
            return False
        except LineTooLong as error:
            self._fail(spoken(str(error)))
            return False
        return True

    async def _pass_on(self, line: bytes, number: int) -> bool:
        """Send or carry out a line and return whether to go on."""
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            problem = _("line {number} of standard input is not UTF-8: {error} at byte {byte}").format(
                number=number, error=error.reason, byte=error.start + 1
            )
            if self._console.interactive:
                self._console.say(_("{problem}; it was not sent").format(problem=problem))
                return True
            self._fail(_("{problem}; neither it nor what follows was sent").format(problem=problem))
            return False
        if not self._console.interactive:
            await self._sender.text(text)
            return True
        return await self._sender.carry_out(text)

    async def _quiet(self) -> None:
        """Wait until no message went either way for long enough."""
        if self._wait is None:
            await self._client.wait_closed()
            return
        while (left := self._last_message + self._wait - self._clock.monotonic()) > 0:
            await asyncio.sleep(left)

    # What is received, and what happens.

    def _observe(self, events: Sequence[Event]) -> None:
        if self._json:
            self._out.write("".join(f"{dump(event)}\n" for event in events))
        for event in events:
            kind = type(event)
            if kind is Frame:
                self._note_frame(event)  # type: ignore[arg-type]
            elif kind is State:
                self._note_state(event)  # type: ignore[arg-type]
            elif kind is Tcp:
                self._reached = True

    def _note_frame(self, frame: Frame) -> None:
        if not frame.control:
            self._last_message = self._clock.monotonic()
        elif frame.opcode == Opcode.PONG and frame.direction is Direction.S2C:
            self._sender.note_pong(frame)

    def _note_state(self, state: State) -> None:
        match state.phase:
            case Phase.CONNECTING:
                self._console.say(
                    _("connecting {why}").format(why=spoken(state.why))
                    if state.side == "client"
                    else _("connecting: {why}").format(why=spoken(state.why))
                )
            case Phase.OPEN:
                self._console.say(_("open") + _agreed(self._client))
                for warning in self._client.warnings:
                    self._console.say(_("warning: {warning}").format(warning=spoken(warning)))
            case Phase.CLOSED | Phase.ERROR:
                self._console.say(_("{phase}: {why}").format(phase=state.phase, why=spoken(state.why)))

    def _received(self, message: str | bytes) -> None:
        if self._console.shows:
            self._console.show("<", shown(message))
        else:
            self._out.write((message if isinstance(message, str) else f"hex:{message.hex()}") + "\n")
        # Anew, for the writing may have taken long.
        self._last_message = self._clock.monotonic()

    # What is told.

    def _fail(self, problem: str) -> None:
        self._failed = True
        self._console.say(problem)

    # What ends it.

    def _leave(self) -> None:
        """Close the connection politely, or give up connecting."""
        self._leaving = True
        if self._opening is None:
            return  # it is not to stay open for long
        if self._client.opened is None:
            self._opening.cancel()
        elif self._closing is None:
            self._closing = spawn(self._client.close(), "leave")

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Obey ctrl+c: the first closes with 1000, the second cuts the connection."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            yield  # a shell starts what is to run in the background like that
            return
        loop = asyncio.get_running_loop()

        def interrupt(_number: int, _frame: FrameType | None) -> None:
            self._interrupts += 1
            loop.call_soon_threadsafe(self._interrupted, self._interrupts)
            if self._interrupts > 1:
                self._console.cut()

        # Not the loop's own way, for the loop stands still while a full pipe is written to.
        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            # One more would only break off the end that was asked for.
            signal.signal(signal.SIGINT, signal.SIG_IGN if self._interrupts else before)

    def _interrupted(self, times: int) -> None:
        if times > 1:
            self._client.abort()
            return
        if self._client.phase is Phase.OPEN:
            self._console.say(_("interrupted: closing with 1000; ctrl+c once more cuts the connection"))
        self._leave()


def _connect_options(options: argparse.Namespace) -> ConnectOptions:
    preview = sys.maxsize if options.max_size is None else max(JSON_PREVIEW, options.max_size)
    return ConnectOptions(
        options.url,
        headers=tuple(map(_header, options.header)),
        subprotocols=tuple(options.subprotocol),
        origin=options.origin,
        compression=options.compression,
        keepalive=options.keepalive,
        max_size=options.max_size,
        ca_file=options.ca,
        insecure=options.insecure,
        open_timeout=options.timeout,
        preview_limit=preview if options.json else CONTROL_LIMIT,
        decoding=options.decode if options.json else "text",
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise UsageError(sentence("header {text!r}: write it like 'Name: value'", text=text))
    return name.strip(), value.strip()


def _check_text(option: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            sentence(
                "{option} {text!r} is not UTF-8, as every text message must be", option=option, text=text
            )
        ) from None


def _agreed(client: Client) -> str:
    """Return what the handshake agreed on, as the rest of a line that says that it is open."""
    handshake = client.reader.handshake
    assert handshake is not None
    parts = [_("subprotocol {name}").format(name=handshake.subprotocol)] if handshake.subprotocol else []
    if handshake.subprotocols_offered and not handshake.subprotocol:
        parts.append(_("the server chose no subprotocol"))
    parts += map(str, handshake.extensions)
    return "".join(f", {part}" for part in parts)

"""What a learner just did, as a Python program that does it again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

from wslab.i18n import N_, _
from wslab.net.options import ConnectOptions, DeflateOffer
from wslab.wire.events import Close, Direction, Event, Frame, Message, Opcode, Phase, Proto, State, Tcp

LIMIT = 50
"""Actions that a program repeats at most: the last ones."""

LONGEST_LITERAL = 4096
"""Characters or bytes of a payload that are repeated in a program. A longer one becomes its length."""

NOTHING_YET = N_("# Connect, and what you do appears here as a program.\n")

_ARGUMENTS: Final = {
    "keepalive": "ping_interval",
    "keepalive_timeout": "ping_timeout",
    "max_size": "max_size",
    "open_timeout": "open_timeout",
    "close_timeout": "close_timeout",
}
"""Options that the library knows under another name, or only need their value written."""

_COMMENT_LENGTH = 60
_LINE_LENGTH = 88
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class _Step:
    """Statements inside the connection's block."""

    lines: tuple[str, ...]
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ping:
    number: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Pong:
    """The answer to a ping, at its place among the messages: it comes through once those are read."""

    number: int


@dataclass(slots=True)
class _Received:
    """Messages that came one after the other."""

    count: int
    first: str
    """Start of the first as a comment."""


_Action = _Step | _Ping | _Pong | _Received


@dataclass(slots=True)
class Transcript:
    """Collects what was done on one connection and writes it as a program.

    The methods are called for what the learner does. `observe` is a sink for events: it adds what came from
    the server. What the library does by itself, such as answering a Ping, is not part of the program.
    """

    limit: int = LIMIT
    version: int = field(default=0, init=False)
    """Changes whenever the program does."""
    _options: ConnectOptions | None = field(default=None, init=False)
    _conn: int = field(default=0, init=False)
    _failure: str = field(default="", init=False)
    _actions: deque[_Action] = field(default_factory=deque, init=False)
    _left_out: int = field(default=0, init=False)
    _pings: int = field(default=0, init=False)
    _waiting: dict[bytes, int] = field(default_factory=dict, init=False)
    """Payload and number of each ping without an answer so far."""
    _early: bytes | None = field(default=None, init=False)
    """Payload of a Pong that came before its Ping was noted."""
    _open: bool = field(default=False, init=False)
    _closing: bool = field(default=False, init=False)
    """Whether a Close frame was sent from here first: what comes after it is not part of the program."""
    _end: tuple[str, ...] = field(default=(), init=False)
    """Statements that end the connection; none as long as it lives."""

    def connecting(self, options: ConnectOptions, conn: int) -> None:
        """Start over: a connection is being opened.

        Args:
            options: how.
            conn: number of the connection; events of others are not observed.
        """
        self._options = options
        self._conn = conn
        self._failure = ""
        self._actions.clear()
        self._left_out = 0
        self._pings = 0
        self._waiting.clear()
        self._early = None
        self._open = self._closing = False
        self._end = ()
        self.version += 1

    def sent_text(self, text: str) -> None:
        """A text message was sent."""
        if len(text) <= LONGEST_LITERAL:
            self._do(f"await websocket.send({_literal(text)})")
        else:
            self._do(
                f"# Yours was another text of {len(text)} characters, too long to repeat here.",
                f'await websocket.send("x" * {len(text)})',
            )

    def sent_binary(self, data: bytes, file: str = "") -> None:
        """A binary message was sent; ``file`` is where it was read from, if it was."""
        if file:
            self._do(
                f"await websocket.send(Path({_literal(file)}).read_bytes())",
                imports=("from pathlib import Path",),
            )
        elif len(data) <= LONGEST_LITERAL:
            self._do(f"await websocket.send({_literal(data)})")
        else:
            self._do(
                f"# Yours were {len(data)} other bytes, too many to repeat here.",
                f"await websocket.send(bytes({len(data)}))",
            )

    def sent_fragments(self, parts: Sequence[str]) -> None:
        """A text message was sent in several frames."""
        if sum(map(len, parts)) <= LONGEST_LITERAL:
            listed = ", ".join(map(_literal, parts))
        else:
            listed = ", ".join(f'"x" * {len(part)}' for part in parts)
        self._do(
            "# One message, a frame for each item. The library ends it with an empty frame.",
            f"await websocket.send([{listed}])",
        )

    def sent_ping(self, payload: bytes) -> None:
        """A Ping was sent."""
        if payload in self._waiting:
            self._do(
                f"# A second ping {_literal(_as_text(payload))} is left out: the first has no answer yet."
            )
            return
        self._pings += 1
        self._add(_Ping(self._pings, payload))
        if payload == self._early:
            self._add(_Pong(self._pings))
        else:
            self._waiting[payload] = self._pings

    def sent_pong(self, payload: bytes) -> None:
        """A Pong that answers no Ping was sent."""
        self._do(f"await websocket.pong({_literal(_as_text(payload))})")

    def sent_close(self, code: int = 1000, reason: str = "") -> None:
        """The closing handshake was started; may be called before or after its end."""
        if reason:
            self._finish(f"await websocket.close({code}, {_literal(reason)})")
        else:
            self._finish(f"await websocket.close({code})" if code != 1000 else "await websocket.close()")

    def aborted(self) -> None:
        """The TCP connection was cut without a Close frame; may be called before or after its end."""
        self._finish("websocket.transport.abort()  # no Close frame: the peer sees 1006")

    def left_out(self, what: str) -> None:
        """Something was done that a WebSocket library refuses to do, such as sending a broken frame."""
        self._do(f"# Left out, since a library keeps to the rules: {_one_line(what)}")

    def observe(self, events: Iterable[Event]) -> None:
        """Add what came from the server; a sink for events."""
        run, more, conn = self._run(), 0, self._conn
        received, pong = Direction.S2C, int(Opcode.PONG)
        for event in events:
            # Most events are frames and messages in a long run; a place is found faster than a name.
            if type(event) is Message:
                if run is not None and event[4] is received and event[3] == conn:
                    more += 1
                    continue
            elif (type(event) is Frame and event[5] != pong) or type(event) is Proto:
                continue
            self._count(run, more)
            self._observe(event)
            run, more = self._run(), 0
        self._count(run, more)

    def _run(self) -> _Received | None:
        """Return the run of messages to which the next message from the server belongs, if there is one."""
        last = self._actions[-1] if self._actions and self._listening else None
        return last if isinstance(last, _Received) else None

    def _count(self, run: _Received | None, more: int) -> None:
        if run is not None and more:
            run.count += more
            self.version += more

    def _observe(self, event: Event) -> None:
        if event.conn == self._conn and self._listening:
            if isinstance(event, Frame):
                self._pong(event)
            elif isinstance(event, Message):
                self._message(event)
            elif isinstance(event, Close | Tcp | State):
                self._rare(event)

    def python(self) -> str:
        """Return the program."""
        if self._options is None:
            return _(NOTHING_YET)
        arguments, setup, imports = _connect(self._options)
        body: list[str] = []
        if self._failure:
            setup.append(f"# This did not work: {self._failure}")
        if self._left_out:
            body.append(f"# The {self._left_out} steps before these are left out.")
        statements, more = self._statements()
        body += statements
        body += self._end or (_ENDED if self._closing and self._open else ())
        if not any(line for line in body if not line.lstrip().startswith("#")):
            body.append("pass  # leaving the block closes the connection with 1000")
        imports |= more
        call = f"async with connect({', '.join(arguments)}) as websocket:"
        if len(_INDENT + call) > _LINE_LENGTH:
            call = "\n".join(
                [
                    "async with connect(",
                    *(f"{_INDENT * 2}{a}," for a in arguments),
                    _INDENT + ") as websocket:",
                ]
            )
        return "\n".join(
            [
                '"""What you just did, as a program."""',
                "",
                *sorted({"import asyncio", *(line for line in imports if line.startswith("import "))}),
                *sorted(line for line in imports if line.startswith("from pathlib")),
                "",
                "from websockets.asyncio.client import connect",
                *sorted(line for line in imports if line.startswith("from websockets")),
                "",
                "",
                "async def main() -> None:",
                *(_INDENT + line for line in setup),
                _INDENT + call,
                *(_INDENT * 2 + line for line in body),
                "",
                "",
                "asyncio.run(main())",
                "",
            ]
        )

    def _statements(self) -> tuple[list[str], set[str]]:
        here = {action.number for action in self._actions if isinstance(action, _Ping)}
        answered = {action.number for action in self._actions if isinstance(action, _Pong)}
        lines: list[str] = []
        imports: set[str] = set()
        for action in self._actions:
            match action:
                case _Step():
                    lines += action.lines
                    imports.update(action.imports)
                case _Ping(number, payload):
                    target = f"pong{number} = " if number in answered else ""
                    lines.append(f"{target}await websocket.ping({_literal(_as_text(payload))})")
                case _Pong(number) if number in here:
                    lines.append(f'print("round trip", await pong{number}, "seconds")')
                case _Received(1, first):
                    lines.append(f"print(await websocket.recv())  # {first}")
                case _Received(count, _):
                    lines += [f"for _ in range({count}):", f"{_INDENT}print(await websocket.recv())"]
                case _:
                    pass  # the answer to a ping that is left out
        return lines, imports

    def _do(self, *lines: str, imports: tuple[str, ...] = ()) -> None:
        self._add(_Step(lines, imports))

    def _add(self, action: _Action) -> None:
        if self._end or self._options is None:
            return
        if len(self._actions) >= self.limit:
            gone = self._actions.popleft()
            if isinstance(gone, _Ping):
                self._waiting.pop(gone.payload, None)
            self._left_out += gone.count if isinstance(gone, _Received) else 1
        self._actions.append(action)
        self.version += 1

    @property
    def _listening(self) -> bool:
        return not (self._closing or self._end or self._options is None)

    def _message(self, message: Message) -> None:
        if message.direction is Direction.S2C:
            self._add(_Received(1, _comment(message)))

    def _pong(self, frame: Frame) -> None:
        if frame.direction is not Direction.S2C:
            return
        number = self._waiting.pop(frame.preview, None)
        if number is None:
            self._early = frame.preview
        else:
            self._add(_Pong(number))

    def _rare(self, event: Event) -> None:
        match event:
            case Close(direction=Direction.S2C, first=True, code=code, reason=reason):
                self._ended(f"{1005 if code is None else code} {_literal(_one_line(reason))}")
            case Close(direction=Direction.C2S, first=True):
                self._closing = True
                self.version += 1
            case Tcp(what="fin" | "reset", direction=Direction.S2C | None) if self._open:
                self._ended(_LOST)
            case State(phase=Phase.OPEN):
                self._open = True
            case State(phase=Phase.ERROR, why=why) if not self._open:
                self._failure = _one_line(why)
                self._closing = True
                self.version += 1
            case _:
                pass

    def _ended(self, how: str) -> None:
        """Note that the connection ended, and not through the learner."""
        self._end = (*_ENDED[:-1], f"{_ENDED[-1]}  # {how}")
        self.version += 1

    def _finish(self, statement: str) -> None:
        """Note how the learner ended the connection, unless the server did so before with a Close frame."""
        if self._options is not None and (not self._end or self._end[-1].endswith(_LOST)):
            self._end = (statement,)
            self.version += 1


_ENDED: Final = (
    "await websocket.wait_closed()",
    "print(websocket.close_code, websocket.close_reason)",
)
"""Waits for an end that the program does not bring about itself."""

_LOST: Final = "1006: no Close frame came"


def _connect(options: ConnectOptions) -> tuple[list[str], list[str], set[str]]:
    """Return the arguments of `connect`, the statements before it, and imports."""
    arguments = [_literal(options.uri)]
    setup: list[str] = []
    imports: set[str] = set()
    if options.headers:
        arguments.append(f"additional_headers={_headers(options.headers)}")
    if options.subprotocols:
        arguments.append(f"subprotocols=[{', '.join(map(_literal, options.subprotocols))}]")
    if options.origin is not None:
        arguments.append(f"origin={_literal(options.origin)}")
    if not options.compression:
        arguments.append("compression=None")
    elif options.deflate is not None and options.deflate != DeflateOffer():
        changed = ", ".join(f"{key}={value!r}" for key, value in _changed(options.deflate, DeflateOffer()))
        arguments.append(f"extensions=[ClientPerMessageDeflateFactory({changed})]")
        imports.add(
            "from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory",
        )
    arguments += [
        f"{_ARGUMENTS[key]}={value!r}"
        for key, value in _changed(options, ConnectOptions(options.url))
        if key in _ARGUMENTS
    ]
    if isinstance(options.proxy, str):
        arguments.append(f"proxy={_literal(options.proxy)}")
    elif options.loopback or not options.proxy:
        arguments.append("proxy=None")
    if options.target.secure and (options.ca_file is not None or options.insecure):
        imports.add("import ssl")
        setup.append("tls = ssl.create_default_context()")
        if options.ca_file is not None:
            setup.append(f"tls.load_verify_locations({_literal(options.ca_file)})")
        if options.insecure:
            setup.append("tls.check_hostname = False  # dangerous: anybody can pass for the server")
            setup.append("tls.verify_mode = ssl.CERT_NONE")
        arguments.append("ssl=tls")
    return arguments, setup, imports


def _changed(value: DeflateOffer | ConnectOptions, default: object) -> list[tuple[str, object]]:
    """Return names and values of what differs from the default."""
    return [
        (item.name, getattr(value, item.name))
        for item in fields(value)
        if item.compare and getattr(value, item.name) != getattr(default, item.name)
    ]


def _headers(headers: Sequence[tuple[str, str]]) -> str:
    if len({name.lower() for name, _ in headers}) == len(headers):
        return "{" + ", ".join(f"{_literal(name)}: {_literal(value)}" for name, value in headers) + "}"
    return "[" + ", ".join(f"({_literal(name)}, {_literal(value)})" for name, value in headers) + "]"


def _literal(value: str | bytes) -> str:
    """Return a Python literal, in double quotes where that needs no more escapes."""
    text = repr(value)
    prefix = "b" if isinstance(value, bytes) else ""
    inner = text[len(prefix) + 1 : -1]
    if text[len(prefix)] == "'" and '"' not in inner:
        return f'{prefix}"{inner}"'
    return text


def _as_text(payload: bytes) -> str | bytes:
    """Return a control frame's payload as text where it is text that people can read."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return payload
    return text if text.isprintable() else payload


def _one_line(text: str) -> str:
    """Return text in a form that can't leave the comment it stands in."""
    text = " ".join(text.split())
    text = "".join(character if character.isprintable() else "·" for character in text)
    return text if len(text) <= _COMMENT_LENGTH * 2 else text[: _COMMENT_LENGTH * 2 - 1] + "…"


def _comment(message: Message) -> str:
    payload = message.preview[: _COMMENT_LENGTH * 4]
    start = payload.decode(errors="replace") if message.opcode == Opcode.TEXT else payload
    shown = _literal(start[:_COMMENT_LENGTH])
    return shown if message.length <= len(message.preview) and len(start) <= _COMMENT_LENGTH else f"{shown} …"

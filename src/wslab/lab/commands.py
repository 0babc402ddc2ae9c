"""What a learner types: a message to send, or a `/command`.

The composer of the app and `wslab connect` read their lines with this module, so both know the same words.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from wslab.i18n import sentence
from wslab.units import format_size

LARGEST_FILE = 64 * 2**20
"""Bytes of the largest file that is sent as one message."""


class CommandError(ValueError):
    """A command that can't be carried out as typed. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command of the composer."""

    name: str
    usage: str
    """What follows the name, as help shows it."""
    help: str
    example: str = ""
    line_mode: bool = False
    """Whether `wslab connect` knows it too."""

    @property
    def syntax(self) -> str:
        """Name and arguments: `/close [CODE [REASON]]`."""
        return f"/{self.name} {self.usage}".rstrip()


COMMANDS: dict[str, CommandSpec] = {
    spec.name: spec
    for spec in (
        CommandSpec("connect", "[URL or /path]", "connect; a /path is one of the bundled server, mqtt:/mqtt one of another", "/connect /time"),
        CommandSpec("disconnect", "", "start the closing handshake with 1000", line_mode=True),
        CommandSpec("text", "TEXT", "send a text message, also one that starts with /", "/text /hello", True),
        CommandSpec("binary", "HEX", "send a binary message", "/binary 00 ff 10", True),
        CommandSpec("file", "PATH", "send a file as one binary message", "/file photo.png", True),
        CommandSpec("fragments", "A | B | C", "send one text message in several frames", "/fragments hel | lo", True),
        CommandSpec("ping", "[PAYLOAD]", "send a Ping; the peer must answer with a Pong", "/ping are you there", True),
        CommandSpec("pong", "[PAYLOAD]", "send a Pong nobody asked for", "/pong still here", True),
        CommandSpec("close", "[CODE [REASON]]", "start the closing handshake", "/close 1000 bye", True),
        CommandSpec("abort", "", "cut the TCP connection without a Close frame", line_mode=True),
        CommandSpec("raw", "BYTES", "send bytes as they are, legal or not, and see the verdict", '/raw text mask=0 "hi"'),
        CommandSpec("reconnect", "on|off", "come back by itself after a lost connection", "/reconnect on"),
        CommandSpec("compression", "on|off|PARAMETERS", "offer permessage-deflate at the next connect", "/compression server_max_window_bits=9"),
        CommandSpec("limit", "SIZE|off", "largest message to receive, from the next connect", "/limit 64KiB"),
        CommandSpec("keepalive", "DURATION|off", "pings the lab sends by itself, from the next connect", "/keepalive 20s"),
        CommandSpec("subprotocol", "[NAME …]", "subprotocols to offer at the next connect", "/subprotocol chat.v2 chat.v1"),
        CommandSpec("header", "[NAME: VALUE]", "add a header to the next handshake; alone: remove all", "/header Authorization: Bearer learn"),
        CommandSpec("origin", "[ORIGIN]", "Origin header of the next handshake", "/origin https://example.com"),
        CommandSpec("ca", "[FILE]", "certificates of authorities to trust, in PEM form", "/ca lab-ca.pem"),
        CommandSpec("insecure", "on|off", "accept any TLS certificate (dangerous)", "/insecure on"),
        CommandSpec("server", "start|stop|restart [NAME]", "bundled servers", "/server restart basic"),
        CommandSpec("filter", "[>|<] [OPCODE …] [REGEX]", "show only such rows; alone: show all", "/filter < TEXT error"),
        CommandSpec("level", "frames|messages", "log wire frames or whole messages", "/level messages"),
        CommandSpec("decode", "auto|text|json|graphql|mqtt|binary", "what messages are read as, from here on and in the Frame tab", "/decode mqtt"),
        CommandSpec("search", "REGEX", "jump to the next match; n and N go on", "/search hello"),
        CommandSpec("goto", "N", "jump to a row by its number", "/goto 42"),
        CommandSpec("save", "FILE", "write the log to a file: .jsonl as events, else as text", "/save session.jsonl"),
        CommandSpec("clear", "", "empty the log"),
        CommandSpec("reset", "", "set the statistics to zero"),
        CommandSpec("help", "", "keys and commands", line_mode=True),
        CommandSpec("quit", "", "leave the lab", line_mode=True),
    )
}  # fmt: skip
"""Every command by name, in the order help shows them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as understood: a command's name and the rest of the line, or a message under the name `text`."""

    name: str
    rest: str = ""


def parse_line(line: str) -> Line:
    """Read a line of the composer.

    A line that does not start with `/` is a text message. `//…` is a text message that starts with one `/`.

    Raises:
        CommandError: the command is not known; the message names the nearest one.
    """
    if not line.startswith("/"):
        return Line("text", line)
    if line.startswith("//"):
        return Line("text", line[1:])
    name, _, rest = line[1:].partition(" ")
    name = name.lower()
    if name in COMMANDS:
        return Line(name, rest if name == "text" else rest.strip())
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = sentence("did you mean /{name}?", name=near[0]) if near else sentence("/help lists them")
    raise CommandError(
        sentence(
            "there is no command /{name}: {hint} (to send it as text, start with //)", name=name, hint=hint
        )
    )


def completions(line: str) -> list[str]:
    """Return the whole lines that a line could become, best first; nothing where it is no command."""
    if not line.startswith("/") or line.startswith("//") or " " in line:
        return []
    start = line[1:].lower()
    return [
        f"/{name}" + (" " if spec.usage else "") for name, spec in COMMANDS.items() if name.startswith(start)
    ]


def parse_close(rest: str) -> tuple[int, str]:
    """Return code and reason of `/close [CODE [REASON]]`.

    Raises:
        CommandError: the code is not a number from 0 to 65535.
    """
    code, _, reason = rest.strip().partition(" ")
    if not code:
        return 1000, ""
    if not code.isdecimal() or int(code) > 65535:
        raise CommandError(
            sentence(
                "close code {code!r} is not a number from 0 to 65535: write it like /close 1000 bye",
                code=code,
            )
        )
    return int(code), reason.strip()


def parse_hex(rest: str) -> bytes:
    """Return the bytes of `/binary HEX`; spaces and `0x` are allowed.

    Raises:
        CommandError: it is not hexadecimal or has an odd number of digits.
    """
    digits = rest.replace("0x", "").replace(" ", "").replace(":", "")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise CommandError(
            sentence("{rest!r} is not hexadecimal: write it like /binary 00 ff 10", rest=rest)
        ) from None


def parse_fragments(rest: str) -> list[str]:
    """Return the parts of `/fragments A | B | C`, without the spaces around them.

    Raises:
        CommandError: there are fewer than two.
    """
    parts = [part.strip() for part in rest.split("|")]
    if len(parts) < 2:
        raise CommandError(
            sentence("/fragments needs at least two parts with | between them: /fragments hel | lo")
        )
    return parts


def parse_path(name: str, rest: str) -> Path:
    """Return the path that `/NAME PATH` names; `~` is the home folder.

    Raises:
        CommandError: there is none.
    """
    if not rest:
        raise CommandError(sentence("/{name} needs the name of a file", name=name))
    try:
        return Path(rest).expanduser()
    except RuntimeError:  # ~ of a user whom this machine does not know
        return Path(rest)


def read_file(path: Path) -> bytes:
    """Return the content of a file that is to be sent as one message.

    Raises:
        CommandError: it is no file, or larger than `LARGEST_FILE`.
        OSError: it cannot be read.
    """
    if not path.is_file():
        raise CommandError(sentence("{path} is not a file", path=path))
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise CommandError(
            sentence(
                "{path} has {size}; one message takes at most {most}",
                path=path,
                size=format_size(size),
                most=format_size(LARGEST_FILE),
            )
        )
    return path.read_bytes()


def parse_switch(name: str, rest: str) -> bool:
    """Return whether `/NAME on|off` says on.

    Raises:
        CommandError: it says neither.
    """
    word = rest.strip().lower()
    if word not in {"on", "off"}:
        raise CommandError(sentence("/{name} takes on or off, not {rest!r}", name=name, rest=rest))
    return word == "on"

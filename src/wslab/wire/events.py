"""The records that everything seeing traffic emits and everything showing, counting or checking it consumes.

An event is a plain named tuple. On CPython 3.11 ``tuple.__new__(Frame, (…))`` takes 0.17 µs, calling
``Frame(…)`` 0.5 µs, a slotted dataclass 0.5 µs and a frozen one 3 µs. One event is made per frame, so hot
loops use the first form and everything else the second.

Every event starts with the same four fields:

``seq``
    place in the total order of all events of one process, from 1
``t``
    monotonic seconds
``wall``
    Unix time in seconds
``conn``
    number of the connection, from 1; 0 where the event belongs to none
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    """Which way bytes travelled. In a client's view the first is sent, the second received."""

    C2S = "c>s"
    S2C = "s>c"

    @property
    def arrow(self) -> str:
        """`>` for what the client sent, `<` for what it received."""
        return ">" if self is Direction.C2S else "<"

    @property
    def other(self) -> Direction:
        """The opposite direction."""
        return Direction.S2C if self is Direction.C2S else Direction.C2S


class Opcode(IntEnum):
    """Opcodes that RFC 6455 section 5.2 defines. Events carry plain integers: any of 0 to 15 can arrive."""

    CONT = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


OPCODE_NAMES: tuple[str, ...] = tuple(Opcode(n).name if n in set(Opcode) else f"0x{n:X}" for n in range(16))
"""Name of each of the sixteen opcodes, `0x3` and the like for the reserved ones."""


class Phase(StrEnum):
    """State of a connection as a learner sees it."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    ERROR = "error"


class Tcp(NamedTuple):
    """The TCP connection under a WebSocket opened, ended or broke."""

    seq: int
    t: float
    wall: float
    conn: int
    what: str
    """`open`, `fin` (an orderly end) or `reset`."""
    direction: Direction | None
    """The direction that ended; None for `open` and where both did."""
    detail: str
    """Addresses for `open`; what was cut off, such as `in the middle of a frame`, for the others."""


class Http(NamedTuple):
    """A complete HTTP head, or as much of one as will ever come."""

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    """`c>s` is a request, `s>c` a response."""
    start_line: str
    headers: tuple[tuple[str, str], ...]
    """Name and value of each header in the order and spelling of the wire."""
    length: int
    """Bytes of the head, its last empty line included."""
    violations: tuple[str, ...]


class Body(NamedTuple):
    """The start of an HTTP body: what a server said instead of switching protocols."""

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    length: int
    """Bytes seen."""
    preview: bytes


class State(NamedTuple):
    """The connection under study changed its state."""

    seq: int
    t: float
    wall: float
    conn: int
    phase: Phase
    side: str
    """Who caused it: `client`, `server`, or empty where neither did."""
    why: str
    """One line in plain words; empty where nothing is to explain."""
    code: int | None
    """Close code, HTTP status or None."""


class Frame(NamedTuple):
    """One frame as RFC 6455 section 5.2 lays it out. Lengths are in bytes."""

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    opcode: int
    fin: bool
    rsv: int
    """The three reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1."""
    masked: bool
    mask_key: bytes
    """Four bytes, or none where the frame is not masked."""
    header_len: int
    """2 to 14, the masking key included."""
    length: int
    """Payload on the wire, compressed where the frame is."""
    preview: bytes
    """Start of the payload, unmasked, still compressed where the frame is."""
    violations: tuple[str, ...]
    """Rules this frame breaks, each as `6455#5.1 client frame not masked`."""

    @property
    def name(self) -> str:
        """Name of the opcode."""
        return OPCODE_NAMES[self.opcode]

    @property
    def control(self) -> bool:
        """Whether this is a control frame (RFC 6455 section 5.5), known or reserved."""
        return self.opcode >= 8


class Message(NamedTuple):
    """A message put together from its frames and, where it was compressed, inflated."""

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    opcode: int
    """TEXT or BINARY."""
    frames: int
    started: float
    """Monotonic time of its first frame."""
    wire_length: int
    """Payload bytes of its frames on the wire."""
    length: int
    """Payload bytes after inflating; as far as it was inflated where a limit stopped it."""
    compressed: bool
    preview: bytes
    """Start of the payload, inflated."""
    violations: tuple[str, ...]


class Close(NamedTuple):
    """A Close frame and what it says (RFC 6455 section 5.5.1)."""

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    code: int | None
    """None where the body is empty: the peer is to take it as 1005."""
    reason: str
    first: bool
    """Whether this is the first Close frame of the connection: its sender started the closing handshake."""
    violations: tuple[str, ...]


class Proto(NamedTuple):
    """One unit of what messages carry: an MQTT packet, a message of GraphQL or of the lab's protocol.

    It follows the `Message` that completed it. Where a message completes a great many, the first of them come
    before it.
    """

    seq: int
    t: float
    wall: float
    conn: int
    direction: Direction
    protocol: str
    """`mqtt`, `graphql` or `binary`."""
    version: str
    """By which it was read: `3.1.1`, `5.0`; `graphql-transport-ws`, `graphql-ws`; `1`, `2`."""
    name: str
    """`PUBLISH`, `subscribe`, `SAMPLE`; empty where that could not be told."""
    summary: str
    """One line that begins with the name. Text from the network is in it as it came."""
    id: str | None
    """Packet Identifier, id of the operation, or sequence number."""
    topic: str | None
    """MQTT: the Topic Name or first Topic Filter. GraphQL: the name of the operation."""
    start: int
    """Place of its first byte in the payload of the message; negative where it began in an earlier one."""
    length: int
    """Bytes."""
    preview: bytes
    """Its first bytes."""
    violations: tuple[str, ...]
    """Rules of the protocol that it breaks, each as `mqtt5#MQTT-3.3.1-4 QoS is 3`."""


class Proc(NamedTuple):
    """Something happened to a bundled server's process."""

    seq: int
    t: float
    wall: float
    conn: int
    server: str
    what: str
    """`started`, `ready`, `log`, `stderr`, `exited` or `failed`."""
    text: str


class Ui(NamedTuple):
    """The learner did something."""

    seq: int
    t: float
    wall: float
    conn: int
    action: str
    detail: str


Event = Tcp | Http | Body | State | Frame | Message | Close | Proto | Proc | Ui

KINDS: dict[type[Event], str] = {
    Tcp: "tcp",
    Http: "http",
    Body: "body",
    State: "state",
    Frame: "frame",
    Message: "message",
    Close: "close",
    Proto: "proto",
    Proc: "proc",
    Ui: "ui",
}
"""The name of each kind of event in recordings and in `--json`."""

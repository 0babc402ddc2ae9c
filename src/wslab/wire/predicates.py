"""What the checks of lessons ask by name because no value says it: `predicate = "answers-ping"`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from wslab.i18n import N_
from wslab.wire import violations as rule
from wslab.wire.encoder import minimal_form
from wslab.wire.event_fields import TYPES, header_values, payload_is_whole
from wslab.wire.events import Close, Direction, Event, Frame, Http, Message, Opcode, Proto
from wslab.wire.handshake import accept_working

KEYS: Final = 4096
"""Masking keys that are remembered of an attempt."""
PINGS: Final = 64
"""Pings of each direction of a connection that are remembered while nothing answers them."""
NUMBERS: Final = 256
"""Numbers of what each direction of a connection carried that are remembered."""
RUNNING: Final = 256
"""Operations of GraphQL of a connection that are remembered as running."""
CONNECTIONS: Final = 256
"""Connections of which the request, pings, numbers and operations are remembered."""


@dataclass(slots=True)
class Earlier:
    """What predicates have to know of the events before the one they judge. Bounded, whatever comes."""

    wanted: frozenset[str] = frozenset()
    """Names of the predicates that will be asked; only what they need is remembered."""
    mask_keys: dict[bytes, None] = field(default_factory=dict)
    """Masking keys seen, the oldest first."""
    pings: dict[tuple[int, Direction], deque[bytes]] = field(default_factory=dict)
    """Payloads of pings that wait for an answer, by connection and direction of the ping."""
    requests: dict[int, Http] = field(default_factory=dict)
    """The latest request of each connection."""
    numbers: dict[tuple[int, Direction], deque[str]] = field(default_factory=dict)
    """The latest numbers of what messages carried, by connection and direction."""
    running: dict[int, dict[str, None]] = field(default_factory=dict)
    """Ids of the operations of GraphQL that go on, the oldest first, by connection."""
    types: frozenset[type[Event]] = field(init=False)
    """Types of the events that have to be noted."""
    _notes: dict[type[Event], list[Callable[[Any, Earlier], None]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Look up what is to be noted."""
        self._notes = {}
        for name in sorted(self.wanted):
            note = PREDICATES[name].note
            if note is not None:
                for kind in PREDICATES[name].kinds:
                    self._notes.setdefault(TYPES[kind], []).append(note)
        self.types = frozenset(self._notes)

    def note(self, event: Event) -> None:
        """Remember an event once it was judged."""
        for note in self._notes.get(type(event), ()):
            note(event, self)


@dataclass(frozen=True, slots=True)
class Predicate:
    """One question with a name."""

    kinds: frozenset[str]
    """Kinds of events that can be asked."""
    words: str
    """What is wanted, in words, to be translated where it is shown."""
    holds: Callable[[Any, Earlier], bool]
    """Takes an event and what came before it."""
    note: Callable[[Any, Earlier], None] | None = None
    """Remembers an event for those after it."""


def _minimal_length(event: Frame, earlier: Earlier) -> bool:
    """Whether the length of a frame is in its shortest form (RFC 6455 section 5.2)."""
    field_bytes = {7: 0, 16: 2, 64: 8}[minimal_form(event.length)]
    return event.header_len == 2 + field_bytes + (4 if event.masked else 0)


def _fresh_mask_key(event: Frame, earlier: Earlier) -> bool:
    """Whether a frame is masked with a key that no earlier frame of this attempt had (section 5.3)."""
    return event.masked and event.mask_key not in earlier.mask_keys


def _note_mask_key(event: Frame, earlier: Earlier) -> None:
    if event.masked:
        keys = earlier.mask_keys
        keys[event.mask_key] = None
        if len(keys) > KEYS:
            del keys[next(iter(keys))]


def _answers_ping(event: Frame, earlier: Earlier) -> bool:
    """Whether a pong carries the payload of a ping of the other side that waits for it (section 5.5.3)."""
    if event.opcode != Opcode.PONG or not payload_is_whole(event):
        return False
    return event.preview in earlier.pings.get((event.conn, event.direction.other), ())


def _note_ping(event: Frame, earlier: Earlier) -> None:
    if event.opcode == Opcode.PING and payload_is_whole(event):
        waiting = _bounded(earlier.pings).setdefault((event.conn, event.direction), deque(maxlen=PINGS))
        waiting.append(event.preview)
    elif event.opcode == Opcode.PONG and _answers_ping(event, earlier):
        # A pong may answer the latest of several pings only: those before it get none any more.
        waiting = earlier.pings[event.conn, event.direction.other]
        while waiting.popleft() != event.preview:
            pass


def _utf8(event: Message | Close, earlier: Earlier) -> bool:
    """Whether a message, or the reason of a Close frame, is UTF-8 (section 8.1)."""
    if type(event) is Message and event.opcode == Opcode.BINARY:
        return payload_is_whole(event) and _decodes(event.preview)
    return rule.INVALID_UTF8 not in event.violations


def _decodes(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _accepts_key(event: Http, earlier: Earlier) -> bool:
    """Whether an answer has the Sec-WebSocket-Accept that the key of its request demands (section 4.2.2)."""
    request = earlier.requests.get(event.conn)
    if request is None or event.direction is not Direction.S2C:
        return False
    keys = header_values(request, "Sec-WebSocket-Key")
    return len(keys) == 1 and header_values(event, "Sec-WebSocket-Accept") == (
        accept_working(keys[0]).accept,
    )


def _note_request(event: Http, earlier: Earlier) -> None:
    if event.direction is Direction.C2S:
        _bounded(earlier.requests)[event.conn] = event


def _repeats_number(event: Proto, earlier: Earlier) -> bool:
    """Whether a message has the number, or the id, of one that the other side sent before."""
    return event.id is not None and event.id in earlier.numbers.get((event.conn, event.direction.other), ())


def _note_number(event: Proto, earlier: Earlier) -> None:
    if event.id is not None:
        key = (event.conn, event.direction)
        numbers = earlier.numbers.get(key)
        if numbers is None:
            numbers = _bounded(earlier.numbers)[key] = deque(maxlen=NUMBERS)
        numbers.append(event.id)


_BEGINS: Final = frozenset({"subscribe", "start"})
_ENDS: Final = frozenset({"complete", "stop", "error"})
"""Messages of both subprotocols of GraphQL: either side may end an operation, the client alone begins one."""


def _nothing_else_runs(event: Proto, earlier: Earlier) -> bool:
    """Whether a client begins an operation of GraphQL while no other goes on over its connection."""
    return _begins(event) and not earlier.running.get(event.conn)


def _begins(event: Proto) -> bool:
    client = event.direction is Direction.C2S
    return client and event.protocol == "graphql" and event.name in _BEGINS and event.id is not None


def _note_running(event: Proto, earlier: Earlier) -> None:
    if event.protocol != "graphql" or event.id is None:
        return
    running = earlier.running.get(event.conn)
    if _begins(event):
        if running is None:
            running = _bounded(earlier.running)[event.conn] = {}
        if len(running) >= RUNNING:
            del running[next(iter(running))]
        running[event.id] = None
    elif event.name in _ENDS and running is not None:
        running.pop(event.id, None)


def _bounded(memory: dict[Any, Any]) -> dict[Any, Any]:
    """Return the memory with room for one more, the oldest gone where there was none."""
    if len(memory) >= CONNECTIONS:
        del memory[next(iter(memory))]
    return memory


_FRAME = frozenset({"frame"})

PREDICATES: Final[dict[str, Predicate]] = {
    "minimal-length": Predicate(_FRAME, N_("its length in the shortest form"), _minimal_length),
    "fresh-mask-key": Predicate(
        _FRAME, N_("a masking key that was not used before"), _fresh_mask_key, _note_mask_key
    ),
    "answers-ping": Predicate(
        _FRAME, N_("the payload of a ping that waits for its pong"), _answers_ping, _note_ping
    ),
    "utf-8": Predicate(frozenset({"message", "close"}), N_("valid UTF-8"), _utf8),
    "accepts-key": Predicate(
        frozenset({"http"}),
        N_("the accept value that goes with the request's key"),
        _accepts_key,
        _note_request,
    ),
    "repeats-number": Predicate(
        frozenset({"proto"}),
        N_("the number of a message from the other side"),
        _repeats_number,
        _note_number,
    ),
    "nothing-else-runs": Predicate(
        frozenset({"proto"}),
        N_("an operation while no other runs"),
        _nothing_else_runs,
        _note_running,
    ),
}
"""Every predicate by its name. Its function's docstring says what it asks."""

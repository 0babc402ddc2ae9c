"""The protocol that the connection under study carries, and the client that speaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol as Interface

from wslab.i18n import N_, sentence
from wslab.lab.connection_view import LIVE
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.lab.workbench import Workbench
from wslab.wire.events import Event, Phase, State


class Speaker(Interface):
    """A client of one protocol. It sends by functions that it was given when it was made."""

    def opened(self, subprotocol: str | None) -> None:
        """Begin: the connection is open, and this subprotocol was agreed on."""

    def received(self, message: str | bytes) -> None:
        """Take a whole message of the server."""

    def ended(self, why: str) -> None:
        """Take note that the connection is over."""


Made = Callable[[], Speaker]


class ClientSide:
    """Chooses a protocol, and tells its client of every connection that is made for it.

    Args:
        workbench: whose connections they are.
        speakers: makes the client of a protocol, by its name, when it is first chosen. A protocol without one
            is spoken by hand.
    """

    def __init__(self, workbench: Workbench, speakers: dict[str, Made]) -> None:
        self.protocol = RAW
        """The one that is chosen: for the next connection, where one is open already."""
        self._workbench = workbench
        self._make = speakers
        self._made: dict[str, Speaker] = {}
        self._speaking: Speaker | None = None
        """Who speaks on the connection that is open."""
        self._own: tuple[str, ...] = ()
        """The subprotocols that are offered where nothing else is chosen."""
        self._back = RAW.target
        """Where the next connect went before another protocol was chosen: the path of the lesson, mostly."""
        workbench.listen(self._observe)

    @property
    def speaker(self) -> Speaker | None:
        """The client of the protocol that is chosen; None where it is spoken by hand."""
        return self._made.get(self.protocol.name)

    @property
    def server(self) -> str:
        """The bundled server that speaks the protocol."""
        return self.protocol.target.partition(":")[0]

    def choose(self, name: str) -> None:
        """Choose a protocol for the next connection.

        It goes to the bundled server that speaks it, unless a URL of one's own is aimed at. `raw` goes to
        where the next connect went before another protocol was chosen.

        Raises:
            ValueError: there is no protocol of that name.
        """
        if name not in PROTOCOLS:
            raise ValueError(
                sentence(
                    "there is no protocol {name!r}: there are {names}", name=name, names=", ".join(PROTOCOLS)
                )
            )
        chosen, before = PROTOCOLS[name], self.protocol
        if chosen is before:
            return
        bench = self._workbench
        if before is RAW:
            self._own, self._back = bench.settings.subprotocols, bench.target
        self.protocol = chosen
        if name in self._make and name not in self._made:
            self._made[name] = self._make[name]()
        speaker = self.speaker
        bench.on_message = None if speaker is None else speaker.received
        bench.offer(self._own if chosen is RAW else chosen.subprotocols)
        if bench.servers.place(bench.target) is not None:
            bench.aim(self._back if chosen is RAW else chosen.target)
        if bench.view.phase in LIVE:
            bench.note(N_("protocol"), sentence("{title} from the next connect", title=chosen.title))

    def _observe(self, event: Event) -> None:
        if not isinstance(event, State) or not self._workbench.studies(event.conn):
            return
        if event.phase is Phase.CONNECTING:
            self._speaking = self.speaker
        elif self._speaking is not None:
            if event.phase is Phase.OPEN:
                self._speaking.opened(self._workbench.subprotocol)
            elif event.phase not in LIVE:
                speaking, self._speaking = self._speaking, None
                speaking.ended(event.why)

"""The client's side of GraphQL over WebSocket, both subprotocols, over a connection that others look after.

    client = GraphqlClient(send_text, clock)
    client.opened("graphql-transport-ws")   # and then received(message) for each message, at last ended(why)
    operation = await client.start(request_at(document, 0, None))

It shows what happens instead of judging it: where a real client would close the connection because the server
broke a rule, it writes a note and goes on. Everything that is kept is bounded and everything is counted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from wslab.i18n import N_, sentence
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.graphql.document import Request, request_at
from wslab.lab.graphql.incoming import Incoming
from wslab.lab.graphql.notes import Notebook
from wslab.lab.graphql.operation import Operation, OperationState
from wslab.lab.graphql.operations import Operations
from wslab.lab.graphql.outbox import Outbox
from wslab.lab.graphql.schema import QUERY, Schema, read_schema
from wslab.lab.graphql.variables import read_object
from wslab.lab.system_errors import told
from wslab.wire.clock import Clock
from wslab.wire.graphql.subprotocols import SUBPROTOCOLS, TRANSPORT, Subprotocol
from wslab.wire.graphql.writer import write

MOST_LIVE = 100
"""Operations that run or wait at the same time."""
MOST_UNSENT = 64
"""Answers that wait to be sent; a server that asks faster than it reads gets no more of them."""
INIT_PAYLOAD = N_("payload of connection_init")


class Stage(Enum):
    """Where the connection stands; the values are words for it, to be translated where they are shown."""

    CLOSED = N_("not connected")
    FOREIGN = N_("no subprotocol of GraphQL")
    OPEN = N_("connection_init is due")
    ASKED = N_("waiting for connection_ack")
    LET_IN = N_("let in")
    REFUSED = N_("refused")


class GraphqlClient:
    """One client, for one connection after the other.

    Args:
        send_text: sends a text message. It raises NotOpen or WorkbenchError where there is no connection.
        clock: the times of notes and results.
    """

    def __init__(self, send_text: Callable[[str], Awaitable[None]], clock: Clock) -> None:
        self.stage = Stage.CLOSED
        self.subprotocol: Subprotocol | None = None
        """Which one was negotiated for this connection or the last one, where it is one of GraphQL."""
        self.operations = Operations()
        self.init_by_itself = True
        """Whether connection_init is sent as soon as a connection is open."""
        self.init_text = ""
        """The payload of connection_init as JSON; nothing leaves it out."""
        self.notebook = Notebook()
        """What happened to this connection or the last one."""
        self.schema: Schema | None = None
        """What the server said of its schema, once it was asked."""
        self.schema_trouble = ""
        """Why there is none, where it was asked."""
        self.introspection: Operation | None = None
        """The operation that asks for the schema."""
        self.version = 0
        """Changes with everything that there is to see."""
        self._send_text = send_text
        self._clock = clock
        self._opened = clock.monotonic()
        self._incoming = Incoming(self)
        self._listeners: list[Callable[[], None]] = []
        self._outbox = self._new_outbox()
        self._pinged: tuple[float, dict[str, Any]] | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Have a function called after everything that changes what there is to see."""
        self._listeners.append(listener)

    @property
    def reading_schema(self) -> bool:
        """Whether the server was asked for its schema and has not answered yet."""
        return self.introspection is not None and self.introspection.live

    # What happens to the connection

    def opened(self, subprotocol: str | None) -> None:
        """Take a connection that is open now.

        Args:
            subprotocol: the one that the server chose.
        """
        if self.stage is not Stage.CLOSED:
            self.ended(sentence("another connection took its place"))
        self.notebook = Notebook()
        self._outbox = self._new_outbox()
        self.schema = self.introspection = self._pinged = None
        self.schema_trouble = ""
        self._opened = self._clock.monotonic()
        self.subprotocol = SUBPROTOCOLS.get(subprotocol or "")
        if self.subprotocol is None:
            self.stage = Stage.FOREIGN
            self.note(self._foreign(), bad=True)
            return
        self.stage = Stage.OPEN
        self.note(sentence("open, with the subprotocol {name}", name=self.subprotocol.name))
        if self.init_by_itself:
            try:
                self._outbox.post(self._init_message())
            except ValueError as error:
                self.note(sentence("connection_init is not sent: {why}", why=error.args[0]), bad=True)

    def received(self, message: str | bytes) -> None:
        """Take a whole message of the server. Never raises, whatever it is."""
        if self.subprotocol is not None and self.stage is not Stage.CLOSED:
            self._incoming.take(message, self.subprotocol)
            self.changed()

    def ended(self, why: str) -> None:
        """Take note that the connection is over.

        Args:
            why: one line.
        """
        if self.stage is Stage.CLOSED:
            return
        self.stage = Stage.CLOSED
        self._outbox.close()
        for operation in self.operations.live:
            operation.why = why
            self.operations.end(operation, OperationState.LOST)
            if operation is self.introspection:
                self.schema_trouble = why
        self.note(sentence("the connection is over: {why}", why=why))

    # What a learner does

    async def init(self) -> None:
        """Send connection_init.

        Raises:
            ValueError: its payload is no JSON object.
            WorkbenchError, NotOpen, OSError: there is no connection for it.
        """
        self._subprotocol()
        await self._send(self._init_message())

    async def start(self, request: Request) -> Operation:
        """Start an operation; one that comes before the server has let this client in waits for that.

        Raises:
            ValueError: its variables are nothing that JSON has.
            WorkbenchError, NotOpen, OSError: it cannot be started now.
        """
        subprotocol = self._subprotocol()
        if self.stage is Stage.REFUSED:
            raise WorkbenchError(
                sentence("the server has refused this client: send connection_init with another payload")
            )
        if len(self.operations.live) >= MOST_LIVE:
            raise WorkbenchError(sentence("{count} operations run already: stop some", count=MOST_LIVE))
        identity = self.operations.new_id()
        payload: dict[str, Any] = {"query": request.query}
        if request.name is not None:
            payload["operationName"] = request.name
        if request.variables is not None:
            payload["variables"] = request.variables
        kind = "subscribe" if subprotocol is TRANSPORT else "start"
        message = write(kind, identity, payload)
        operation = Operation(identity, request, message, self._clock.monotonic())
        self.operations.add(operation)
        if self.stage is Stage.LET_IN:
            # Its first result may come before the message is known to be sent.
            operation.state = OperationState.RUNNING
            try:
                await self._send(message)
            except BaseException as error:
                if operation.live:
                    operation.why = sentence("not sent: {why}", why=told(error))
                    self.operations.end(operation, OperationState.LOST)
                    self.changed()
                raise
        self.changed()
        return operation

    async def stop(self, operation: Operation) -> None:
        """Tell the server that no more results of an operation are wanted.

        Raises:
            WorkbenchError, NotOpen, OSError: it is over already, or there is no connection.
        """
        if not operation.live:
            raise WorkbenchError(sentence("operation {id} is over already", id=operation.id))
        subprotocol = self._subprotocol()
        known = operation.state is OperationState.RUNNING
        self.operations.end(operation, OperationState.STOPPED)
        self.changed()
        if not known:
            return
        message = write("complete" if subprotocol is TRANSPORT else "stop", operation.id)
        if self._outbox.busy:
            self._outbox.post(message)  # What starts it may still be in there.
        else:
            await self._send(message)

    async def ping(self) -> None:
        """Send a ping message; its pong is written down with the time it took.

        Raises:
            WorkbenchError, NotOpen, OSError: there is no connection, or its subprotocol has no such message.
        """
        if self._subprotocol() is not TRANSPORT:
            raise WorkbenchError(
                sentence("{name} has no ping message: its server sends ka", name="graphql-ws")
            )
        counts = self.notebook.counts
        counts.pings_sent += 1
        payload = {"ping": counts.pings_sent}
        self._pinged = self._clock.monotonic(), payload
        await self._send(write("ping", payload=payload))

    async def terminate(self) -> None:
        """Send connection_terminate: the server closes the connection then.

        Raises:
            WorkbenchError, NotOpen, OSError: there is no connection, or its subprotocol has no such message.
        """
        if self._subprotocol() is TRANSPORT:
            raise WorkbenchError(
                sentence("{name} has no connection_terminate: close the connection", name=TRANSPORT.name)
            )
        await self._send(write("connection_terminate"))
        self.note(sentence("connection_terminate is sent"))

    async def introspect(self) -> None:
        """Ask the server for its schema.

        Raises:
            WorkbenchError, NotOpen, OSError: that cannot be done now.
        """
        if not self.reading_schema:
            self.schema_trouble = ""
            self.introspection = await self.start(request_at(QUERY, 0, None))

    def forget_over(self) -> None:
        """Let go of the operations that are over."""
        self.operations.forget_over()
        self.changed()

    # For what reads the messages of the server

    def note(self, text: str, *, bad: bool = False) -> None:
        """Write a note down, with the present time."""
        self.notebook.write(self._clock.monotonic() - self._opened, text, bad=bad)
        self.changed()

    def changed(self) -> None:
        """Tell who listens that there is something new to see."""
        self.version += 1
        for listener in self._listeners:
            listener()

    def answer(self, message: str) -> bool:
        """Send an answer to the server soon; return whether there is room for it."""
        if len(self._outbox) >= MOST_UNSENT:
            self.note(
                sentence("{count} answers wait to be sent: one is left out", count=MOST_UNSENT), bad=True
            )
            return False
        self._outbox.post(message)
        return True

    def let_in(self) -> None:
        """Go on now that the server has acknowledged the connection."""
        self.stage = Stage.LET_IN
        for operation in self.operations.live:
            if operation.state is OperationState.WAITING:
                operation.state = OperationState.RUNNING
                self._outbox.post(operation.message)

    def refused(self) -> None:
        """Take note that the server does not let this client in. What waits goes on waiting."""
        self.stage = Stage.REFUSED

    def take_result(self, operation: Operation, payload: dict[str, Any]) -> None:
        """Take a result of an operation that runs."""
        self.notebook.counts.results += 1
        operation.add(payload, self._clock.monotonic())
        if operation is self.introspection:
            try:
                self.schema = read_schema(payload.get("data"))
            except ValueError as error:
                errors = operation.results[-1].errors
                self.schema_trouble = errors[0].message if errors else error.args[0]

    def take_end(self, operation: Operation, state: OperationState, errors: object = None) -> None:
        """Take note that the server has ended an operation."""
        operation.errors = operation.troubles(errors)
        self.operations.end(operation, state)
        if operation is self.introspection and self.schema is None and not self.schema_trouble:
            nothing = sentence("the server has answered nothing")
            self.schema_trouble = operation.errors[0].message if operation.errors else nothing

    def take_pong(self, payload: Any) -> None:
        """Take a pong: the answer to a ping that was sent, or a sign of life."""
        self.notebook.counts.pongs_received += 1
        if self._pinged is None:
            return
        (since, sent), self._pinged = self._pinged, None
        took = f"{(self._clock.monotonic() - since) * 1000:.1f}"
        if payload == sent:
            self.note(sentence("pong after {took} ms", took=took))
        else:
            self.note(sentence("pong after {took} ms, without the payload of the ping", took=took))

    # Below

    def _subprotocol(self) -> Subprotocol:
        if self.stage is Stage.CLOSED:
            raise WorkbenchError(sentence("there is no connection: connect to a GraphQL server first"))
        if self.subprotocol is None:
            raise WorkbenchError(self._foreign())
        return self.subprotocol

    @staticmethod
    def _foreign() -> str:
        return sentence(
            "this connection has no subprotocol of GraphQL: offer {names} when connecting",
            names=", ".join(SUBPROTOCOLS),
        )

    def _init_message(self) -> str:
        """Return connection_init, and count it as sent."""
        payload = read_object(self.init_text, sentence(INIT_PAYLOAD))
        self.notebook.counts.inits += 1
        if self.stage in (Stage.OPEN, Stage.REFUSED):
            self.stage = Stage.ASKED
        self.note(sentence("connection_init is sent"))
        return write("connection_init") if payload is None else write("connection_init", payload=payload)

    def _new_outbox(self) -> Outbox:
        return Outbox(self._send, lambda why: self.note(sentence("not sent: {why}", why=why), bad=True))

    async def _send(self, message: str) -> None:
        await self._send_text(message)
        self.changed()

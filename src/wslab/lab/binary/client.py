"""The client of the lab's binary protocol (`docs/binary-protocol.md`): sends messages, finds their answers.

It has no connection of its own. Whoever has one hands it a function that sends, and tells it what comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from wslab.i18n import Sentence, sentence
from wslab.lab.binary.assembled import Assembled, assemble
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.draft import Draft
from wslab.lab.binary.errors import NoAnswer, Refused
from wslab.lab.binary.history import Entry, History, Totals
from wslab.lab.binary.marks import Said, messages
from wslab.lab.binary.upload import Uploader
from wslab.lab.binary.waiting import Question, Waiting
from wslab.wire.clock import Clock
from wslab.wire.labproto.bodies import Body, Error, FileChunk, FileState, FileStatus, Sample
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import SUBPROTOCOLS, TYPE_OF

PATIENCE = 30.0
"""Seconds to wait for an answer."""

Send = Callable[[bytes], Awaitable[None]]
"""Sends a binary message. It raises where there is no connection."""


class BinaryClient:
    """One side of the protocol.

    Args:
        send_binary: sends a binary WebSocket message; what it raises is raised to who asked for the sending.
        clock: where times come from.
        patience: seconds to wait for an answer that is waited for.
    """

    def __init__(self, send_binary: Send, clock: Clock, *, patience: float = PATIENCE) -> None:
        self._send_binary = send_binary
        self._clock = clock
        self._patience = patience
        self._listeners: list[Callable[[], None]] = []
        self._waiting = Waiting()
        self._next = 1
        self.history = History()
        self.version = 0
        """Changes with everything that there is to see."""
        self.connected = False
        self.agreed = 1
        """The highest version of messages that the connection agreed on; 1 where none was agreed on."""
        self.transfer = 0
        """The number of the transfer that was last heard of; 0 where there was none."""
        self.files = Uploader(self, self._changed)
        """Sends files."""

    def listen(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after whatever changes what there is to see."""
        self._listeners.append(callback)

    def _changed(self) -> None:
        self.version += 1
        for listener in self._listeners:
            listener()

    @property
    def totals(self) -> Totals:
        """Counts since the client was made."""
        return self.history.totals

    @property
    def sequence(self) -> int:
        """The number that the next message gets."""
        return self._next

    @property
    def unanswered(self) -> int:
        """Messages that may still be answered."""
        return len(self._waiting)

    # What the connection tells

    def opened(self, subprotocol: str | None) -> None:
        """Begin a connection: numbers begin at 1, and what the server chose says which versions there are."""
        known = {name: version for version, name in SUBPROTOCOLS.items()}
        self.agreed = known.get(subprotocol or "", 1)
        self.connected = True
        self._next = 1
        self._waiting.end(NoAnswer(sentence("another connection was opened")))
        note = (
            sentence("connected, with {subprotocol}", subprotocol=subprotocol)
            if subprotocol
            else sentence("connected, without a subprotocol: version 1 is spoken")
        )
        self._note(note)

    def ended(self, why: str) -> None:
        """End a connection: no answer comes any more. A file that was on its way can be resumed."""
        told = sentence("the connection is over: {why}", why=why)
        self._waiting.end(NoAnswer(told))  # also where the client was made when it was open already
        if self.connected:
            self.connected = False
            self._note(told)

    def received(self, message: str | bytes) -> None:
        """Take in a whole message of the other side."""
        totals = self.totals
        if isinstance(message, str):
            totals.received += 1
            totals.unread += 1
            size = len(message.encode(errors="replace"))
            totals.received_bytes += size
            note = sentence("a text message: this protocol has none")
            self._add(Entry(self._clock.wall(), "<", "TEXT", size=size, note=note, error=True))
        else:
            for said in messages(message, self.agreed):
                self._receive(said)
        self._changed()

    def _receive(self, said: Said) -> None:
        totals, body = self.totals, said.item.body
        size = said.item.end - said.item.start
        totals.received += 1
        totals.received_bytes += size
        if said.item.problems:
            totals.unread += 1
        elif isinstance(body, Error):
            totals.errors += 1
        elif isinstance(body, Sample) and not said.answer:
            totals.samples += 1
        if isinstance(body, FileStatus):
            self.transfer = body.transfer
        question = self._waiting.answered(said.sequence) if said.answer else None
        if question is not None:
            totals.answers += 1
        receiving = isinstance(body, FileStatus) and body.state == FileState.RECEIVING
        if not (question is not None and question.quiet and receiving and not said.problem):
            self._add(self._entry_of(said, size, question))
        if question is None or question.answer is None or question.answer.done():
            return
        if body is None or said.problem is not None:
            question.fail(
                NoAnswer(sentence("the answer cannot be read: {problem}", problem=said.problem or ""))
            )
        else:
            question.answer.set_result(body)

    def _entry_of(self, said: Said, size: int, question: Question | None) -> Entry:
        """Return the entry of a message that came."""
        return Entry(
            self._clock.wall(), "<", said.name, said.sequence, size, said.summary,
            answers=question.name if question else "",
            note=said.problem or "", error=bool(said.item.problems) or isinstance(said.item.body, Error),
        )  # fmt: skip

    def _note(self, text: Sentence) -> None:
        self._add(Entry(self._clock.wall(), "-", note=text))
        self._changed()

    def _add(self, entry: Entry) -> None:
        self.history.add(entry)

    # What is sent

    def assemble(self, draft: Draft) -> Assembled:
        """Return a draft as bytes, with the number that it would get now."""
        return assemble(draft, sequence=self._next, now=self._clock.wall())

    async def send(self, draft: Draft, damage: Damage | None = None) -> None:
        """Send a message that was typed.

        Args:
            draft: what was typed.
            damage: the byte that is changed on its way; none where None.

        Raises:
            BadField: a field has no value, or there is no byte to damage.
            Exception: what the function that sends raises; the message was not sent then.
        """
        data = self.assemble(draft).message
        await self._dispatch(data if damage is None else damage.apply(data), damage)

    async def _dispatch(self, data: bytes, damage: Damage | None = None) -> None:
        said = tuple(messages(data, self.agreed))
        entry = self._entry(said[0], len(data), damage)
        await self._put(data, [Question(each.sequence, each.name) for each in said], entry)

    async def _put(self, data: bytes, questions: list[Question], entry: Entry | None) -> None:
        """Send bytes, and remember what may be answered: what a reader takes them for."""
        # Before they are sent: an answer may be here when the sending returns.
        for question in questions:
            self._waiting.add(question)
        number = self._next
        self._next = (number + 1) % 2**32
        if entry is not None:
            self._add(entry)
        try:
            await self._send_binary(data)
        except BaseException:
            for question in questions:
                self._waiting.drop(question)
            if entry is not None:
                self.history.retract(entry)
            if self._next == (number + 1) % 2**32:
                self._next = number
            raise
        self.totals.sent += 1
        self.totals.sent_bytes += len(data)
        self._changed()

    def _entry(self, said: Said, size: int, damage: Damage | None) -> Entry:
        place = damage.offset if damage else None
        wall, note = self._clock.wall(), said.problem or ""
        return Entry(wall, ">", said.name, said.sequence, size, said.summary, damaged=place, note=note)

    async def post(self, body: Body, *, flags: int = 0, damage: Damage | None = None) -> Question:
        """Send a message whose answer is waited for later, with `answer`.

        Args:
            body: what it says.
            flags: of its header.
            damage: the byte that is changed on its way; none where None.

        Raises:
            BadField: there is no byte to damage.
            Exception: what the function that sends raises.
        """
        sequence = self._next
        data = encode(body, sequence=sequence, flags=flags)
        answer: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
        quiet = damage is None and isinstance(body, FileChunk)
        questions = [Question(sequence, TYPE_OF[type(body)].name, answer, quiet)]
        entry = None
        if not quiet:
            data = data if damage is None else damage.apply(data)
            first, *others = messages(data, self.agreed)
            entry = self._entry(first, len(data), damage)
            questions = [Question(first.sequence, first.name, answer)]
            questions += [Question(each.sequence, each.name) for each in others]
        await self._put(data, questions, entry)
        if isinstance(body, FileChunk):
            self.totals.chunks += 1
        return questions[0]

    async def answer(self, question: Question) -> Body:
        """Wait for the answer to a message.

        Raises:
            Refused: it is an ERROR.
            NoAnswer: it will not come, or took too long.
        """
        assert question.answer is not None
        try:
            async with asyncio.timeout(self._patience):
                body = await question.answer
        except TimeoutError:
            told = sentence(
                "no answer to {name} within {seconds:g} s", name=question.name, seconds=self._patience
            )
            raise NoAnswer(told) from None
        finally:
            self._waiting.drop(question)
        if isinstance(body, Error):
            raise Refused(body)
        return body

    def give_up(self, questions: Iterable[Question], why: Exception) -> None:
        """Wait for some answers no longer, and tell who does."""
        for question in questions:
            self._waiting.drop(question)
            question.fail(why)

    async def ask(self, body: Body, *, flags: int = 0) -> Body:
        """Send a message and return its answer; raises what `post` and `answer` raise."""
        return await self.answer(await self.post(body, flags=flags))

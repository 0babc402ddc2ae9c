"""A file on its way: announced, sent in chunks that are acknowledged, and resumed where it was broken off."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from wslab.i18n import N_, sentence
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.errors import NoAnswer, Refused
from wslab.lab.binary.local_file import LocalFile, look_at
from wslab.lab.binary.waiting import Question
from wslab.wire.labproto.bodies import Body, FileChunk, FileOpen, FileResume, FileState, FileStatus
from wslab.wire.labproto.layout import ACK_WANTED, CHECKSUM, LONGEST_CHUNK, ErrorCode

CHUNK = 16 * 1024
"""Bytes of data in each chunk, unless somebody wants it otherwise."""
WINDOW = 8
"""Chunks that are on their way without an acknowledgement, at most: so a slow server slows this side down."""
MOST_REPAIRS = 3
"""Times in a row that a chunk is sent again without the file getting on."""
_REPAIRABLE = frozenset(
    {
        ErrorCode.BAD_VERSION, ErrorCode.BAD_LENGTH, ErrorCode.UNKNOWN_TYPE, ErrorCode.UNKNOWN_FLAG,
        ErrorCode.BAD_CHECKSUM, ErrorCode.MISSING_CHECKSUM, ErrorCode.WRONG_OFFSET,
    }
)  # fmt: skip
"""What a chunk that was damaged on its way leads to. The server has all before it, and says so when asked."""


class UploadState(Enum):
    """Where a file is."""

    READING = N_("reading the file")
    SENDING = N_("sending")
    INTERRUPTED = N_("interrupted")
    """It can be resumed."""
    COMPLETE = N_("complete")
    FAILED = N_("failed")


@dataclass(slots=True, eq=False)
class Upload:
    """A file that is sent, as far as that has come."""

    path: Path
    state: UploadState = UploadState.READING
    file: LocalFile | None = None
    """What was announced; None while the file is read."""
    crc: int = 0
    """The CRC-32 that was announced."""
    transfer: int | None = None
    """The server's number for it."""
    acknowledged: int = 0
    """Bytes that the server has said it has."""
    sent: int = 0
    """Bytes that were sent, on their way or there."""
    repairs: int = 0
    """Times that something was sent again because it was damaged."""
    why: str = ""
    """What interrupted it or made it fail; a `Sentence` where it is of the lab."""

    @property
    def size(self) -> int:
        """Bytes of the file; 0 while it is read."""
        return self.file.size if self.file else 0

    @property
    def under_way(self) -> bool:
        """Whether it is being read or sent now."""
        return self.state in (UploadState.READING, UploadState.SENDING)

    @property
    def share(self) -> float:
        """How much of it the server has, from 0 to 1."""
        if self.state is UploadState.COMPLETE:
            return 1.0
        return self.acknowledged / self.size if self.size else 0.0


class Dialogue(Protocol):
    """What a file is sent over."""

    async def post(self, body: Body, *, flags: int = 0, damage: Damage | None = None) -> Question:
        """Send a message whose answer is waited for later."""

    async def answer(self, question: Question) -> Body:
        """Wait for an answer; `Refused` and `NoAnswer` say why there is none."""

    def give_up(self, questions: Iterable[Question], why: Exception) -> None:
        """Wait for these answers no longer, and tell who does."""


class Uploader:
    """Sends one file at a time.

    Args:
        dialogue: what it is sent over.
        changed: called whenever there is something new to see.
    """

    def __init__(self, dialogue: Dialogue, changed: Callable[[], None]) -> None:
        self._dialogue = dialogue
        self._changed = changed
        self._window: deque[Question] = deque()
        self._stopping = False
        self._chunk = CHUNK
        self._damage: Damage | None = None
        self.upload: Upload | None = None
        """The file that is on its way or was last."""

    async def send(
        self, path: Path, *, chunk: int = CHUNK, crc: int | None = None, damage: Damage | None = None
    ) -> Upload:
        """Send a file and return it when the server has all of it.

        Args:
            path: the file.
            chunk: bytes of data in each chunk, 1 to 65536.
            crc: CRC-32 to announce; the right one where None.
            damage: a byte that is changed in one chunk on its way. The server notices, and it is sent again.

        Raises:
            ValueError: a file is on its way already, or this one changed meanwhile.
            BadField: the size of a chunk is not allowed.
            Refused: the server does not take it, or took it and it is damaged.
            NoAnswer: it was broken off; `resume` goes on with it.
            OSError: the file cannot be read.
        """
        self._free()
        if not 1 <= chunk <= LONGEST_CHUNK:
            right = sentence("it is from {low} to {high}", low=1, high=LONGEST_CHUNK)
            raise BadField("chunk", str(chunk), right)
        upload = self.upload = Upload(path)
        self._chunk, self._damage = chunk, damage
        return await self._guarded(upload, self._begin(upload, crc))

    async def resume(self) -> Upload:
        """Go on with the file that was interrupted, where the server says; the connection may be another.

        Raises:
            ValueError: there is none, or the file or what the server has of it is another one now.
            Refused, NoAnswer, OSError: as `send` does.
        """
        self._free()
        upload = self.upload
        if upload is None or upload.state is not UploadState.INTERRUPTED:
            raise ValueError(sentence("there is no file that was interrupted: send one"))
        return await self._guarded(upload, self._again(upload))

    def stop(self) -> None:
        """Break off the file that is on its way; `resume` goes on with it.

        Raises:
            ValueError: none is on its way.
        """
        if self.upload is None or not self.upload.under_way:
            raise ValueError(sentence("no file is on its way"))
        self._stopping = True
        self._dialogue.give_up(self._window, _stopped())

    def _free(self) -> None:
        if self.upload is not None and self.upload.under_way:
            raise ValueError(sentence("a file is on its way already: stop it first"))

    async def _guarded(self, upload: Upload, work: Coroutine[object, object, None]) -> Upload:
        """Do the work, and have the upload say how it ended, whatever happens."""
        self._stopping = False
        upload.why = ""
        try:
            await work
            upload.state = UploadState.COMPLETE
        except BaseException as error:
            # What has no number at the server cannot be asked for again.
            lasting = isinstance(error, ValueError) or upload.transfer is None
            upload.state = UploadState.FAILED if lasting else UploadState.INTERRUPTED
            upload.why = str(error)
            raise
        finally:
            self._dialogue.give_up(self._window, _stopped())
            self._window.clear()
            self._changed()
        return upload

    async def _begin(self, upload: Upload, crc: int | None) -> None:
        upload.state = UploadState.READING
        self._changed()
        upload.file = file = await asyncio.to_thread(look_at, upload.path)
        upload.crc = file.crc if crc is None else crc
        status = await self._ask(FileOpen(file.size, upload.crc, file.name))
        upload.transfer = status.transfer
        await self._send_from(upload, file, status)

    async def _again(self, upload: Upload) -> None:
        assert upload.file is not None
        assert upload.transfer is not None
        upload.file.check()
        status = await self._ask(FileResume(upload.transfer))
        if (status.size, status.crc) != (upload.file.size, upload.crc):
            told = sentence("the server has another file under this number: send it anew")
            raise ValueError(told)
        await self._send_from(upload, upload.file, status)

    async def _ask(self, body: FileOpen | FileResume) -> FileStatus:
        """Ask where a transfer is."""
        if self._stopping:
            raise _stopped()
        self._window.append(await self._dialogue.post(body))
        status = await self._next()
        if not isinstance(status, FileStatus) or status.state == FileState.FORGOTTEN:
            raise NoAnswer(sentence("the server answered with something else than where the file is"))
        return status

    async def _send_from(self, upload: Upload, file: LocalFile, status: FileStatus) -> None:
        """Send chunks until the server has all; what was damaged on its way is sent again."""
        upload.state = UploadState.SENDING
        fruitless = 0
        while status.state != FileState.COMPLETE:
            have = upload.acknowledged = upload.sent = status.offset
            self._changed()
            try:
                status = await self._send_chunks(upload, file)
            except Refused as refused:
                if refused.error.code not in _REPAIRABLE or fruitless == MOST_REPAIRS:
                    raise
                await self._drain()
                fruitless = fruitless + 1 if upload.acknowledged == have else 0
                upload.repairs += 1
                assert upload.transfer is not None
                status = await self._ask(FileResume(upload.transfer))
        upload.acknowledged = upload.sent = file.size

    async def _send_chunks(self, upload: Upload, file: LocalFile) -> FileStatus:
        """Send what is missing, at most a window ahead of the acknowledgements; return the last one."""
        assert upload.transfer is not None
        while True:
            while upload.sent < file.size and len(self._window) < WINDOW:
                data = await asyncio.to_thread(file.read, upload.sent, self._chunk)
                if self._stopping:
                    raise _stopped()
                chunk = FileChunk(upload.transfer, upload.sent, data)
                damage = self._damage_of(upload.sent, file)
                question = await self._dialogue.post(chunk, flags=ACK_WANTED | CHECKSUM, damage=damage)
                self._window.append(question)
                upload.sent += len(data)
                self._changed()
            if not self._window:
                raise NoAnswer(sentence("all was sent, and the server says that the file is not complete"))
            status = await self._next()
            if not isinstance(status, FileStatus):
                raise NoAnswer(sentence("the server answered with something else than where the file is"))
            upload.acknowledged = status.offset
            self._changed()
            if status.state == FileState.COMPLETE:
                return status

    async def _next(self) -> Body:
        """Wait for the oldest answer. Who stops the file finds what is waited for in the window."""
        try:
            return await self._dialogue.answer(self._window[0])
        finally:
            self._window.popleft()

    def _damage_of(self, offset: int, file: LocalFile) -> Damage | None:
        """The second chunk is damaged, once; the first where there is no second."""
        if self._damage is None or offset < min(self._chunk, max(0, file.size - self._chunk)):
            return None
        damage, self._damage = self._damage, None
        return damage

    async def _drain(self) -> None:
        """Wait for the answers to what is still on its way. They are refusals too, as a chunk is missing."""
        while self._window:
            try:
                await self._next()
            except Refused:
                continue


def _stopped() -> NoAnswer:
    return NoAnswer(sentence("stopped"))

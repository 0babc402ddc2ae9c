"""Files that clients send in pieces, kept in memory within limits (`docs/binary-protocol.md`, section 5)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from wslab.units import format_size
from wslab.wire.labproto.bodies import Error, FileChunk, FileOpen, FileState, FileStatus
from wslab.wire.labproto.layout import ErrorCode, Type
from wslab.wire.labproto.problems import refusal

MOST_TRANSFERS = 64
"""Transfers that are kept at once."""
SHARES = 4
"""Connections that have room beside each other: each holds this part of transfers and store at most."""
SPARED = 60.0
"""Seconds after its connection for which a transfer need not give room: the client may come back."""


class Refused(Exception):
    """A message cannot be served; `error` is what to answer."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.text)
        self.error = error


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept."""

    file: int = 16 * 2**20
    """Bytes of one file."""
    store: int = 64 * 2**20
    """Bytes of all files, as they were announced: who was let in can finish."""
    forget: float = 600.0
    """Seconds without use after which a transfer is forgotten."""

    @property
    def share(self) -> int:
        """Bytes that one connection may hold: a part of the store, at least one file of the largest size."""
        return max(self.store // SHARES, min(self.file, self.store))


@dataclass(slots=True, eq=False)
class Transfer:
    """One file, as far as it has come."""

    number: int
    size: int
    crc: int
    name: str
    used: float
    """When somebody last asked for it or added to it."""
    holder: object | None = None
    """The connection whose share it is part of: that opened it or went on with it; None where it is over."""
    left: float = 0.0
    """When that connection ended; when it was opened where none did."""
    data: bytearray = field(default_factory=bytearray)
    running_crc: int = 0
    """CRC-32 of what is there: the whole file need not be read again at its end."""

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        return len(self.data) == self.size

    def status(self, state: FileState | None = None) -> FileStatus:
        """Return where it is."""
        if state is None:
            state = FileState.COMPLETE if self.complete else FileState.RECEIVING
        offset = 0 if state == FileState.FORGOTTEN else len(self.data)
        return FileStatus(self.number, state, offset, self.size, self.crc, self.name)


class Transfers:
    """Every transfer of a server. Who knows the number may go on with one, over any connection.

    Each counts as part of the share of one connection, so that no client can keep all others out.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        now: Callable[[], float] = time.monotonic,
        draw: Callable[[], int] = lambda: secrets.randbits(64),
    ) -> None:
        """Begin with none.

        Args:
            limits: how much is kept; they may be changed later.
            now: seconds on a clock that only goes forward.
            draw: returns a number of 64 bits that nobody can guess.
        """
        self.limits = limits or Limits()
        self._now = now
        self._draw = draw
        self._transfers: dict[int, Transfer] = {}
        self._announced = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._transfers)

    @property
    def announced(self) -> int:
        """Bytes that all of them have once they are complete."""
        return self._announced

    def open(self, request: FileOpen, holder: object | None = None) -> Transfer:
        """Begin a transfer.

        Args:
            request: what is announced.
            holder: the connection that asks, whose share it becomes part of.

        Raises:
            Refused: LIMIT, or BAD_FILE for a file of no bytes whose CRC-32 is not 0.
        """
        self.expire()
        if request.size > self.limits.file:
            self._refuse_open(request, f"a file has {format_size(self.limits.file)} at most")
        self._check_share(request, holder)
        if request.size == 0 and request.crc != 0:
            raise _wrong_crc(Type.FILE_OPEN, request.crc, 0)
        self._make_room(request)
        number = self._draw()
        while number in self._transfers:
            number = self._draw()
        now = self._now()
        transfer = Transfer(number, request.size, request.crc, request.name, now, holder=holder, left=now)
        self._transfers[number] = transfer
        self._announced += transfer.size
        return transfer

    def _check_share(self, request: FileOpen, holder: object | None) -> None:
        """See that nobody keeps the others out."""
        count, left = self._left_of(holder)
        if count < 1:
            most = MOST_TRANSFERS // SHARES
            self._refuse_open(request, f"this connection has {most} transfers already; FILE_FORGET ends one")
        if request.size > left:
            told = f"of its {format_size(self.limits.share)} this connection has {format_size(left)} left"
            self._refuse_open(request, f"{told}; FILE_FORGET frees some")

    def _left_of(self, holder: object | None) -> tuple[int, int]:
        """Return how many transfers and bytes are left of the share of a connection."""
        held = [
            each.size for each in self._transfers.values() if holder is not None and each.holder is holder
        ]
        return MOST_TRANSFERS // SHARES - len(held), self.limits.share - sum(held)

    def _make_room(self, request: FileOpen) -> None:
        """Forget what no connection holds, the longest unused first, where there is no room without that."""
        now = self._now()
        count = len(self._transfers) + 1 - MOST_TRANSFERS
        size = self._announced + request.size - self.limits.store
        givers = [
            each for each in self._transfers.values() if each.holder is None and now - each.left >= SPARED
        ]
        going = []
        for transfer in sorted(givers, key=lambda each: each.used):
            if count <= 0 and size <= 0:
                break
            going.append(transfer)
            count, size = count - 1, size - transfer.size
        if count > 0:
            self._refuse_open(request, f"there are {MOST_TRANSFERS} transfers already; FILE_FORGET ends one")
        if size > 0:
            left = format_size(self.limits.store - self._announced)
            self._refuse_open(request, f"of the server's memory {left} are left; FILE_FORGET frees some")
        for transfer in going:
            self._drop(transfer)

    def _refuse_open(self, request: FileOpen, right: str) -> None:
        raise Refused(refusal(ErrorCode.LIMIT, Type.FILE_OPEN, "size", request.size, right))

    def find(self, number: int, kind: Type, holder: object | None = None) -> Transfer:
        """Return a transfer, which counts as a use of it.

        Args:
            number: of the transfer.
            kind: type of the message that asks.
            holder: the connection that goes on with it: the transfer becomes part of its share, if it is part
                of none and there is room in that.

        Raises:
            Refused: UNKNOWN_TRANSFER.
        """
        self.expire()
        transfer = self._transfers.get(number)
        if transfer is None:
            right = (
                f"no transfer has this number; one that nobody used for {self.limits.forget:g} s is forgotten"
            )
            raise Refused(refusal(ErrorCode.UNKNOWN_TRANSFER, kind, "transfer", f"{number:016x}", right))
        transfer.used = self._now()
        if transfer.holder is None and holder is not None:
            count, left = self._left_of(holder)
            if count >= 1 and transfer.size <= left:
                transfer.holder = holder
        return transfer

    def leave(self, holder: object) -> None:
        """Note that a connection is over. What it held stays, for its client may come back."""
        for transfer in self._transfers.values():
            if transfer.holder is holder:
                transfer.holder, transfer.left = None, self._now()

    def add(self, chunk: FileChunk, holder: object | None = None) -> Transfer:
        """Add a chunk to its file; `holder` as `find` has it.

        Raises:
            Refused: UNKNOWN_TRANSFER, UNEXPECTED, WRONG_OFFSET, BAD_LENGTH or BAD_FILE; the last forgets it.
        """
        transfer = self.find(chunk.transfer, Type.FILE_CHUNK, holder)
        have = len(transfer.data)
        missing = transfer.size - have
        if not missing:
            right, value = "the file is complete", f"{chunk.transfer:016x}"
            raise Refused(refusal(ErrorCode.UNEXPECTED, Type.FILE_CHUNK, "transfer", value, right))
        if chunk.offset != have:
            right = f"the file goes on at {have}"
            raise Refused(refusal(ErrorCode.WRONG_OFFSET, Type.FILE_CHUNK, "offset", chunk.offset, right))
        if len(chunk.data) > missing:
            right, value = f"{missing} bytes of the file are missing", f"{len(chunk.data)} bytes"
            raise Refused(refusal(ErrorCode.BAD_LENGTH, Type.FILE_CHUNK, "data", value, right))
        transfer.data += chunk.data
        transfer.running_crc = crc32(chunk.data, transfer.running_crc)
        if len(chunk.data) == missing and transfer.running_crc != transfer.crc:
            self._drop(transfer)
            raise _wrong_crc(Type.FILE_CHUNK, transfer.crc, transfer.running_crc)
        return transfer

    def forget(self, number: int) -> FileStatus:
        """Forget a transfer and return the last that is to be said of it.

        Raises:
            Refused: UNKNOWN_TRANSFER.
        """
        transfer = self.find(number, Type.FILE_FORGET)
        self._drop(transfer)
        return transfer.status(FileState.FORGOTTEN)

    def expire(self) -> float:
        """Forget what nobody used for too long.

        Returns:
            Seconds until the next one may be due, at most the time limit itself.
        """
        now, forget = self._now(), self.limits.forget
        for transfer in [each for each in self._transfers.values() if now - each.used >= forget]:
            self._drop(transfer)
        return min((each.used + forget - now for each in self._transfers.values()), default=forget)

    def _drop(self, transfer: Transfer) -> None:
        del self._transfers[transfer.number]
        self._announced -= transfer.size


def _wrong_crc(kind: Type, announced: int, found: int) -> Refused:
    right = f"the file was announced with CRC-32 0x{announced:08x} and has 0x{found:08x}"
    field = "crc" if kind == Type.FILE_OPEN else "data"
    value = f"0x{announced:08x}" if kind == Type.FILE_OPEN else "the last of the file"
    return Refused(refusal(ErrorCode.BAD_FILE, kind, field, value, right))

from __future__ import annotations

import itertools
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.transfers import MOST_TRANSFERS, Limits, Refused, Transfer, Transfers
from wslab.wire.labproto.bodies import FileChunk, FileOpen, FileState
from wslab.wire.labproto.layout import ErrorCode, Type


class Time:
    """A clock that stands still unless told to go on."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def new(limits: Limits | None = None, time: Time | None = None) -> Transfers:
    """Return transfers whose numbers are 1, 2, 3 …"""
    numbers = itertools.count(1)
    return Transfers(limits, time or Time(), lambda: next(numbers))


def announced(data: bytes) -> FileOpen:
    return FileOpen(len(data), crc32(data), "name")


def code(refused: pytest.ExceptionInfo[Refused]) -> ErrorCode:
    return ErrorCode(refused.value.error.code)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_file_in_chunks_of_any_size(data: bytes, draw: st.DataObject) -> None:
    transfers = new()
    transfer = transfers.open(announced(data))
    at = 0
    while at < len(data):
        assert transfer.status().state == FileState.RECEIVING
        piece = data[at : at + draw.draw(st.integers(1, 80))]
        assert transfers.add(FileChunk(1, at, piece)) is transfer
        at += len(piece)
        assert transfer.status().offset == at
    assert transfer.status().state == FileState.COMPLETE
    assert bytes(transfer.data) == data


def test_a_number_that_is_taken_is_drawn_again() -> None:
    drawn = iter([5, 5, 5, 6])
    transfers = Transfers(Limits(), Time(), lambda: next(drawn))
    assert transfers.open(announced(b"a")).number == 5
    assert transfers.open(announced(b"b")).number == 6


def test_numbers_cannot_be_guessed_and_have_64_bits() -> None:
    transfers = Transfers()
    numbers = {transfers.open(announced(b"a")).number for _ in range(MOST_TRANSFERS)}
    assert len(numbers) == MOST_TRANSFERS
    assert max(numbers) > 2**56
    assert all(0 <= number < 2**64 for number in numbers)


def test_what_is_announced_counts_until_it_is_forgotten() -> None:
    transfers = new(Limits(file=60, store=100))
    transfers.open(FileOpen(60, 1, "a"))
    for size in (61, 41):
        with pytest.raises(Refused) as refused:
            transfers.open(FileOpen(size, 1, "b"))
        assert code(refused) == ErrorCode.LIMIT
        assert str(size) in refused.value.error.text
    transfers.open(FileOpen(40, 1, "b"))
    assert (len(transfers), transfers.announced) == (2, 100)
    assert transfers.forget(1).state == FileState.FORGOTTEN
    assert (len(transfers), transfers.announced) == (1, 40)


def test_how_many_there_may_be() -> None:
    transfers = new()
    for _ in range(MOST_TRANSFERS):
        transfers.open(FileOpen(0, 0, "x"))
    with pytest.raises(Refused) as refused:
        transfers.open(FileOpen(0, 0, "x"))
    assert code(refused) == ErrorCode.LIMIT


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        (FileChunk(2, 2, b"c"), ErrorCode.UNKNOWN_TRANSFER),
        (FileChunk(1, 1, b"c"), ErrorCode.WRONG_OFFSET),
        (FileChunk(1, 3, b"c"), ErrorCode.WRONG_OFFSET),
        (FileChunk(1, 2, b"cde"), ErrorCode.BAD_LENGTH),
    ],
)
def test_a_chunk_that_does_not_fit_changes_nothing(chunk: FileChunk, expected: ErrorCode) -> None:
    transfers = new()
    transfer = transfers.open(announced(b"abcd"))
    transfers.add(FileChunk(1, 0, b"ab"))
    with pytest.raises(Refused) as refused:
        transfers.add(chunk)
    assert code(refused) == expected
    assert bytes(transfer.data) == b"ab"
    transfers.add(FileChunk(1, 2, b"cd"))
    assert transfer.complete
    with pytest.raises(Refused) as refused:
        transfers.add(FileChunk(1, 4, b"e"))
    assert code(refused) == ErrorCode.UNEXPECTED


def test_a_whole_file_with_the_wrong_checksum_is_gone_and_frees_its_room() -> None:
    transfers = new()
    transfers.open(FileOpen(2, crc32(b"ab"), "x"))
    with pytest.raises(Refused) as refused:
        transfers.add(FileChunk(1, 0, b"ac"))
    assert code(refused) == ErrorCode.BAD_FILE
    assert (len(transfers), transfers.announced) == (0, 0)


def test_an_empty_file_is_complete_and_its_checksum_is_0() -> None:
    transfers = new()
    assert transfers.open(FileOpen(0, 0, "x")).status().state == FileState.COMPLETE
    with pytest.raises(Refused) as refused:
        transfers.open(FileOpen(0, 7, "x"))
    assert code(refused) == ErrorCode.BAD_FILE
    assert len(transfers) == 1


def test_what_nobody_uses_is_forgotten_and_what_somebody_uses_is_not() -> None:
    time = Time()
    transfers = new(Limits(forget=10), time)
    assert transfers.expire() == 10
    transfers.open(FileOpen(5, 1, "unused"))
    time.now += 4
    transfers.open(FileOpen(7, 1, "used"))
    assert transfers.expire() == 6
    time.now += 5.9
    transfers.add(FileChunk(2, 0, b"x"))
    assert len(transfers) == 2
    time.now += 0.1
    with pytest.raises(Refused) as refused:
        transfers.find(1, Type.FILE_RESUME)
    assert code(refused) == ErrorCode.UNKNOWN_TRANSFER
    assert "10 s" in refused.value.error.text
    assert transfers.announced == 7
    time.now += 9.8
    transfers.find(2, Type.FILE_RESUME)
    time.now += 10
    assert transfers.expire() == 10
    assert len(transfers) == 0


def test_a_transfer_says_what_was_announced() -> None:
    status = Transfer(9, 4, 0xAB, "x", 0.0, bytearray(b"ab")).status()
    assert (status.transfer, status.offset, status.size, status.crc, status.name) == (9, 2, 4, 0xAB, "x")

from __future__ import annotations

import itertools
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.transfers import MOST_TRANSFERS, SHARES, SPARED, Limits, Refused, Transfer, Transfers
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


def test_one_connection_has_its_share_and_no_more() -> None:
    transfers = new(Limits(file=20, store=100))
    assert transfers.limits.share == 25
    one, two = object(), object()
    transfers.open(FileOpen(20, 1, "a"), one)
    with pytest.raises(Refused, match="25 B this connection has 5 B left") as refused:
        transfers.open(FileOpen(6, 1, "b"), one)
    assert code(refused) == ErrorCode.LIMIT
    transfers.open(FileOpen(5, 1, "b"), one)
    transfers.open(FileOpen(20, 1, "c"), two)
    transfers.forget(1)
    transfers.open(FileOpen(20, 1, "d"), one)


def test_a_share_has_room_for_one_file_of_any_size() -> None:
    assert Limits(file=80, store=100).share == 80
    assert Limits(file=200, store=100).share == 100
    assert Limits().share == Limits().file


def test_one_connection_has_its_share_of_the_number_of_transfers() -> None:
    transfers = new()
    holders = [object() for _ in range(SHARES)]
    for holder in holders:
        for _ in range(MOST_TRANSFERS // SHARES):
            transfers.open(FileOpen(1, 1, "x"), holder)
        with pytest.raises(Refused, match="this connection has 16 transfers already") as refused:
            transfers.open(FileOpen(1, 1, "x"), holder)
        assert code(refused) == ErrorCode.LIMIT
    with pytest.raises(Refused, match="64 transfers already"):
        transfers.open(FileOpen(1, 1, "x"), object())


def test_what_no_connection_holds_gives_room_the_longest_unused_first_and_not_at_once() -> None:
    time = Time()
    transfers = new(Limits(file=40, store=100), time)
    gone, here, late = object(), object(), object()
    for size in (10, 10, 20):
        transfers.open(FileOpen(size, 1, "of who is gone"), gone)
        time.now += 1
    transfers.open(FileOpen(40, 1, "of who is here"), here)
    transfers.find(1, Type.FILE_GET)  # used, so that another gives room first
    transfers.leave(gone)
    time.now += SPARED - 1
    with pytest.raises(Refused, match="20 B are left"):
        transfers.open(FileOpen(30, 1, "new"), late)
    time.now += 1
    with pytest.raises(Refused, match="a file has 40 B at most"):
        transfers.open(FileOpen(41, 1, "new"), late)
    assert transfers.open(FileOpen(30, 1, "new"), late).number == 5
    left = [number for number in range(1, 6) if _there(transfers, number)]
    assert left == [1, 3, 4, 5]


def _there(transfers: Transfers, number: int) -> bool:
    try:
        return transfers.find(number, Type.FILE_GET).number == number
    except Refused:
        return False


def test_nothing_is_forgotten_where_that_would_not_be_enough() -> None:
    time = Time()
    transfers = new(Limits(file=100, store=100), time)
    gone, here = object(), object()
    transfers.open(FileOpen(10, 1, "of who is gone"), gone)
    transfers.open(FileOpen(50, 1, "of who is here"), here)
    transfers.leave(gone)
    time.now += SPARED
    with pytest.raises(Refused, match="40 B are left"):
        transfers.open(FileOpen(60, 1, "new"), object())
    assert len(transfers) == 2


def test_who_goes_on_with_a_transfer_holds_it_if_there_is_room_in_the_share() -> None:
    time = Time()
    transfers = new(Limits(file=20, store=80), time)
    gone, back, full = object(), object(), object()
    transfers.open(announced(b"abcd"), gone)
    transfers.open(FileOpen(16, 1, "x"), gone)
    transfers.open(FileOpen(18, 1, "x"), full)
    transfers.leave(gone)
    assert transfers.find(1, Type.FILE_RESUME, full).holder is None
    assert transfers.add(FileChunk(1, 0, b"ab"), back).holder is back
    assert transfers.find(1, Type.FILE_RESUME, full).holder is back
    time.now += SPARED
    for size in (20, 20, 18):
        transfers.open(FileOpen(size, 1, "new"), object())
    assert [number for number in range(1, 7) if _there(transfers, number)] == [1, 3, 4, 5, 6]


def test_who_connects_again_and_again_keeps_nobody_out() -> None:
    time = Time()
    transfers = new(Limits(file=25, store=100), time)
    for _ in range(4):
        holder = object()
        transfers.open(FileOpen(25, 1, "of one who takes all"), holder)
        for number in range(1, 5):
            if _there(transfers, number):
                transfers.find(number, Type.FILE_RESUME, holder)
        transfers.leave(holder)
    time.now += SPARED
    assert transfers.open(FileOpen(25, 1, "of another"), object()).number == 5


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
    status = Transfer(9, 4, 0xAB, "x", 0.0, data=bytearray(b"ab")).status()
    assert (status.transfer, status.offset, status.size, status.crc, status.name) == (9, 2, 4, 0xAB, "x")

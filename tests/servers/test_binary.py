"""The binary server over real sockets: what it does, and what it makes of everything that is wrong."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import random
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from zlib import crc32

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from tests.support.binary_client import PIECE, BinaryClient, opened
from tests.support.bundled_server import RunningServer, running
from tests.support.labproto import MOMENT, SAMPLE
from tests.support.raw_http import HANDSHAKE, ask, upgraded
from tests.support.waiting import until
from wslab.bundled import SERVERS
from wslab.serving.connections import meanwhile
from wslab.wire.encoder import encode_frame
from wslab.wire.labproto.bodies import (
    Body,
    Error,
    Extension,
    FileChunk,
    FileForget,
    FileGet,
    FileOpen,
    FileResume,
    FileState,
    FileStatus,
    Numbers,
    NumbersSummary,
    Sample,
    SampleAck,
    StreamEnd,
    StreamStart,
    StreamStop,
    Tag,
)
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.faults import faults
from wslab.wire.labproto.layout import SUBPROTOCOLS, ErrorCode, Flag
from wslab.wire.labproto.reader import read

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT, BINARY, CONT, CLOSE, PING = 1, 2, 0, 8, 9
FILE = random.Random(4).randbytes(5 * PIECE + 123)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    """One server for every test that needs no option."""
    async with running("binary") as server:
        yield server


# --- telemetry -----------------------------------------------------------------------------------------


async def test_samples_are_counted_and_only_those_that_want_it_are_answered(server: RunningServer) -> None:
    async with opened(server) as client:
        values = [21.5, -3.0, 10.0]
        for value in values[:2]:
            await client.send(Sample(7, 0, MOMENT, value))
        await client.send(Sample(8, 0, MOMENT, 99.0))
        header, ack = await client.ask(Sample(7, 0, MOMENT, values[2]), flags=Flag.ACK_WANTED)
    assert ack == SampleAck(7, 3, -3.0, 21.5, pytest.approx(sum(values) / 3))
    assert (header.sequence, header.flags) == (4, Flag.ANSWER)


async def test_statistics_belong_to_a_connection(server: RunningServer) -> None:
    for _ in range(2):
        async with opened(server) as client:
            _, ack = await client.ask(SAMPLE, flags=Flag.ACK_WANTED)
            assert ack == SampleAck(42, 1, 21.5, 21.5, 21.5)


async def test_the_largest_doubles_have_a_mean(server: RunningServer) -> None:
    async with opened(server) as client:
        await client.send(Sample(1, 0, 0, -1.7e308))
        _, ack = await client.ask(Sample(1, 0, 0, 1.7e308), flags=Flag.ACK_WANTED)
    assert ack == SampleAck(1, 2, -1.7e308, 1.7e308, 0.0)


async def test_sensors_are_bounded(server: RunningServer) -> None:
    async with opened(server) as client:
        for sensor in range(256):
            await client.send(Sample(sensor, 0, 0, 1.0))
        error = await client.refused(Sample(256, 0, 0, 1.0))
        assert (error.code, error.offset) == (ErrorCode.LIMIT, 12)
        assert "256 sensors" in error.text
        _, ack = await client.ask(Sample(255, 0, 0, 3.0), flags=Flag.ACK_WANTED)
        assert ack == SampleAck(255, 2, 1.0, 3.0, 2.0)


async def test_a_stream_has_as_many_samples_as_were_asked_for(server: RunningServer) -> None:
    async with opened(server) as client:
        sequence = await client.send(StreamStart(42, 10, 3))
        received = [await client.receive() for _ in range(4)]
    samples = [body for _, body in received[:3]]
    assert all(isinstance(sample, Sample) and sample.sensor == 42 for sample in samples)
    assert [header.sequence for header, _ in received[:3]] == [1, 2, 3]
    assert [header.flags for header, _ in received[:3]] == [0, 0, 0]
    assert received[3][1] == StreamEnd(42, 3)
    assert (received[3][0].sequence, received[3][0].flags) == (sequence, Flag.ANSWER)


async def test_a_stream_stops_when_told(server: RunningServer) -> None:
    async with opened(server) as client:
        await client.send(StreamStart(1, 10, 0))
        await client.send(StreamStart(2, 3_600_000, 0))
        _, end = await client.ask(StreamStop(1))
        assert isinstance(end, StreamEnd)
        assert end.sensor == 1
        assert (await client.refused(StreamStop(1))).code == ErrorCode.UNEXPECTED
        twice = await client.refused(StreamStart(2, 10, 1))
        assert twice.code == ErrorCode.UNEXPECTED
        assert "STREAM_STOP" in twice.text
        # A sensor whose stream has ended may have another.
        _, end = await client.ask(StreamStart(1, 10, 2))
        assert end == StreamEnd(1, 2)


async def test_a_stream_that_is_stopped_at_once_has_begun(server: RunningServer) -> None:
    async with opened(server) as client:
        start, end = encode(StreamStart(3, 3_600_000, 0), sequence=1), encode(StreamStop(3), sequence=2)
        await client.connection.send(start + end)
        _, sample = await client.receive()
        assert isinstance(sample, Sample)
        assert (await client.receive())[1] == StreamEnd(3, 1)


async def test_the_count_of_a_stream_is_that_of_the_samples_that_came(server: RunningServer) -> None:
    async with opened(server) as client:
        for _ in range(20):
            await client.send(StreamStart(5, 10, 0))
            count = 0
            _, body = await client.receive()
            await client.send(StreamStop(5))
            while isinstance(body, Sample):
                count += 1
                _, body = await client.receive()
            assert body == StreamEnd(5, count)


async def test_streams_are_bounded_and_end_with_their_client(server: RunningServer) -> None:
    for _ in range(2):
        async with opened(server) as client:
            for sensor in range(8):
                await client.send(StreamStart(sensor, 3_600_000, 0))
            error = await client.refused(StreamStart(8, 10, 0))
            assert (error.code, error.offset) == (ErrorCode.LIMIT, 12)


# --- version 2 -----------------------------------------------------------------------------------------


async def test_version_2_brings_a_unit_and_a_scale(server: RunningServer) -> None:
    async with opened(server, SUBPROTOCOLS[2]) as client:
        await client.send(StreamStart(1, 10, 1))
        header, sample = await client.receive()
        assert header.version == 2
        assert isinstance(sample, Sample)
        assert (sample.unit, sample.scale) == ("°C", -1)
        assert 180 <= sample.value <= 250
        await client.receive()
        scaled = Sample(9, 0, 0, 215.0, (Extension(Tag.SCALE, b"\xff"), Extension(0x33, b"new")))
        _, ack = await client.ask(scaled, version=2, flags=Flag.ACK_WANTED)
        assert ack == SampleAck(9, 1, 21.5, 21.5, 21.5)
        # Version 1 may be sent all the same.
        _, ack = await client.ask(Sample(9, 0, 0, 1.5), flags=Flag.ACK_WANTED)
        assert ack == SampleAck(9, 2, 1.5, 21.5, 11.5)


@pytest.mark.parametrize("subprotocol", [SUBPROTOCOLS[1], None])
async def test_who_did_not_agree_on_version_2_gets_version_1(
    server: RunningServer, subprotocol: str | None
) -> None:
    async with opened(server, subprotocol) as client:
        await client.send(StreamStart(1, 10, 1))
        header, sample = await client.receive()
        assert header.version == 1
        assert isinstance(sample, Sample)
        assert 18 <= sample.value <= 25
        await client.receive()
        error = await client.refused(SAMPLE, version=2)
    assert (error.code, error.offset) == (ErrorCode.BAD_VERSION, 0)


async def test_an_extension_that_must_be_understood_is_refused(server: RunningServer) -> None:
    async with opened(server, SUBPROTOCOLS[2]) as client:
        error = await client.refused(Sample(1, 0, 0, 1.0, (Extension(0x99, b""),)), version=2)
        assert (error.code, error.offset) == (ErrorCode.UNKNOWN_EXTENSION, 32)
        error = await client.refused(Sample(1, 0, 0, 1e300, (Extension(Tag.SCALE, b"\x1e"),)), version=2)
        assert (error.code, error.offset) == (ErrorCode.BAD_VALUE, 24)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([SUBPROTOCOLS[1], SUBPROTOCOLS[2]], SUBPROTOCOLS[2]),
        ([SUBPROTOCOLS[1], "other"], SUBPROTOCOLS[1]),
        (["v3.binary.wslab", SUBPROTOCOLS[2]], SUBPROTOCOLS[2]),
        ([], None),
    ],
)
async def test_the_highest_version_of_both_is_chosen(
    server: RunningServer, offered: list[str], chosen: str | None
) -> None:
    async with opened(server, *offered) as client:
        assert client.connection.subprotocol == chosen


async def test_who_offers_only_others_is_refused(server: RunningServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(server, "mqtt", "v3.binary.wslab"):
            pass
    assert refused.value.response.status_code == 400
    assert b"v1.binary.wslab" in refused.value.response.body


# --- files -----------------------------------------------------------------------------------------------


async def test_a_file_goes_there_and_comes_back(server: RunningServer) -> None:
    async with opened(server) as client:
        transfer = await client.upload("räksmörgås.bin", FILE)
        assert await client.download(transfer) == FILE
        assert await client.download(transfer, offset=PIECE + 1, chunk=999) == FILE[PIECE + 1 :]
        assert await client.download(transfer, offset=len(FILE)) == b""
    async with opened(server) as other:
        status = await other.status(FileResume(transfer))
        assert status == FileStatus(
            transfer, FileState.COMPLETE, len(FILE), len(FILE), crc32(FILE), "räksmörgås.bin"
        )
        forgotten = await other.status(FileForget(transfer))
        assert forgotten.state == FileState.FORGOTTEN
        for body in (FileResume(transfer), FileGet(transfer, 0, 9), FileForget(transfer)):
            assert (await other.refused(body)).code == ErrorCode.UNKNOWN_TRANSFER


async def test_the_chunks_of_a_file_have_the_size_that_was_asked_for(server: RunningServer) -> None:
    async with opened(server) as client:
        transfer = await client.upload("ten", b"0123456789")
        sequence = await client.send(FileGet(transfer, 1, 4))
        chunks = [await client.receive() for _ in range(3)]
        header, status = await client.receive()
        assert [body for _, body in chunks] == [
            FileChunk(transfer, 1, b"1234"),
            FileChunk(transfer, 5, b"5678"),
            FileChunk(transfer, 9, b"9"),
        ]
        assert isinstance(status, FileStatus)
        assert (header.sequence, header.flags) == (sequence, Flag.ANSWER)
        await client.status(FileForget(transfer))


async def test_a_transfer_that_was_cut_off_goes_on_where_it_was(server: RunningServer) -> None:
    async with opened(server) as client:
        transfer = await client.announce("half", FILE)
        for offset in range(0, 2 * PIECE, PIECE):
            await client.status(client.chunk(transfer, FILE, offset), flags=Flag.ACK_WANTED | Flag.CHECKSUM)
        # Half of a frame, and then the process dies.
        frame = encode_frame(
            BINARY,
            encode(client.chunk(transfer, FILE, 2 * PIECE), flags=Flag.CHECKSUM),
            mask=b"abcd",
        )
        client.connection.transport.write(frame[: len(frame) // 2])
        client.connection.transport.abort()
    async with opened(server) as again:
        status = await again.status(FileResume(transfer))
        assert (status.state, status.offset) == (FileState.RECEIVING, 2 * PIECE)
        await again.send_rest(transfer, FILE, status.offset)
        assert await again.download(transfer) == FILE
        await again.status(FileForget(transfer))


async def test_two_that_send_the_same_file_do_not_mix_it_up(server: RunningServer) -> None:
    async with opened(server) as one, opened(server) as two:
        transfer = await one.announce("shared", FILE)
        await one.status(one.chunk(transfer, FILE, 0), flags=Flag.ACK_WANTED | Flag.CHECKSUM)
        error = await two.refused(two.chunk(transfer, FILE, 0), flags=Flag.CHECKSUM)
        assert (error.code, error.offset) == (ErrorCode.WRONG_OFFSET, 20)
        assert str(PIECE) in error.text
        await two.send_rest(transfer, FILE, PIECE)
        assert await one.download(transfer) == FILE
        await one.status(FileForget(transfer))


async def test_chunks_that_do_not_fit(server: RunningServer) -> None:
    async with opened(server) as client:
        transfer = await client.announce("four", b"1234")
        wrong: list[tuple[Body, ErrorCode]] = [
            (FileChunk(transfer, 1, b"2"), ErrorCode.WRONG_OFFSET),
            (FileChunk(transfer, 2**64 - 1, b"2"), ErrorCode.WRONG_OFFSET),
            (FileChunk(transfer, 0, b"12345"), ErrorCode.BAD_LENGTH),
            (FileChunk(transfer ^ 1, 0, b"1"), ErrorCode.UNKNOWN_TRANSFER),
            (FileGet(transfer, 0, 9), ErrorCode.UNEXPECTED),
        ]
        for body, code in wrong:
            assert (await client.refused(body, flags=Flag.CHECKSUM)).code == code
        assert (await client.status(FileResume(transfer))).offset == 0
        # The last chunk is answered whether or not that is wanted.
        status = await client.status(FileChunk(transfer, 0, b"1234"), flags=Flag.CHECKSUM)
        assert status.state == FileState.COMPLETE
        assert (
            await client.refused(FileChunk(transfer, 4, b"5"), flags=Flag.CHECKSUM)
        ).code == ErrorCode.UNEXPECTED
        assert (await client.refused(FileGet(transfer, 5, 9))).code == ErrorCode.WRONG_OFFSET
        await client.status(FileForget(transfer))


async def test_a_file_that_was_announced_wrong_is_gone(server: RunningServer) -> None:
    async with opened(server) as client:
        status = await client.status(FileOpen(4, crc32(b"abcd"), "liar"))
        error = await client.refused(FileChunk(status.transfer, 0, b"abce"), flags=Flag.CHECKSUM)
        assert error.code == ErrorCode.BAD_FILE
        assert f"0x{crc32(b'abce'):08x}" in error.text
        assert (await client.refused(FileResume(status.transfer))).code == ErrorCode.UNKNOWN_TRANSFER


async def test_a_file_of_no_bytes(server: RunningServer) -> None:
    async with opened(server) as client:
        status = await client.status(FileOpen(0, 0, "empty"))
        assert status.state == FileState.COMPLETE
        assert await client.download(status.transfer) == b""
        await client.status(FileForget(status.transfer))
        assert (await client.refused(FileOpen(0, 1, "empty"))).code == ErrorCode.BAD_FILE


async def test_a_damaged_chunk_changes_nothing_and_can_be_sent_again(server: RunningServer) -> None:
    async with opened(server) as client:
        transfer = await client.announce("damaged", b"12345")
        message = bytearray(encode(FileChunk(transfer, 0, b"12345"), sequence=9, flags=Flag.CHECKSUM))
        message[30] ^= 0x10
        await client.connection.send(bytes(message))
        header, error = await client.receive()
        assert isinstance(error, Error)
        assert (error.code, header.sequence) == (ErrorCode.BAD_CHECKSUM, 9)
        assert (await client.status(FileResume(transfer))).offset == 0
        await client.send_rest(transfer, b"12345", 0)
        await client.status(FileForget(transfer))


async def test_files_are_bounded_and_each_connection_has_its_share() -> None:
    async with (
        running("binary", "--max-file", "100", "--max-store", "250") as server,
        opened(server) as client,
        opened(server) as second,
        opened(server) as third,
    ):
        too_large = await client.refused(FileOpen(101, 1, "x"))
        assert (too_large.code, too_large.offset) == (ErrorCode.LIMIT, 12)
        assert "100" in too_large.text
        number = (await client.status(FileOpen(100, 1, "x"))).transfer
        share = await client.refused(FileOpen(1, 1, "x"))
        assert share.code == ErrorCode.LIMIT
        assert "100 B this connection has 0 B left" in share.text
        await second.status(FileOpen(100, 1, "x"))
        store = await third.refused(FileOpen(51, 1, "x"))
        assert store.code == ErrorCode.LIMIT
        assert "50 B are left" in store.text
        await third.status(FileOpen(50, 1, "x"))
        await client.status(FileForget(number))
        await client.status(FileOpen(100, 1, "x"))
        assert (await client.refused(FileOpen(2**64 - 1, 1, "x"))).code == ErrorCode.LIMIT


async def test_transfers_are_bounded_in_number_and_each_connection_has_its_share() -> None:
    async with running("binary") as server, AsyncExitStack() as stack:
        for _ in range(4):
            client = await stack.enter_async_context(opened(server))
            for _ in range(16):
                await client.status(FileOpen(1, 1, "x"))
            error = await client.refused(FileOpen(0, 0, "x"))
            assert error.code == ErrorCode.LIMIT
            assert "this connection has 16 transfers" in error.text
        error = await (await stack.enter_async_context(opened(server))).refused(FileOpen(0, 0, "x"))
        assert error.code == ErrorCode.LIMIT
        assert "64 transfers" in error.text


async def test_what_a_connection_held_is_there_for_another_to_go_on_with() -> None:
    async with running("binary", "--max-file", "10", "--max-store", "40") as server:
        for _ in range(4):
            async with opened(server) as client:
                transfer = await client.announce("of who is gone", b"0123456789")
        async with opened(server) as other:
            assert (await other.refused(FileOpen(1, 1, "x"))).code == ErrorCode.LIMIT
            await other.send_rest(transfer, b"0123456789", 0)
            # It is part of this connection's share now.
            error = await other.refused(FileOpen(1, 1, "x"))
            assert "this connection has 0 B left" in error.text


async def test_a_transfer_that_nobody_uses_is_forgotten() -> None:
    async with running("binary", "--forget", "30ms", "--max-store", "10") as server, opened(server) as client:
        transfer = await client.announce("old", b"0123456789")
        async with asyncio.timeout(20):
            while True:
                try:
                    await client.status(FileOpen(10, 1, "new"))
                except AssertionError:
                    continue  # LIMIT: the old one is still there
                break
        error = await client.refused(FileResume(transfer))
    assert error.code == ErrorCode.UNKNOWN_TRANSFER
    assert "0.03 s" in error.text


async def test_what_is_over_a_limit_is_no_wrong_message() -> None:
    async with running("binary", "--max-store", "10") as server, opened(server) as client:
        for _time in range(40):
            assert (await client.refused(FileOpen(11, 1, "large"))).code == ErrorCode.LIMIT
        assert await client.announce("small", b"0123456789")


# --- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "summary"),
    [
        (Numbers(2, 3, (-1, 300, 7)), NumbersSummary(3, 306.0, -1.0, 300.0)),
        (Numbers(1, 65535, (1,) * 65535), NumbersSummary(65535, 65535.0, 1.0, 1.0)),
        (Numbers(4, 2, (2**62, -(2**62))), NumbersSummary(2, 0.0, -(2.0**62), 2.0**62)),
        (Numbers(6, 3, (1e300, 1.0, -1e300)), NumbersSummary(3, 1.0, -1e300, 1e300)),
    ],
)
async def test_sums(server: RunningServer, numbers: Numbers, summary: NumbersSummary) -> None:
    async with opened(server) as client:
        assert (await client.ask(numbers))[1] == summary


async def test_a_sum_that_no_double_holds(server: RunningServer) -> None:
    async with opened(server) as client:
        error = await client.refused(Numbers(6, 2, (1.7e308, 1.7e308)))
    assert (error.code, error.offset) == (ErrorCode.BAD_VALUE, 15)


# --- what is wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/echo"])
@pytest.mark.parametrize("fault", [name for name in faults() if not name.startswith("fine")])
async def test_each_fault_is_named_and_the_connection_stays(
    server: RunningServer, fault: str, path: str
) -> None:
    data = faults()[fault]
    (item,) = read(data, 1)
    async with opened(server, path=path) as client:
        await client.connection.send(data)
        if "UTF-8" not in fault:  # that one is an ERROR, which is never answered
            header, error = await client.receive()
            assert isinstance(error, Error)
            assert (error.code, error.offset) == (item.problems[0].code, item.problems[0].offset)
            assert str(item.problems[0].text) in error.text
            assert header.sequence == (item.header.sequence if item.header else 0)
        if path == "/":
            await client.status(FileForget((await client.status(FileOpen(0, 0, "alive"))).transfer))
        else:
            await client.send(SAMPLE)
            assert (await client.receive())[1] == SAMPLE


async def test_what_only_servers_send_is_unexpected(server: RunningServer) -> None:
    async with opened(server) as client:
        for body in (
            SampleAck(1, 1, 1.0, 1.0, 1.0),
            StreamEnd(1, 1),
            FileStatus(1, 1, 0, 0, 0, "x"),
            NumbersSummary(1, 1.0, 1.0, 1.0),
        ):
            error = await client.refused(body)
            assert (error.code, error.offset) == (ErrorCode.UNEXPECTED, 1)


async def test_an_error_is_never_answered(server: RunningServer) -> None:
    async with opened(server) as client:
        await client.send(Error(1, 0, "you are wrong"))
        await client.connection.send(encode(b"\0", type_=0x7F))
        await client.connection.send(encode(b"", type_=0x7F, version=9))
        _, ack = await client.ask(SAMPLE, flags=Flag.ACK_WANTED)
    assert isinstance(ack, SampleAck)


async def test_several_in_one_and_a_wrong_one_among_them(server: RunningServer) -> None:
    ask = [encode(Sample(1, 0, 0, float(n)), sequence=n, flags=Flag.ACK_WANTED) for n in range(1, 4)]
    async with opened(server) as client:
        await client.connection.send(ask[0] + encode(b"?", type_=0x55, sequence=77) + ask[1] + ask[2][:20])
        answers = [await client.receive() for _ in range(4)]
    assert [header.sequence for header, _ in answers] == [1, 77, 2, 3]
    codes = [body.code if isinstance(body, Error) else None for _, body in answers]
    assert codes == [None, ErrorCode.UNKNOWN_TYPE, None, ErrorCode.BAD_LENGTH]


async def test_a_message_that_spans_two_is_two_wrong_ones(server: RunningServer) -> None:
    whole = encode(SAMPLE, sequence=5)
    async with opened(server) as client:
        await client.connection.send(whole[:20])
        await client.connection.send(whole[20:])
        codes = []
        for _ in range(2):
            _, body = await client.receive()
            assert isinstance(body, Error)
            codes.append(body.code)
        assert codes[0] == ErrorCode.BAD_LENGTH
        _, ack = await client.ask(SAMPLE, flags=Flag.ACK_WANTED)
        assert isinstance(ack, SampleAck)
        assert ack.count == 1


async def test_fragments_of_a_websocket_message_are_none_of_the_protocols_business(
    server: RunningServer,
) -> None:
    message = encode(SAMPLE, sequence=5, flags=Flag.ACK_WANTED)
    async with upgraded(server.port, "/") as raw:
        for at, byte in enumerate(message):
            raw.send(CONT if at else BINARY, bytes((byte,)), fin=at + 1 == len(message))
            if at == 7:
                raw.send(PING, b"in between")
        assert (await raw.frame()).payload == b"in between"
        (item,) = read((await raw.frame()).payload)
    assert isinstance(item.body, SampleAck)


async def test_a_text_message_closes_with_1003(server: RunningServer) -> None:
    async with opened(server) as client:
        await client.connection.send("hello")
        assert await client.closed() == (1003, "this protocol has no text messages")


async def closed_raw(server: RunningServer, opcode: int, payload: bytes, mask: bytes | None) -> int:
    async with upgraded(server.port, "/") as raw:
        raw.writer.write(encode_frame(opcode, payload, mask=mask))
        frame = await raw.frame()
        assert frame.opcode == CLOSE
        return int.from_bytes(frame.payload[:2])


async def test_what_breaks_the_websocket_closes_with_its_own_codes(server: RunningServer) -> None:
    message = encode(SAMPLE)
    assert await closed_raw(server, TEXT, b"\xff\xfe", b"abcd") == 1007
    assert await closed_raw(server, BINARY, message, None) == 1002
    assert await closed_raw(server, 3, message, b"abcd") == 1002
    assert await closed_raw(server, BINARY, bytes(2**20 + 1), b"abcd") == 1009


@pytest.mark.parametrize("together", [True, False], ids=["one message", "many messages"])
async def test_a_flood_of_wrong_messages_is_cut_off(together: bool) -> None:
    wrong = encode(b"", type_=0x55)
    async with running("binary") as server:
        async with opened(server) as client:
            with suppress(ConnectionClosed):
                for data in [wrong * 10_000] if together else [wrong] * 200:
                    await client.connection.send(data)
            answers = [await client.receive() for _ in range(32)]
            assert all(isinstance(body, Error) for _, body in answers)
            with pytest.raises(ConnectionClosedError):
                await client.receive()
        assert (client.connection.close_code, client.connection.close_reason) == (
            1008,
            "32 wrong messages in a row",
        )
        # The server has read on to the Close of the client, behind everything that was unread: not 1006.
        await until(lambda: server.logged("closed"), "the end of the connection")
        assert server.logged("closed")[0]["code"] == 1008


async def test_streams_end_with_their_connection() -> None:
    spec = importlib.util.spec_from_file_location("binary_server", SERVERS["binary"].path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for what annotations mean
    try:
        spec.loader.exec_module(module)
        async with serve(lambda connection: module.serve_protocol(connection), "127.0.0.1", 0) as listening:
            url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            async with connect(url, proxy=None) as connection:
                await connection.send(encode(StreamStart(77, 3_600_000, 0)))
                await connection.recv()
                assert streams() == ["stream of sensor 77"]
            await until(lambda: not streams(), "the stream to end")
    finally:
        del sys.modules[spec.name]


def streams() -> list[str]:
    """Return the names of the tasks that send streams."""
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("stream of")]


@pytest.mark.parametrize("path", ["/", "/echo"])
async def test_a_right_message_in_between_starts_the_count_anew(server: RunningServer, path: str) -> None:
    async with opened(server, path=path) as client:
        for _ in range(3):
            for _ in range(31):
                await client.connection.send(encode(b"", type_=0x55))
                await client.receive()
            await client.send(SAMPLE, flags=Flag.ACK_WANTED)
            _, answer = await client.receive()
            assert isinstance(answer, SampleAck | Sample)


async def test_who_does_not_read_holds_up_nobody_and_loses_nothing(server: RunningServer) -> None:
    size = 8 * 2**20  # more than the buffers of both systems and of the server hold
    data = random.Random(5).randbytes(size)
    async with opened(server) as slow, opened(server) as quick:
        transfer = await quick.upload("large", data)
        await slow.send(FileGet(transfer, 0, 65536))
        slow.connection.transport.pause_reading()
        await quick.ask(SAMPLE, flags=Flag.ACK_WANTED)
        assert (await quick.status(FileResume(transfer))).offset == size
        slow.connection.transport.resume_reading()
        assert await slow.collect(transfer) == data
        await quick.status(FileForget(transfer))


async def test_a_file_that_is_forgotten_while_it_is_sent_ends_with_an_error(server: RunningServer) -> None:
    data = bytes(16 * 2**20)
    async with opened(server) as reader, opened(server) as other:
        transfer = await other.upload("gone", data)
        await reader.send(FileGet(transfer, 0, 65536))
        await reader.receive()
        reader.connection.transport.pause_reading()
        await other.status(FileForget(transfer))
        reader.connection.transport.resume_reading()
        body: Body = FileResume(0)
        while not isinstance(body, Error):
            _, body = await reader.receive()
    assert body.code == ErrorCode.UNKNOWN_TRANSFER


async def test_thousands_of_messages_in_one_are_all_answered(server: RunningServer) -> None:
    many = 3000
    data = b"".join(encode(Sample(1, 0, 0, 1.0), sequence=n, flags=Flag.ACK_WANTED) for n in range(many))
    async with opened(server) as client, opened(server) as other:
        await client.connection.send(data)
        await other.ask(SAMPLE, flags=Flag.ACK_WANTED)
        for n in range(many):
            header, ack = await client.receive()
            assert header.sequence == n
        assert isinstance(ack, SampleAck)
        assert ack.count == many


async def drop(client: BinaryClient) -> None:
    async for _ in client.connection:
        pass


async def test_random_bytes_end_no_server() -> None:
    dice = random.Random(8083)
    async with running("binary") as server:
        for _ in range(30):
            async with opened(server) as client, meanwhile(drop(client), "drop"):
                with suppress(ConnectionClosed):  # most end with 1008
                    for _ in range(20):
                        await client.connection.send(dice.randbytes(dice.randrange(60)))
                        body = bytearray(encode(SAMPLE, flags=dice.choice([0, Flag.CHECKSUM])))
                        body[dice.randrange(len(body))] = dice.randrange(256)
                        await client.connection.send(bytes(body))
                await client.connection.close()
        async with opened(server) as client:
            _, ack = await client.ask(SAMPLE, flags=Flag.ACK_WANTED)
            assert isinstance(ack, SampleAck)
        assert server.stderr == []
        assert [line for line in server.lines if line.get("level") == "error"] == []


# --- paths and options -----------------------------------------------------------------------------------


async def test_echo_gives_back_every_byte(server: RunningServer) -> None:
    one = encode(SAMPLE, sequence=3, flags=0x0040)
    two = encode(StreamEnd(1, 2), sequence=4, flags=Flag.CHECKSUM)
    async with opened(server, path="/echo") as client:
        await client.connection.send(one + two)
        assert [await client.connection.recv() for _ in range(2)] == [one, two]


async def test_a_stream_without_asking(server: RunningServer) -> None:
    async with opened(server, path="/stream?sensor=9&every=10ms") as client:
        for n in (1, 2, 3):
            header, sample = await client.receive()
            assert isinstance(sample, Sample)
            assert (sample.sensor, header.sequence) == (9, n)
        await client.send(StreamStop(9))
        body: Body = sample
        while isinstance(body, Sample):
            _, body = await client.receive()
        assert isinstance(body, StreamEnd)
        assert body.count >= 3


@pytest.mark.parametrize(("path", "run"), [("/faulty", 0), ("/faulty?run=4711", 4711)])
async def test_every_fault_once(server: RunningServer, path: str, run: int) -> None:
    async with opened(server, path=path) as client:
        assert [await client.connection.recv() for _ in faults()] == list(faults(run).values())
        _, ack = await client.ask(SAMPLE, flags=Flag.ACK_WANTED)
        assert isinstance(ack, SampleAck)


async def test_the_page_and_the_health(server: RunningServer) -> None:
    page = await ask(server.port, "/")
    assert page.status == 200
    for said in (
        "docs/binary-protocol.md",
        "v2.binary.wslab",
        "0x13  FILE_CHUNK",
        "/echo",
        "/stream?",
        "/health",
    ):
        assert said in page.body
    health = await ask(server.port, "/health")
    assert json.loads(health.body)["server"] == "binary"
    assert (await ask(server.port, "/nowhere", *HANDSHAKE)).status == 404
    assert (await ask(server.port, "/stream?every=1ms", *HANDSHAKE)).status == 400
    assert (await ask(server.port, "/faulty?run=65536", *HANDSHAKE)).status == 400


async def test_the_help_tells_where_the_protocol_is_described(server: RunningServer) -> None:
    page = await ask(server.port, "/")
    (place,) = re.findall(r"^(/.*/docs/binary-protocol\.md)$", page.body, re.MULTILINE)
    assert place == str(Path(__file__).parents[2] / "docs" / "binary-protocol.md")


async def test_stopping_says_goodbye_with_1001() -> None:
    async with running("binary") as server, opened(server) as client:
        await client.send(StreamStart(1, 10, 0))
        await client.receive()
        server.close_stdin()
        async with asyncio.timeout(20):
            async for _ in client.connection:
                pass
        assert client.connection.close_code == 1001


async def test_the_keepalive_can_be_read() -> None:
    async with running("binary", "--keepalive", "20ms") as server, upgraded(server.port, "/") as raw:
        frame = await raw.frame()
    assert (frame.opcode, frame.payload) == (PING, b"binary-ping")

"""The client of the binary protocol against the bundled server, over the lab's own connections."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.binary_study import studied
from tests.support.bundled_server import RunningServer, running
from tests.support.waiting import until
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.client import BinaryClient
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.draft import Draft, draft_of, example
from wslab.lab.binary.errors import NoAnswer, Refused
from wslab.lab.binary.history import Entry
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.labproto.bodies import (
    Error,
    FileResume,
    FileState,
    FileStatus,
    Numbers,
    NumbersSummary,
    Sample,
    SampleAck,
    StreamStart,
)
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ACK_WANTED, ANSWER, SUBPROTOCOLS, ErrorCode, Type

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("binary") as server:
        yield server


def received(client: BinaryClient) -> list[Entry]:
    return [entry for entry in client.history if entry.arrow == "<"]


async def test_a_message_and_its_answer(server: RunningServer) -> None:
    async with studied(server) as study:
        assert study.client.agreed == 2
        await study.client.send(example(Type.SAMPLE))
        await study.client.send(example(Type.NUMBERS))
        await study.answers(2)
        _, sample, numbers, *answers = study.client.history
        assert [(entry.arrow, entry.name, entry.sequence) for entry in (sample, numbers)] == [
            (">", "SAMPLE", 1),
            (">", "NUMBERS", 2),
        ]
        assert [(entry.name, entry.sequence, entry.answers) for entry in answers] == [
            ("SAMPLE_ACK", 1, "SAMPLE"),
            ("NUMBERS_SUMMARY", 2, "NUMBERS"),
        ]
        assert "mean 21.5" in answers[0].summary
        totals = study.client.totals
        assert (totals.sent, totals.received, totals.answers, totals.errors) == (2, 2, 2, 0)
        assert totals.sent_bytes == sample.size + numbers.size
        assert totals.received_bytes == sum(entry.size for entry in answers)
        assert study.client.unanswered == 0


async def test_answers_are_told_apart_by_their_numbers(server: RunningServer) -> None:
    async with studied(server) as study:
        client = study.client
        first = await client.post(Sample(7, 0, 0, 1.5), flags=ACK_WANTED)
        second = await client.post(Numbers(2, 2, (1, 2)))
        assert isinstance(await client.answer(second), NumbersSummary)
        assert await client.answer(first) == SampleAck(7, 1, 1.5, 1.5, 1.5)
        with pytest.raises(Refused, match="UNKNOWN_TRANSFER") as refused:
            await client.ask(FileResume(5))
        assert refused.value.error.code == ErrorCode.UNKNOWN_TRANSFER
        assert client.totals.errors == 1


async def test_every_type_gets_an_answer_of_the_server(server: RunningServer) -> None:
    expected = {
        Type.SAMPLE: "SAMPLE_ACK", Type.STREAM_START: "STREAM_END", Type.STREAM_STOP: "STREAM_END",
        Type.FILE_OPEN: "FILE_STATUS", Type.FILE_RESUME: "FILE_STATUS", Type.FILE_CHUNK: "FILE_STATUS",
        Type.FILE_GET: "FILE_STATUS", Type.FILE_FORGET: "FILE_STATUS", Type.NUMBERS: "NUMBERS_SUMMARY",
    }  # fmt: skip
    order = [Type.FILE_OPEN, Type.FILE_RESUME, Type.FILE_CHUNK, Type.FILE_GET, Type.FILE_FORGET]
    order += [kind for kind in Type if kind not in order and kind is not Type.ERROR]
    async with studied(server) as study:
        client = study.client
        for count, kind in enumerate(order, start=1):
            draft = example(kind, transfer=client.transfer)
            if kind is Type.STREAM_START:
                draft = draft.with_text("interval", "10").with_text("count", "2")
            elif kind is Type.STREAM_STOP:
                # The stream of another sensor, so that there is one to stop.
                await client.send(draft_of(StreamStart(9, 3_600_000, 0)))
                draft = draft.with_text("sensor", "9")
            await client.send(draft)
            await study.answers(count)
            answer = next(entry for entry in reversed(list(client.history)) if entry.answers == kind.name)
            assert answer.name == expected.get(kind, "ERROR"), kind
            assert ("UNEXPECTED" in answer.summary) == (kind not in expected), kind
        await client.send(example(Type.ERROR))  # which is never answered
        assert client.totals.chunks == 0
        assert client.totals.samples == 3


async def test_an_unknown_type_is_refused_by_name(server: RunningServer) -> None:
    async with studied(server) as study:
        await study.client.send(example(None))
        await study.answers(1)
        sent, answer = study.client.history.last_exchange()
        assert sent is not None
        assert sent.name == "0x55"
        assert "no message has this type" in sent.note
        assert answer is not None
        assert answer.error
        assert "UNKNOWN_TYPE" in answer.summary
        assert "0x55" in answer.summary


@pytest.mark.parametrize(
    ("draft", "offset", "code"),
    [
        (example(Type.FILE_CHUNK), 30, "BAD_CHECKSUM"),
        (example(Type.SAMPLE), 0, "BAD_VERSION"),
        (example(Type.SAMPLE), 7, "BAD_LENGTH"),
        (example(Type.SAMPLE).with_text("flags", "ACK_WANTED CHECKSUM"), 11, "BAD_CHECKSUM"),
        (
            example(Type.SAMPLE).with_text("flags", "CHECKSUM").with_text("checksum", "1"),
            None,
            "BAD_CHECKSUM",
        ),
        (example(Type.SAMPLE).with_text("length", "3"), None, "BAD_LENGTH"),
    ],
)
async def test_what_is_damaged_on_purpose_is_answered_as_the_client_foresaw(
    server: RunningServer, draft: Draft, offset: int | None, code: str
) -> None:
    async with studied(server, SUBPROTOCOLS[1]) as study:
        await study.client.send(draft, None if offset is None else Damage(offset, 0x10))
        await study.answers(1)
        sent, answer = study.client.history.last_exchange()
        assert sent is not None
        assert sent.damaged == offset
        assert answer is not None
        assert answer.name == "ERROR"
        assert code in answer.summary
        assert str(sent.note) in answer.summary


async def test_a_damaged_number_is_answered_under_that_number(server: RunningServer) -> None:
    async with studied(server) as study:
        await study.client.send(example(Type.SAMPLE), Damage(8, 0x01))
        await study.answers(1)
        _sent, answer = study.client.history.last_exchange()
        assert answer is not None
        assert (answer.name, answer.sequence) == ("SAMPLE_ACK", 2**24 + 1)


async def test_a_stream_is_no_answer_but_its_end_is(server: RunningServer) -> None:
    async with studied(server) as study:
        end = await study.client.ask(StreamStart(42, 10, 3))
        samples = [entry for entry in received(study.client) if entry.name == "SAMPLE"]
        assert [entry.answers for entry in samples] == ["", "", ""]
        assert [entry.sequence for entry in samples] == [1, 2, 3]
        assert study.client.totals.samples == 3
        assert "unit" not in samples[0].note
        assert "°C" in samples[0].summary
        assert type(end).__name__ == "StreamEnd"


async def test_each_fault_of_a_server_is_read_and_counted(server: RunningServer) -> None:
    async with studied(server, SUBPROTOCOLS[1], path="/faulty") as study:
        await study.client.send(example(Type.NUMBERS))
        await study.answers(1)
        assert study.client.totals.unread == 11
        codes = {entry.note for entry in received(study.client) if entry.error}
        assert len(codes) == 11


async def test_numbers_begin_anew_with_each_connection(server: RunningServer) -> None:
    async with studied(server) as study:
        await study.client.send(example(Type.SAMPLE))
        await study.client.send(example(Type.SAMPLE))
        assert study.client.sequence == 3
        await study.close()
        await until(lambda: not study.client.connected, "the end")
        await study.connect(SUBPROTOCOLS[1])
        assert (study.client.sequence, study.client.agreed) == (1, 1)
        notes = [entry.note for entry in study.client.history if entry.arrow == "-"]
        assert len(notes) == 3
        assert "v2.binary.wslab" in notes[0]


async def test_after_the_end_nobody_waits(server: RunningServer) -> None:
    async with studied(server) as study:
        question = await study.client.post(StreamStart(1, 3_600_000, 0))
        study.cut()
        with pytest.raises(NoAnswer, match="the connection is over"):
            await study.client.answer(question)
        assert study.client.unanswered == 0


async def test_who_waits_too_long_is_told(server: RunningServer) -> None:
    async with studied(server, patience=0.05) as study:
        with pytest.raises(NoAnswer, match=r"no answer to STREAM_START within 0\.05 s"):
            await study.client.ask(StreamStart(1, 3_600_000, 0))
        assert study.client.unanswered == 0


# --- without a server --------------------------------------------------------------------------------------


class Wire:
    """Keeps what is sent, or has no connection."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    async def send(self, data: bytes) -> None:
        if self.closed:
            raise NotOpen("there is no connection")
        self.sent.append(data)


def offline() -> tuple[Wire, BinaryClient, list[int]]:
    """Return a client that believes to be connected, and a count of what listeners heard."""
    wire = Wire()
    client = BinaryClient(wire.send, Clock())
    heard: list[int] = []
    client.listen(lambda: heard.append(client.version))
    client.opened(SUBPROTOCOLS[2])
    return wire, client, heard


async def test_what_could_not_be_sent_did_not_happen() -> None:
    wire, client, _heard = offline()
    wire.closed = True
    with pytest.raises(NotOpen):
        await client.send(example(Type.SAMPLE))
    with pytest.raises(NotOpen):
        await client.ask(FileResume(1))
    assert (client.totals.sent, client.history.total, client.sequence, client.unanswered) == (0, 1, 1, 0)


async def test_a_field_without_a_value_is_not_sent() -> None:
    wire, client, _heard = offline()
    with pytest.raises(BadField, match="sensor is '-1'"):
        await client.send(example(Type.SAMPLE).with_text("sensor", "-1"))
    with pytest.raises(BadField, match="byte is '999'"):
        await client.send(example(Type.SAMPLE), Damage(999))
    assert wire.sent == []


async def test_listeners_hear_of_everything_and_the_last_transfer_is_known() -> None:
    _wire, client, heard = offline()
    before = len(heard)
    await client.send(example(Type.SAMPLE))
    client.received(encode(FileStatus(77, FileState.RECEIVING, 0, 1, 1, "x"), flags=ANSWER, sequence=9))
    client.received("text")
    client.ended("enough")
    client.ended("twice")
    assert len(heard) >= before + 4
    assert heard == sorted(set(heard))
    assert client.transfer == 77
    assert client.totals.unread == 1
    assert client.history.last is not None
    assert client.history.last.note == "the connection is over: enough"


async def test_numbers_go_on_with_0_after_the_largest() -> None:
    wire, client, _heard = offline()
    client._next = 2**32 - 1
    await client.send(example(Type.SAMPLE))
    await client.send(example(Type.SAMPLE))
    assert [int.from_bytes(data[8:12]) for data in wire.sent] == [2**32 - 1, 0]


async def test_an_answer_that_cannot_be_read_is_none() -> None:
    wire, client, _heard = offline()
    asked = spawn(client.ask(Numbers(2, 1, (1,))), "question")
    await until(lambda: wire.sent, "the question")
    client.received(encode(b"?", type_=int(Type.NUMBERS_SUMMARY), flags=ANSWER, sequence=1))
    with pytest.raises(NoAnswer, match="cannot be read"):
        await asked


async def test_messages_of_both_sides_may_be_many_and_little_is_kept() -> None:
    _wire, client, _heard = offline()
    quiet = example(Type.SAMPLE).with_text("flags", "0")
    for _time in range(1500):
        await client.send(quiet)
    for _time in range(1500):
        client.received(encode(Error(1, 0, "no"), flags=ANSWER, sequence=1500))
    assert (client.totals.sent, client.totals.received, client.totals.errors) == (1500, 1500, 1500)
    assert client.totals.answers == 1
    assert len(client.history) == 500
    assert client.history.total == 3001
    assert client.unanswered <= 1024

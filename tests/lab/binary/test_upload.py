"""Files against the bundled server: whole, cut off and resumed, damaged, refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from pathlib import Path
from zlib import crc32

import pytest
import pytest_asyncio

from tests.support.binary_client import opened
from tests.support.binary_study import BinaryStudy, studied
from tests.support.bundled_server import RunningServer, running
from tests.support.waiting import until
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.errors import NoAnswer, Refused
from wslab.lab.binary.upload import WINDOW, Upload, UploadState
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn
from wslab.wire.labproto.bodies import FileForget
from wslab.wire.labproto.layout import Type

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHUNK = 1000
DATA = random.Random(11).randbytes(20 * CHUNK + 7)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("binary", "--max-file", "100kB") as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file to send."""
    path = tmp_path / "data.bin"
    path.write_bytes(DATA)
    return path


async def there(server: RunningServer, upload: Upload | None, data: bytes = DATA) -> bool:
    """Whether the server has the file; it forgets it then."""
    assert upload is not None
    assert upload.transfer is not None
    async with opened(server) as other:
        same = await other.download(upload.transfer) == data
        await other.status(FileForget(upload.transfer))
    return same


def cut_at(study: BinaryStudy, count: int) -> None:
    """Cut the connection before the message of this number is sent."""
    numbers = iter(range(1, count + 1))

    def before(_data: bytes) -> None:
        if next(numbers, None) == count:
            study.cut()

    study.before_send = before


async def test_a_file_in_chunks_with_progress_and_never_more_than_a_window_ahead(
    server: RunningServer, path: Path
) -> None:
    shares: list[float] = []
    ahead: list[int] = []
    async with studied(server) as study:
        files = study.client.files

        def look() -> None:
            assert files.upload is not None
            shares.append(files.upload.share)
            ahead.append(files.upload.sent - files.upload.acknowledged)

        study.client.listen(look)
        upload = await files.send(path, chunk=CHUNK)
        assert upload is files.upload
        assert (upload.state, upload.share, upload.size) == (UploadState.COMPLETE, 1.0, len(DATA))
        assert shares == sorted(shares)
        assert len(set(shares)) > 10
        assert max(ahead) == WINDOW * CHUNK
        assert study.client.totals.chunks == 21
        # Of its chunks and what answers them only the last is worth an entry; all of them are counted.
        names = [entry.name for entry in study.client.history if entry.name]
        assert names == ["FILE_OPEN", "FILE_STATUS", "FILE_STATUS"]
        assert (study.client.totals.sent, study.client.totals.answers) == (22, 22)
        assert study.client.unanswered == 0
        assert await there(server, upload)


@pytest.mark.parametrize("data", [b"", b"x", b"12", b"123"])
async def test_small_files(server: RunningServer, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "small"
    path.write_bytes(data)
    async with studied(server) as study:
        upload = await study.client.files.send(path, chunk=2, damage=Damage(28) if data else None)
        assert upload.state is UploadState.COMPLETE
        assert upload.repairs == bool(data)
        assert await there(server, upload, data)


async def test_a_connection_that_is_cut_in_the_middle_loses_nothing(
    server: RunningServer, path: Path
) -> None:
    async with studied(server) as study:
        files = study.client.files
        cut_at(study, 13)
        with pytest.raises((NoAnswer, NotOpen)):
            await files.send(path, chunk=CHUNK)
        upload = files.upload
        assert upload is not None
        assert upload.state is UploadState.INTERRUPTED
        assert upload.why
        await until(lambda: not study.client.connected, "the end")
        with pytest.raises(NotOpen):
            await files.resume()
        assert upload.state is UploadState.INTERRUPTED
        study.before_send = None
        await study.connect()
        chunks = study.client.totals.chunks
        assert await files.resume() is upload
        assert (upload.state, upload.why) == (UploadState.COMPLETE, "")
        # What the server had before was not sent again.
        assert study.client.totals.chunks - chunks <= 21 - (11 - WINDOW)
        assert await there(server, upload)


async def test_a_file_may_be_cut_off_again_and_again(server: RunningServer, path: Path) -> None:
    async with studied(server) as study:
        files = study.client.files
        cuts = 0
        cut_at(study, 6)
        with pytest.raises((NoAnswer, NotOpen)):
            await files.send(path, chunk=CHUNK)
        while files.upload is not None and files.upload.state is UploadState.INTERRUPTED:
            cuts += 1
            await until(lambda: not study.client.connected, "the end")
            cut_at(study, 12)
            await study.connect()
            try:
                await files.resume()
            except (NoAnswer, NotOpen):
                continue
        assert cuts >= 2
        assert await there(server, files.upload)


async def test_stopped_and_resumed_over_the_same_connection(server: RunningServer, path: Path) -> None:
    async with studied(server) as study:
        files = study.client.files
        with pytest.raises(ValueError, match="no file is on its way"):
            files.stop()
        task = spawn(files.send(path, chunk=10), "upload")
        await until(lambda: files.upload and files.upload.acknowledged, "the first acknowledgement")
        with pytest.raises(ValueError, match="a file is on its way already"):
            await files.send(path)
        files.stop()
        with pytest.raises(NoAnswer, match="stopped"):
            await task
        upload = files.upload
        assert upload is not None
        assert upload.state is UploadState.INTERRUPTED
        files._chunk = CHUNK  # the rest in fewer
        await files.resume()
        assert await there(server, upload)


async def test_a_task_that_is_cancelled_leaves_a_file_to_resume(server: RunningServer, path: Path) -> None:
    async with studied(server) as study:
        files = study.client.files
        task = spawn(files.send(path, chunk=10), "upload")
        await until(lambda: files.upload and files.upload.acknowledged, "the first acknowledgement")
        task.cancel()
        await asyncio.wait([task])
        assert files.upload is not None
        assert files.upload.state is UploadState.INTERRUPTED
        files._chunk = CHUNK
        await files.resume()
        assert await there(server, files.upload)


@pytest.mark.parametrize("offset", [0, 1, 2, 3, 6, 11, 12, 25, 28])
async def test_a_chunk_that_is_damaged_on_its_way_is_sent_again(
    server: RunningServer, path: Path, offset: int
) -> None:
    async with studied(server) as study:
        upload = await study.client.files.send(path, chunk=CHUNK, damage=Damage(offset))
        assert (upload.state, upload.repairs) == (UploadState.COMPLETE, 1)
        damaged = [entry for entry in study.client.history if entry.damaged is not None]
        assert [entry.damaged for entry in damaged] == [offset]
        assert study.client.totals.errors >= 1
        assert await there(server, upload)


async def test_a_wrong_crc_makes_the_server_drop_the_file(server: RunningServer, path: Path) -> None:
    async with studied(server) as study:
        files = study.client.files
        with pytest.raises(Refused, match="BAD_FILE") as refused:
            await files.send(path, chunk=CHUNK, crc=crc32(DATA) ^ 1)
        assert f"0x{crc32(DATA):08x}" in str(refused.value)
        assert files.upload is not None
        assert files.upload.state is UploadState.FAILED
        assert "BAD_FILE" in files.upload.why
        with pytest.raises(ValueError, match="no file that was interrupted"):
            await files.resume()
        assert await there(server, await files.send(path, chunk=CHUNK))


async def test_a_file_that_is_too_large_is_refused(server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(100_001))
    async with studied(server) as study:
        with pytest.raises(Refused, match="LIMIT"):
            await study.client.files.send(path)
        with pytest.raises(BadField, match="chunk is '65537'"):
            await study.client.files.send(path, chunk=65537)
        with pytest.raises(FileNotFoundError):
            await study.client.files.send(tmp_path / "none")
        assert study.client.files.upload is not None
        assert study.client.files.upload.state is UploadState.FAILED


async def interrupted(study: BinaryStudy, path: Path) -> Upload:
    """Interrupt a file in its middle and connect again."""
    cut_at(study, 13)
    with pytest.raises((NoAnswer, NotOpen)):
        await study.client.files.send(path, chunk=CHUNK)
    study.before_send = None
    await until(lambda: not study.client.connected, "the end")
    await study.connect()
    assert study.client.files.upload is not None
    return study.client.files.upload


async def test_a_transfer_that_the_server_has_forgotten_cannot_go_on(
    server: RunningServer, path: Path
) -> None:
    async with studied(server) as study:
        upload = await interrupted(study, path)
        assert upload.transfer is not None
        await study.client.ask(FileForget(upload.transfer))
        with pytest.raises(Refused, match="UNKNOWN_TRANSFER"):
            await study.client.files.resume()
        assert upload.state is UploadState.FAILED


async def test_a_file_that_changed_meanwhile_cannot_go_on(server: RunningServer, path: Path) -> None:
    async with studied(server) as study:
        upload = await interrupted(study, path)
        await asyncio.to_thread(path.write_bytes, DATA[::-1])
        with pytest.raises(ValueError, match="has changed since it was announced"):
            await study.client.files.resume()
        assert upload.state is UploadState.FAILED


async def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    server: RunningServer, path: Path
) -> None:
    # An echo server: what comes back is no answer.
    async with studied(server, path="/echo", patience=0.05) as study:
        with pytest.raises(NoAnswer, match=f"no answer to {Type.FILE_OPEN.name}"):
            await study.client.files.send(path)
        assert study.client.files.upload is not None
        assert study.client.files.upload.state is UploadState.FAILED


async def test_who_waits_for_an_answer_that_does_not_come_can_stop(server: RunningServer, path: Path) -> None:
    async with studied(server, path="/echo") as study:
        files = study.client.files
        task = spawn(files.send(path), "upload")
        await until(lambda: study.client.totals.received, "the echo, which is no answer")
        files.stop()
        with pytest.raises(NoAnswer, match="stopped"):
            async with asyncio.timeout(10):
                await task

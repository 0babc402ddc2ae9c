"""Sending a file from the panel, by the keyboard alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.binary_panel import Panel, panel
from tests.support.binary_study import studied
from tests.support.bundled_server import RunningServer, running
from wslab.i18n import set_language
from wslab.lab.binary.upload import UploadState

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("binary", "--max-file", "50kB") as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file to send."""
    path = tmp_path / "data.bin"
    path.write_bytes(bytes(range(256)) * 150)
    return path


async def named(shown: Panel, path: Path, chunk: str = "1KiB") -> None:
    """Turn to the page and fill it in."""
    await shown.press("ctrl+t")
    await shown.until(lambda: shown.focus == "file-path", "the page")
    await shown.type(str(path))
    await shown.go("file-chunk")
    await shown.type(chunk)


async def test_a_file_is_sent_with_progress_and_told_in_both_languages(
    server: RunningServer, path: Path
) -> None:
    async with studied(server) as study, panel(study) as shown:
        await shown.press("ctrl+t")
        await shown.sees("No file was sent yet.", "Send file", "Stop", "Resume", "damage one chunk")
        await shown.type(str(path))
        await shown.press("enter")
        await shown.sees("data.bin: complete, 37.5 KiB of 37.5 KiB, 100 %", "#####]", "transfer ")
        await shown.until(lambda: shown.app.said, "that it is there")
        assert shown.app.said == ["the server has all of data.bin"]
        set_language("ja")
        shown.speak()
        await shown.until(lambda: "complete" not in shown.screen, "the other language")
        for text in ("Send file", "Stop", "Resume", "damage one chunk", "the right one"):
            assert text not in shown.screen, text


async def test_a_file_that_is_cut_off_is_resumed(server: RunningServer, path: Path) -> None:
    async with studied(server) as study, panel(study) as shown:
        left = iter(range(20))

        def before(_data: bytes) -> None:
            if next(left, 1) == 19:
                study.cut()

        study.before_send = before
        await named(shown, path)
        await shown.press("enter")
        await shown.sees("data.bin: interrupted", "Resume goes on where the server says")
        await shown.until(lambda: not study.client.connected, "the end")
        await study.connect()
        await shown.go("file-resume")
        await shown.press("enter")
        await shown.sees("data.bin: complete", "100 %")


async def test_a_chunk_that_is_damaged_is_sent_again_and_one_may_stop(
    server: RunningServer, path: Path
) -> None:
    async with studied(server) as study, panel(study) as shown:
        await named(shown, path)
        await shown.go("file-damage")
        await shown.press("space")
        await shown.go("file-send")
        await shown.press("enter")
        await shown.sees("data.bin: complete", "sent again 1 time")
        await shown.go("file-chunk")
        await shown.type("1")
        await shown.press("enter")
        await shown.until(lambda: study.client.files.upload.state is UploadState.SENDING, "the next")  # type: ignore[union-attr]
        await shown.go("file-stop")
        await shown.press("enter")
        await shown.sees("data.bin: interrupted", "stopped")


async def test_what_is_wrong_is_said(server: RunningServer, path: Path, tmp_path: Path) -> None:
    async with studied(server) as study, panel(study) as shown:
        await named(shown, tmp_path / "none")
        cases = [
            ("file-path", str(tmp_path), "there is no such file"),
            ("file-path", "", "it is the path of a file on this machine"),
            ("file-path", str(path), None),
            ("file-chunk", "much", "is not a size"),
            ("file-chunk", "1MiB", "it is from 1 to 65536"),
            ("file-chunk", "1KiB", None),
            ("file-crc", "0x1ffffffff", "it is a whole number from 0 to 4294967295"),
            ("file-crc", "1", "BAD_FILE"),
        ]
        for name, text, told in cases:
            shown.app.said.clear()
            await shown.go(name)
            await shown.type(text)
            if told is None:
                continue
            await shown.press("enter")
            await shown.until(lambda told=told: any(told in each for each in shown.app.said), told)  # type: ignore[misc]
        await shown.sees("data.bin: failed")
        for button, told in (
            ("file-stop", "no file is on its way"),
            ("file-resume", "no file that was interrupted"),
        ):
            await shown.go(button)
            await shown.press("enter")
            await shown.until(lambda told=told: any(told in each for each in shown.app.said), told)  # type: ignore[misc]

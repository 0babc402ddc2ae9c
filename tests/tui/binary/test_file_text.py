from __future__ import annotations

from pathlib import Path

from wslab.lab.binary.local_file import LocalFile
from wslab.lab.binary.upload import Upload, UploadState
from wslab.tui.binary.file_text import bar, details, state_line

FILE = LocalFile(Path("/x/photo.png"), "photo.png", 4 * 2**20, 0xABC, 0)


def test_the_bar_is_full_when_all_is_there_and_not_before() -> None:
    assert bar(0, 12) == "[..........]"
    assert bar(0.999, 12) == "[#########.]"
    assert bar(1, 12) == "[##########]"
    assert bar(0.5, 1) == "[]"


def test_what_becomes_of_a_file() -> None:
    assert state_line(None) == "No file was sent yet."
    assert details(None) == []
    upload = Upload(Path("/x/photo.png"))
    assert state_line(upload) == "photo.png: reading the file"
    upload.file, upload.crc, upload.state = FILE, FILE.crc, UploadState.SENDING
    upload.acknowledged, upload.sent, upload.transfer, upload.repairs = 2**20, 2**20 + 2048, 0x5F, 1
    assert state_line(upload) == "photo.png: sending, 1 MiB of 4 MiB, 25 %"
    (told,) = details(upload)
    for part in ("CRC-32 0x00000abc", "transfer 000000000000005f", "2 KiB on the way", "sent again 1 time"):
        assert part in told


def test_what_was_interrupted_says_why_and_how_to_go_on() -> None:
    upload = Upload(Path("/x/photo.png"), UploadState.INTERRUPTED, FILE, why="cut \x1b[2J")
    told = "\n".join(details(upload))
    assert "cut ␛[2J" in told
    assert "Resume goes on" in told

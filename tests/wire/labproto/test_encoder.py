from __future__ import annotations

import re
from typing import Any
from zlib import crc32

import pytest

from tests.support.labproto import MOMENT, SAMPLE
from wslab.wire.labproto.bodies import (
    Error,
    Extension,
    FileChunk,
    FileOpen,
    Numbers,
    Sample,
    StreamStop,
)
from wslab.wire.labproto.encoder import encode, encode_extensions
from wslab.wire.labproto.layout import Flag

HEADER = "01 04 0000 00000002 00000007"


def test_a_message_byte_by_byte() -> None:
    assert encode(StreamStop(42), sequence=7) == bytes.fromhex(f"{HEADER} 002a")
    sample = encode(SAMPLE, sequence=7, flags=Flag.ACK_WANTED)
    assert sample.hex() == "010100010000001400000007002a00010000019b76daa8004035800000000000"


def test_the_checksum_is_that_of_everything_before_it_and_is_counted_in_the_length() -> None:
    message = encode(StreamStop(42), sequence=7, flags=Flag.CHECKSUM)
    assert message[4:8] == bytes((0, 0, 0, 6))
    assert int.from_bytes(message[-4:]) == crc32(message[:-4])
    assert crc32(b"123456789") == 0xCBF43926


def test_what_is_wrong_on_purpose() -> None:
    assert encode(StreamStop(42), sequence=7, length=99) == bytes.fromhex("01 04 0000 00000063 00000007 002a")
    assert encode(StreamStop(1), type_=0x55)[1] == 0x55
    assert encode(StreamStop(1), version=9)[0] == 9
    assert encode(StreamStop(1), flags=Flag.CHECKSUM, crc=1)[-4:] == b"\0\0\0\1"
    assert encode(b"any", type_=0xEE)[12:] == b"any"
    assert encode(Numbers(99, 5, (1, 2)))[12:] == bytes((99, 0, 5, 1, 2))
    assert encode(FileOpen(0, 0, "\udcff"))[-1:] == b"\xff"
    assert encode(Error(1, 0, "\udcff"))[-1:] == b"\xff"
    assert encode(FileChunk(0, 0, b""))[4:8] == bytes((0, 0, 0, 16))


def test_extensions_belong_to_version_2() -> None:
    extended = Sample(1, 0, MOMENT, 1.0, (Extension(0x01, b"m"), Extension(0x81, b"\x02")))
    assert len(encode(extended)) == 32
    assert encode(extended, version=2)[32:] == bytes.fromhex("01016d 810102")


@pytest.mark.parametrize(
    ("body", "options", "said"),
    [
        (b"", {}, "type_"),
        (StreamStop(65536), {}, "StreamStop (sensor)"),
        (StreamStop(-1), {}, "StreamStop (sensor)"),
        (Numbers(1, 1, (256,)), {}, "Numbers"),
        (Numbers(5, 1, (1e300,)), {}, "Numbers"),
        (StreamStop(1), {"sequence": 2**32}, "header"),
        (StreamStop(1), {"flags": 2**16}, "header"),
        (StreamStop(1), {"version": -1}, "header"),
        (StreamStop(1), {"type_": 256}, "header"),
        (StreamStop(1), {"length": -1}, "header"),
        (StreamStop(1), {"flags": Flag.CHECKSUM, "crc": -1}, "header"),
        (Sample(1, 0, 0, 0.0, (Extension(256, b""),)), {"version": 2}, "0x100"),
        (Sample(1, 0, 0, 0.0, (Extension(1, bytes(256)),)), {"version": 2}, "256 bytes"),
        (FileOpen(0, 0, "\ud800"), {}, "surrogates"),
    ],
)
def test_what_has_no_room_is_named(body: Any, options: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        encode(body, **options)


def test_an_extension_may_be_as_long_as_a_byte_counts() -> None:
    assert encode_extensions((Extension(255, bytes(255)),)) == b"\xff\xff" + bytes(255)

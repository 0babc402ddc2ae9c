"""Messages of the lab's binary protocol as bytes, legal or not.

What is wrong with a message is what a learner is to see, so nothing here asks whether a value is allowed:
only whether it has room in its field.
"""

from __future__ import annotations

import struct
from dataclasses import fields
from operator import attrgetter
from zlib import crc32

from wslab.wire.labproto.bodies import (
    Body,
    Error,
    Extension,
    FileChunk,
    FileOpen,
    FileStatus,
    NumberKind,
    Numbers,
    Sample,
)
from wslab.wire.labproto.layout import CHECKSUM, HEADER, LAYOUTS, STRUCTS, TYPE_OF, Tail

_VALUES = {
    record: attrgetter(*(part.name for part in LAYOUTS[kind].parts)) for record, kind in TYPE_OF.items()
}
_SINGLE = {record for record, kind in TYPE_OF.items() if len(LAYOUTS[kind].parts) == 1}
_WITHOUT_TAIL = {
    record
    for record, kind in TYPE_OF.items()
    if LAYOUTS[kind].tail is Tail.NOTHING and LAYOUTS[kind].versions == 1
}


def encode(
    body: Body | bytes,
    *,
    sequence: int = 0,
    flags: int = 0,
    version: int = 1,
    type_: int | None = None,
    length: int | None = None,
    crc: int | None = None,
) -> bytes:
    """Return the bytes of one message.

    Args:
        body: what it says; bytes are a payload as it is, and need a `type_`.
        sequence: number of the message.
        flags: bits of `Flag`, unknown ones included. Where `CHECKSUM` is set the checksum is put at the end.
        version: of the layout. Extensions of a sample are written in version 2 and above only.
        type_: number to write instead of the body's own.
        length: number to write instead of the payload's own, in bytes.
        crc: number to write instead of the right checksum.

    Raises:
        ValueError: a value has no room in its field, or a payload of bytes has no type.
    """
    if isinstance(body, bytes):
        if type_ is None:
            raise ValueError("a payload of bytes needs a type_ to stand in the header")
        kind, payload = type_, body
    else:
        kind = TYPE_OF[type(body)] if type_ is None else type_
        payload = encode_payload(body, version)
    checked = flags & CHECKSUM
    size = len(payload) + (4 if checked else 0) if length is None else length
    try:
        message = HEADER.pack(version, kind, flags, size, sequence) + payload
        if checked:
            message += struct.pack(">I", crc32(message) if crc is None else crc)
    except struct.error as error:
        raise ValueError(f"a number of the header has no room in its field: {error}") from None
    return message


def encode_payload(body: Body, version: int = 1) -> bytes:
    """Return the payload of a message, without a checksum.

    Raises:
        ValueError: a value has no room in its field.
    """
    record = type(body)
    values = _VALUES[record](body)
    try:
        fixed = STRUCTS[TYPE_OF[record]].pack(*((values,) if record in _SINGLE else values))
        return fixed if record in _WITHOUT_TAIL else fixed + _tail(body, version)
    except (struct.error, OverflowError) as error:
        names = ", ".join(field.name for field in fields(body))
        raise ValueError(
            f"a value of {record.__name__} ({names}) has no room in its field: {error}"
        ) from None


def _tail(body: Body, version: int) -> bytes:
    match body:
        case Sample():
            return encode_extensions(body.extensions) if version >= 2 else b""
        case FileChunk():
            return body.data
        case FileOpen() | FileStatus():
            return body.name.encode(errors="surrogateescape")
        case Error():
            return body.text.encode(errors="surrogateescape")
        case Numbers():
            return encode_numbers(body.kind, body.values)
        case _:
            return b""


def encode_extensions(extensions: tuple[Extension, ...]) -> bytes:
    """Return extensions as bytes: tag, length, value (section 8.2).

    Raises:
        ValueError: a tag or a length does not fit into a byte.
    """
    for each in extensions:
        if not 0 <= each.tag <= 0xFF or len(each.value) > 0xFF:
            raise ValueError(
                f"extension {each.tag:#x} with {len(each.value)} bytes: both fit into a byte at most"
            )
    return b"".join(bytes((each.tag, len(each.value))) + each.value for each in extensions)


def encode_numbers(kind: int, values: tuple[int | float, ...]) -> bytes:
    """Return numbers as bytes (section 6.1); those of a kind that does not exist as bytes of U8.

    Raises:
        struct.error, OverflowError: a number does not fit.
    """
    code = NumberKind(kind).code if kind in set(NumberKind) else "B"
    return struct.pack(f">{len(values)}{code}", *values)

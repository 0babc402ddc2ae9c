"""Frames as bytes, legal or not (RFC 6455 section 5.2).

A library refuses to break the rules. The raw client has to: what a server does with a broken frame is the
lesson.
"""

from __future__ import annotations

LENGTH_LIMITS: dict[int, int] = {7: 125, 16: 0xFFFF, 64: 0xFFFF_FFFF_FFFF_FFFF}
"""The largest length each form of the length field holds. Form 7 has 126 and 127 as marks for the others."""

_LENGTH_MARKS: dict[int, int] = {16: 126, 64: 127}


def minimal_form(length: int) -> int:
    """Return the form, 7, 16 or 64, that section 5.2 demands for a length in bytes."""
    return 7 if length <= 125 else 16 if length <= 0xFFFF else 64


def apply_mask(data: bytes, key: bytes, offset: int = 0) -> bytes:
    """XOR data with a masking key (RFC 6455 section 5.3); doing it twice gives the data back.

    Args:
        data: masked or unmasked payload.
        key: the four bytes of the masking key.
        offset: bytes of the payload that came before `data`.

    Raises:
        ValueError: the key is not four bytes long.
    """
    if len(key) != 4:
        raise ValueError(f"a masking key has 4 bytes, not {len(key)}")
    length = len(data)
    if not length:
        return b""
    turn = offset % 4
    stream = ((key[turn:] + key[:turn]) * (length // 4 + 1))[:length]
    # One XOR of two large integers is some fifty times faster than one of each byte.
    masked = int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")
    return masked.to_bytes(length, "little")


def encode_frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = None,
    length_form: int | None = None,
    declared_length: int | None = None,
) -> bytes:
    """Return the bytes of one frame, whether or not RFC 6455 allows it.

    Args:
        opcode: 0 to 15, the reserved ones included.
        payload: payload as the application means it; it is masked here where a key is given.
        fin: whether this is the last fragment.
        rsv: the reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1.
        mask: four bytes of masking key, or None for no masking.
        length_form: 7, 16 or 64 bits of length; None takes the shortest, which section 5.2 demands.
        declared_length: length in bytes to write into the header; None takes the payload's own.

    Raises:
        ValueError: a value has no room in the bits it belongs into.
    """
    if not 0 <= opcode <= 15:
        raise ValueError(f"opcode {opcode} does not fit into 4 bits: 0 to 15")
    if not 0 <= rsv <= 7:
        raise ValueError(f"rsv {rsv} does not fit into 3 bits: 0 to 7")
    if mask is not None and len(mask) != 4:
        raise ValueError(f"a masking key has 4 bytes, not {len(mask)}")
    length = len(payload) if declared_length is None else declared_length
    form = minimal_form(length) if length_form is None else length_form
    if form not in LENGTH_LIMITS:
        raise ValueError(f"there is no length form {form}: 7, 16 or 64")
    if not 0 <= length <= LENGTH_LIMITS[form]:
        raise ValueError(f"length {length} does not fit into the {form} bit form: 0 to {LENGTH_LIMITS[form]}")

    first = (0x80 if fin else 0) | rsv << 4 | opcode
    second = (0 if mask is None else 0x80) | _LENGTH_MARKS.get(form, length)
    extended = b"" if form == 7 else length.to_bytes(form // 8, "big")
    header = bytes((first, second)) + extended
    if mask is None:
        return header + payload
    return header + mask + apply_mask(payload, mask)


def close_body(code: int | None = None, reason: str | bytes = "") -> bytes:
    """Return the payload of a Close frame (RFC 6455 section 5.5.1).

    Args:
        code: 0 to 65535, sendable or not; None gives an empty body.
        reason: text after the code; bytes where it is to be something else than UTF-8.

    Raises:
        ValueError: the code has no room in 16 bits, a reason stands without a code, or the reason holds half
            of a surrogate pair, which UTF-8 cannot carry.
    """
    if code is None:
        if reason:
            raise ValueError("a reason needs a code before it, such as 1000")
        return b""
    if not 0 <= code <= 0xFFFF:
        raise ValueError(f"close code {code} does not fit into 16 bits: 0 to 65535")
    return code.to_bytes(2, "big") + (reason.encode() if isinstance(reason, str) else reason)

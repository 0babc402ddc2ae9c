"""Every rule that a reader of the wire can see broken, each written once.

A violation is a text: the source and section, a space, and the rule in plain words. `6455#5.1` is RFC 6455
section 5.1. Violations that start with `lab#` say what this reader did not do, not what a peer did wrong.

Every violation of a frame, of its message and of a Close body stands on the `Frame` event in which it came to
light; `Message` and `Close` repeat those that are theirs. Counting those of `Frame` and `Http` counts each
once.
"""

from __future__ import annotations

import functools
from typing import Final

from wslab.i18n import N_
from wslab.wire.events import OPCODE_NAMES, Opcode

# Frames (RFC 6455 section 5).
UNMASKED_CLIENT: Final = N_("6455#5.1 client frame not masked")
MASKED_SERVER: Final = N_("6455#5.1 server frame masked")
RESERVED_BITS: Final = N_("6455#5.2 reserved bit set without an extension that gives it a meaning")
UNKNOWN_OPCODE: Final = N_("6455#5.2 unknown opcode")
LENGTH_NOT_MINIMAL: Final = N_("6455#5.2 length not in its shortest form")
LENGTH_TOP_BIT: Final = N_("6455#5.2 top bit of the 64-bit length set")
FRAME_CUT: Final = N_("6455#5.2 frame cut short by the end of the connection")
STRAY_CONTINUATION: Final = N_("6455#5.4 continuation without a message to continue")
INTERRUPTED_MESSAGE: Final = N_("6455#5.4 new data frame in the middle of a fragmented message")
FRAGMENTED_CONTROL: Final = N_("6455#5.5 control frame fragmented")
LONG_CONTROL: Final = N_("6455#5.5 control frame longer than 125 bytes")
AFTER_CLOSE: Final = N_("6455#5.5.1 frame after Close")
EARLY_FRAME: Final = N_("6455#4.1 client frame before the server's answer to the handshake")

# Close bodies and text (RFC 6455 sections 5.5.1, 7.4 and 8.1).
CLOSE_BODY_OF_ONE: Final = N_("6455#5.5.1 Close body of one byte")
BAD_CLOSE_CODE: Final = N_("6455#7.4 close code that must not be sent")
INVALID_UTF8: Final = N_("6455#8.1 text is not valid UTF-8")

# Compression (RFC 7692).
MISPLACED_RSV1: Final = N_("7692#6 RSV1 set on a frame that does not start a message")
CORRUPT_DEFLATE: Final = N_("7692#7.2.2 compressed data does not inflate")
INFLATE_LIMIT: Final = N_("lab#inflate-limit message inflates beyond the limit; the rest was not inflated")
CONTEXT_LOST: Final = N_(
    "lab#context-lost an earlier message was not inflated to its end; this one may refer to what is missing"
)

# HTTP heads (RFC 9112 and RFC 9110).
HEAD_TOO_LONG: Final = N_("lab#head-limit HTTP head longer than the limit; the rest was not read as a head")
HEAD_CUT: Final = N_("9112#8 HTTP head cut short by the end of the connection")
LEADING_BLANK: Final = N_("9112#2.2 empty line before the start line")
BARE_LF: Final = N_("9112#2.2 line ends in LF without CR")
BARE_CR: Final = N_("9112#2.2 CR inside a line")
BAD_REQUEST_LINE: Final = N_("9112#3 request line is not `METHOD target HTTP/x.y`")
BAD_STATUS_LINE: Final = N_("9112#4 status line is not `HTTP/x.y status reason`")
HEADER_WITHOUT_COLON: Final = N_("9112#5 header line without a colon")
SPACE_BEFORE_COLON: Final = N_("9112#5.1 space between header name and colon")
FOLDED_HEADER: Final = N_("9112#5.2 header continued on the next line")
BAD_HEADER_NAME: Final = N_("9110#5.1 header name is not a token")
BAD_HEADER_VALUE: Final = N_("9110#5.5 control character in a header value")
NON_ASCII_HEAD: Final = N_("9110#5.5 character outside of US-ASCII")


@functools.cache
def of_first_byte(deflate: bool, opaque: bool) -> tuple[tuple[str, ...], ...]:
    """Return what is wrong with each of the 256 first bytes of a frame, whatever came before it.

    Args:
        deflate: whether permessage-deflate was agreed on.
        opaque: whether an extension was agreed on that this reader does not know.
    """
    allowed = 7 if opaque else 4 if deflate else 0
    table: list[tuple[str, ...]] = []
    for first in range(256):
        opcode, rsv = first & 0x0F, first >> 4 & 7
        broken: list[str] = []
        if rsv & ~allowed:
            broken.append(RESERVED_BITS)
        # RFC 7692 section 6: the bit belongs to the first frame of a message alone.
        if deflate and rsv & 4 and (opcode >= 8 or opcode == Opcode.CONT):
            broken.append(MISPLACED_RSV1)
        if not opaque and OPCODE_NAMES[opcode].startswith("0x"):
            broken.append(UNKNOWN_OPCODE)
        if opcode >= 8 and not first & 0x80:
            broken.append(FRAGMENTED_CONTROL)
        table.append(tuple(broken))
    return tuple(table)

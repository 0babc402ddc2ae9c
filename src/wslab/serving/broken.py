"""Frames that no server may send, for who writes a client: each breaks one rule of RFC 6455."""

from __future__ import annotations

from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Opcode

TEXT, CONT, PING, CLOSE = Opcode.TEXT, Opcode.CONT, Opcode.PING, Opcode.CLOSE

BROKEN: dict[str, bytes] = {
    "mask": encode_frame(TEXT, b"masked", mask=b"\x37\xfa\x21\x3d"),  # 5.1: a server masks nothing
    "rsv": encode_frame(TEXT, b"a bit without a meaning", rsv=2),  # 5.2
    "opcode": encode_frame(0x3, b"reserved"),  # 5.2: 0x3 to 0x7 and 0xB to 0xF have no meaning yet
    "length": encode_frame(TEXT, b"short", length_form=16),  # 5.2: 5 bytes fit into the first length field
    "continuation": encode_frame(CONT, b"of nothing"),  # 5.4
    "interrupted": encode_frame(TEXT, b"one, ", fin=False) + encode_frame(TEXT, b"and another"),  # 5.4
    "ping-fragment": encode_frame(PING, b"half a ping", fin=False),  # 5.5
    "ping-length": encode_frame(PING, b"x" * 126),  # 5.5: control frames have at most 125 bytes
    "utf8": encode_frame(TEXT, b"caf\xe9"),  # 8.1: this is Latin-1
    "close-body": encode_frame(CLOSE, b"\x03"),  # 5.5.1: half a code
    "close-code": encode_frame(CLOSE, close_body(1005)),  # 7.4: 1005 is for who got a Close without a code
}
"""What is sent for each name."""

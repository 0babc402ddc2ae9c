"""Frame events with every value chosen, for tests of what takes frames apart."""

from __future__ import annotations

from wslab.wire.encoder import minimal_form
from wslab.wire.events import Direction, Frame

KEY = bytes.fromhex("37fa213d")


def make_frame(
    opcode: int = 1,
    payload: bytes = b"Hello",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = KEY,
    form: int | None = None,
    length: int | None = None,
    direction: Direction = Direction.C2S,
    preview: int = 4096,
) -> Frame:
    """A Frame event as a reader makes it of these values."""
    length = len(payload) if length is None else length
    form = form or minimal_form(length)
    header_len = 2 + {7: 0, 16: 2, 64: 8}[form] + (4 if mask is not None else 0)
    masked = mask is not None
    return Frame(
        1, 0.0, 0.0, 1, direction, opcode, fin, rsv, masked, mask or b"", header_len, length,
        payload[:preview], (),
    )  # fmt: skip

"""permessage-deflate (RFC 7692) that leaves short messages as they are.

websockets compresses every message of a connection on which compression was agreed. RFC 7692 section 6 leaves
that to the sender, message by message: RSV1 of the first frame says which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.typing import ExtensionParameter


class Deflate(PerMessageDeflate):
    """Compression of messages of at least so many bytes."""

    shortest = 0
    """Bytes of the shortest message that is compressed. One in fragments always is: its length is unknown."""
    _plain = False

    def encode(self, frame: Frame) -> Frame:
        """Compress a frame or leave it as it is."""
        if frame.opcode in CTRL_OPCODES:
            return frame
        if frame.opcode is not Opcode.CONT:
            self._plain = frame.fin and len(frame.data) < self.shortest
        return frame if self._plain else super().encode(frame)


class DeflateFactory(ServerPerMessageDeflateFactory):
    """Agrees on compression as websockets does, and hands out `Deflate`."""

    def __init__(self, shortest: int, *parameters: Any, **settings: Any) -> None:
        """Take the shortest message to compress, in bytes, and the arguments of websockets' own factory."""
        super().__init__(*parameters, **settings)
        self._shortest = shortest

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """Return the parameters of the answer and the extension.

        Raises:
            NegotiationError: this offer cannot be taken; the next one of the client may do.
        """
        answer, agreed = super().process_request_params(params, accepted_extensions)
        deflate = Deflate(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )
        deflate.shortest = self._shortest
        return answer, deflate

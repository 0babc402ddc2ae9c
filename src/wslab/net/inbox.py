"""Messages from the frames that the library decoded, handed on at once and never queued.

The library's own queue stops the reading when nobody empties it, and the log with it; emptying it costs more
than reading the wire does.
"""

from __future__ import annotations

from collections.abc import Callable

from websockets.frames import Frame, Opcode

CONT, TEXT = Opcode.CONT, Opcode.TEXT
"""Looked up once: Python 3.11 takes its time over the members of an Enum, and a flood asks for each frame."""

OnMessage = Callable[[str | bytes], None]


class Inbox:
    """Puts the data frames of one direction together. The library has checked their order and their size."""

    def __init__(self, on_message: OnMessage | None) -> None:
        self._on_message = on_message
        self._parts: list[bytes | bytearray | memoryview] = []
        self._is_text = False

    def take(self, frame: Frame) -> None:
        """Take a data frame; the last one of a message hands it on.

        Raises:
            UnicodeDecodeError: a text message is not UTF-8 (RFC 6455 section 8.1).
            Exception: whatever the callback raises.
        """
        data, opcode = frame.data, frame.opcode
        if opcode is not CONT:
            self._is_text = opcode is TEXT
            if not frame.fin:
                self._parts = [data] if self._wanted else []
                return
        else:
            if self._wanted and data:
                self._parts.append(data)
            if not frame.fin:
                return
            data = b"".join(self._parts)
            self._parts = []
        if self._is_text:
            text = str(data, "utf-8")
            if self._on_message is not None:
                self._on_message(text)
        elif self._on_message is not None:
            self._on_message(bytes(data))

    def silence(self) -> None:
        """Call nobody from now on."""
        self._on_message = None

    @property
    def _wanted(self) -> bool:
        return self._is_text or self._on_message is not None

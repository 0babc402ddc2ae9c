"""The body of an HTTP message, as far as a lab needs it: its size and its start (RFC 9112 section 6)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n?", re.DOTALL)
_LINE_LIMIT = 4096


class BodyReader:
    """Counts a body and keeps its start. Chunks are taken apart; where they are broken, the rest is raw."""

    def __init__(
        self, headers: Sequence[tuple[str, str]], preview_limit: int, *, empty: bool = False
    ) -> None:
        """Start at the first byte of a body.

        Args:
            headers: of the head before it; they say where it ends.
            preview_limit: bytes of it to keep.
            empty: whether there is no body whatever the headers say.
        """
        self._preview_limit = preview_limit
        self.length = 0
        """Bytes of content that came."""
        self.preview = b""
        """The start of the content."""
        named = {name.lower(): value.strip().lower() for name, value in headers}
        self._chunked = not empty and named.get("transfer-encoding", "").endswith("chunked")
        # Bytes of content up to the end or the next chunk; None where only the connection ends the body.
        self._left: int | None = None
        self._line = b""
        self._trailer = False
        declared = named.get("content-length", "")
        if empty or self._chunked:
            self._left = 0
        elif re.fullmatch(r"[0-9]{1,18}", declared):
            self._left = int(declared)

    @property
    def done(self) -> bool:
        """Whether the body is complete."""
        return not self._chunked and self._left == 0

    @property
    def cut(self) -> bool:
        """Whether an end of the connection now would come before the end of the body."""
        return self._chunked or (self._left or 0) > 0

    def feed(self, data: bytes, start: int = 0) -> int:
        """Take `data[start:]`; return the place in `data` where the body ends or `data` does."""
        at = start
        while at < len(data) and not self.done:
            at = (
                self._feed_line(data, at)
                if self._chunked and self._left == 0
                else self._feed_content(data, at)
            )
        return at

    def _feed_content(self, data: bytes, at: int) -> int:
        end = len(data) if self._left is None else min(len(data), at + self._left)
        self.length += end - at
        room = self._preview_limit - len(self.preview)
        if room > 0:
            self.preview += data[at : min(end, at + room)]
        if self._left is not None:
            self._left -= end - at
        return end

    def _feed_line(self, data: bytes, at: int) -> int:
        """Read a chunk's size, the end of the chunk before it, or the trailer (RFC 9112 section 7.1)."""
        end = data.find(b"\n", at, at + _LINE_LIMIT) + 1
        whole = end > 0
        if not whole:
            end = min(len(data), at + _LINE_LIMIT)
        line = self._line + data[at:end]
        if len(line) > _LINE_LIMIT:
            self._give_up(line)
            return end
        if not whole:
            self._line = line
            return end
        self._line = b""
        blank = line in (b"\r\n", b"\n")
        if self._trailer:
            self._chunked = not blank
        elif not blank:
            size = _SIZE_LINE.fullmatch(line)
            if size is None:
                self._give_up(line)
            else:
                self._left = int(size[1], 16)
                self._trailer = self._left == 0
        return end

    def _give_up(self, line: bytes) -> None:
        """Take a line that is not what it has to be, and everything after it, for content."""
        self._chunked = False
        self._left = None
        self._line = b""
        self._feed_content(line, 0)

    def finish(self) -> None:
        """Drop the part of a chunk's size or of the trailer that was held back: the connection ended."""
        self._line = b""

"""What decoders of messages take and give. They know nothing of frames, times or connections."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from wslab.i18n import Sentence, sentence

LARGEST = 1 << 20
"""Bytes of the largest packet or message that is decoded. A larger one is counted, and flagged."""

MANY = 1000
"""Decoded units that wait for the end of their message at most; more are handed over before it."""

LONGEST_SUMMARY = 200
"""Characters of a summary."""


class Decoded(NamedTuple):
    """One unit: an MQTT packet, or a message of GraphQL or of the lab's binary protocol.

    The fields are those of the event `Proto`, behind what each event has.
    """

    protocol: str
    version: str
    name: str
    summary: str
    id: str | None
    topic: str | None
    start: int
    length: int
    preview: bytes
    violations: tuple[str, ...]


class Decoder(Protocol):
    """Decodes the messages of one direction. Nothing raises, whatever arrives."""

    def begin(self, text: bool) -> None:
        """A message begins; one that was under way is given up."""

    def feed(self, piece: bytes) -> None:
        """The next bytes of the message, unmasked and inflated."""

    def end(self, whole: bool) -> list[Decoded]:
        """The message is over: return what it completed.

        Args:
            whole: whether all of it was fed; not so where it could not be inflated to its end.
        """

    def overflow(self) -> list[Decoded]:
        """Return what was completed so far, where that is so much that it should not wait for the end."""


def shortened(text: str) -> str:
    """Return a summary that is not too long."""
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def beyond_limit(size: int, most: int) -> Sentence:
    """Return what to note where something is not decoded because of its size."""
    return sentence(
        "lab#decode-limit {size} bytes are more than the lab decodes, {most}", size=size, most=most
    )


class MessageDecoder:
    """Base of the decoders of protocols whose units lie within one message each: collects the message."""

    def __init__(self, protocol: str) -> None:
        """Prepare for the first message of a direction."""
        self._protocol = protocol
        self._text = False
        self._parts: list[bytes] = []
        self._size = 0

    def begin(self, text: bool) -> None:
        """A message begins."""
        self._text = text
        self._parts.clear()
        self._size = 0

    def feed(self, piece: bytes) -> None:
        """Keep the next bytes, as long as there is a point in it."""
        self._size += len(piece)
        if self._size <= LARGEST:
            self._parts.append(piece)
        else:
            self._parts.clear()

    def end(self, whole: bool) -> list[Decoded]:
        """Decode the message; nothing comes of one that is not whole, which its `Message` tells."""
        if not whole:
            return []
        if self._size > LARGEST:
            return [self.too_large(self._size)]
        data = b"".join(self._parts)
        self._parts.clear()
        return self.decode(data, self._text)

    def overflow(self) -> list[Decoded]:
        """Nothing is complete before its message is."""
        return []

    def decode(self, data: bytes, text: bool) -> list[Decoded]:
        """Decode a whole message."""
        raise NotImplementedError

    def too_large(self, size: int) -> Decoded:
        """Return what to say of a message that is too large."""
        said = f"{size} bytes, not decoded"
        return Decoded(self._protocol, "", "", said, None, None, 0, size, b"", (beyond_limit(size, LARGEST),))

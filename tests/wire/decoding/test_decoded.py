"""The base of decoders whose units lie within one message each."""

from __future__ import annotations

import pytest

from wslab.wire.decoding import decoded
from wslab.wire.decoding.decoded import LONGEST_SUMMARY, Decoded, MessageDecoder, shortened


class Sizes(MessageDecoder):
    """Tells how much it was given."""

    def decode(self, data: bytes, text: bool) -> list[Decoded]:
        kind = "text" if text else "binary"
        return [Decoded("sizes", "", kind, f"{len(data)}", None, None, 0, len(data), data, ())]


def test_a_message_comes_in_pieces() -> None:
    decoder = Sizes("sizes")
    decoder.begin(False)
    decoder.feed(b"given up")
    decoder.begin(True)
    decoder.feed(b"ab")
    decoder.feed(b"c")
    assert decoder.overflow() == []
    (unit,) = decoder.end(True)
    assert (unit.name, unit.preview) == ("text", b"abc")


def test_what_is_not_whole_is_not_decoded() -> None:
    decoder = Sizes("sizes")
    decoder.begin(True)
    decoder.feed(b"ab")
    assert decoder.end(False) == []


def test_what_is_too_large_is_flagged_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "LARGEST", 4)
    decoder = Sizes("sizes")
    decoder.begin(False)
    for _ in range(3):
        decoder.feed(b"ab")
    (unit,) = decoder.end(True)
    assert (unit.name, unit.length, unit.preview) == ("", 6, b"")
    assert unit.violations == ("lab#decode-limit 6 bytes are more than the lab decodes, 4",)
    decoder.begin(False)
    decoder.feed(b"ab")
    (unit,) = decoder.end(True)
    assert unit.preview == b"ab"


def test_summaries_are_bounded() -> None:
    assert shortened("x" * LONGEST_SUMMARY) == "x" * LONGEST_SUMMARY
    assert len(shortened("x" * (LONGEST_SUMMARY + 1))) == LONGEST_SUMMARY

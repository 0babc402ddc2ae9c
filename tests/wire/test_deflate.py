"""What was agreed on about compression, and inflating within bounds."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, S2C, deflated
from wslab.wire import violations as rule
from wslab.wire.deflate import NAME, DeflateParameters, Inflater, agreed, judge_choice
from wslab.wire.extensions import Extension, parse_extensions


def parse(text: str) -> Extension:
    (extension,), _ = parse_extensions([text])
    return extension


def test_defaults() -> None:
    assert agreed([Extension(NAME)]) == (DeflateParameters(False, False, 15, 15), False)
    assert agreed([]) == (None, False)
    assert agreed([Extension("x-foo")]) == (None, True)
    assert agreed([Extension("x-foo"), Extension(NAME)]) == (DeflateParameters(), True)


def test_every_parameter() -> None:
    text = (
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10"
    )
    parameters, opaque = agreed([parse(text)])
    assert parameters == DeflateParameters(True, False, 9, 10)
    assert not opaque
    assert (parameters.takeover(S2C), parameters.takeover(C2S)) == (False, True)
    assert (parameters.window_bits(S2C), parameters.window_bits(C2S)) == (9, 10)


OFFER = "permessage-deflate; client_max_window_bits"


@pytest.mark.parametrize(
    ("offer", "chosen", "problem"),
    [
        (NAME, NAME, ""),
        (NAME, f"{NAME}; server_no_context_takeover; client_no_context_takeover", ""),
        (NAME, f"{NAME}; server_max_window_bits=10", ""),
        (OFFER, f"{NAME}; client_max_window_bits=8", ""),
        (f"{NAME}; client_max_window_bits=9", f"{NAME}; client_max_window_bits=15", ""),
        (f"{NAME}; server_max_window_bits=10", f"{NAME}; server_max_window_bits=10", ""),
        (f"{NAME}; server_max_window_bits=10", f"{NAME}; server_max_window_bits=11", "7692#7.1.2.1"),
        (f"{NAME}; server_max_window_bits=10", NAME, "7692#7.1.2.1"),
        (f"{NAME}; server_no_context_takeover", NAME, "7692#7.1.1.1"),
        (NAME, f"{NAME}; client_max_window_bits=10", "7692#7.1.2.2"),
        (OFFER, f"{NAME}; client_max_window_bits", "7692#7.1.2.2"),
        (OFFER, f"{NAME}; client_max_window_bits=16", "7692#7.1.2.2"),
        (OFFER, f"{NAME}; client_max_window_bits=08", "7692#7.1.2.2"),
        (NAME, f"{NAME}; server_max_window_bits=7", "7692#7.1.2.1"),
        (NAME, f"{NAME}; server_no_context_takeover=1", "7692#7.1.1.1"),
        (NAME, f"{NAME}; client_no_context_takeover=true", "7692#7.1.1.2"),
        (NAME, f"{NAME}; server_no_context_takeover; server_no_context_takeover", "7692#7.1"),
        (NAME, f"{NAME}; x=1", "7692#7.1"),
    ],
)
def test_what_a_server_may_choose(offer: str, chosen: str, problem: str) -> None:
    problems = judge_choice(parse(chosen), [parse(offer)])
    assert [text.split(" ")[0] for text in problems] == ([problem] if problem else [])


def test_one_of_several_offers_has_to_fit() -> None:
    offers = [parse(f"{NAME}; server_max_window_bits=9"), parse(NAME)]
    assert judge_choice(parse(NAME), offers) == []
    assert judge_choice(parse(f"{NAME}; client_max_window_bits=9"), offers) != []
    assert judge_choice(parse(f"{NAME}; client_max_window_bits=9"), []) == []


def inflate(inflater: Inflater, data: bytes, size: int = 10**9) -> bytes:
    inflater.start()
    out = [piece for at in range(0, len(data), size) for piece in inflater.feed(data[at : at + size])]
    return b"".join(out + inflater.finish())


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=50) | st.sampled_from([b"abc" * 400, b"x" * 70_000]), max_size=6),
    st.booleans(),
    st.integers(9, 15),
    st.integers(0, 9),
    st.integers(1, 2000),
)
def test_what_was_compressed_comes_back(
    contents: list[bytes], takeover: bool, bits: int, level: int, size: int
) -> None:
    piecewise, whole = Inflater(takeover, 2**20), Inflater(takeover, 2**20)
    shared = zlib.compressobj(level, wbits=-bits)
    for content in contents:
        payload = deflated(content, shared if takeover else zlib.compressobj(level, wbits=-bits))
        assert inflate(piecewise, payload, size) == content
        assert piecewise.length == len(content)
        quick = whole.whole(payload)
        assert (inflate(whole, payload) if quick is None else quick) == content
        assert piecewise.problem is whole.problem is None


@settings(deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=60).map(deflated), st.integers(0, 100), st.booleans())
def test_the_quick_way_judges_as_the_long_one_does(data: bytes, limit: int, takeover: bool) -> None:
    quick, long = Inflater(takeover, limit), Inflater(takeover, limit)
    content = quick.whole(data)
    assert content is not None
    expected = inflate(long, data)
    assert quick.problem == long.problem
    if quick.problem != rule.CORRUPT_DEFLATE:
        assert (content, quick.length) == (expected, long.length)
    following = deflated(b"following")
    after = quick.whole(following)
    assert (inflate(quick, following) if after is None else after) == inflate(long, following)
    assert quick.problem == long.problem


FINAL = b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"
"""`Hello` in a final block, as RFC 7692 section 7.2.3.4 shows it."""


@pytest.mark.parametrize("payload", [FINAL, FINAL[:-1]])
@pytest.mark.parametrize("takeover", [True, False])
def test_a_final_block_ends_nothing_but_itself(payload: bytes, takeover: bool) -> None:
    inflater = Inflater(takeover, 1000)
    for _ in range(3):
        assert inflate(inflater, payload) == b"Hello"
        assert inflater.problem is None
    other = Inflater(takeover, 1000)
    for _ in range(3):
        quick = other.whole(payload)
        assert (inflate(other, payload) if quick is None else quick) == b"Hello"


def test_the_window_outlives_a_final_block() -> None:
    shared = zlib.compressobj(wbits=-15)
    first = shared.compress(b"some words to refer to, and some more") + shared.flush(zlib.Z_SYNC_FLUSH)
    second = shared.compress(b"some words to refer to, and some more") + shared.flush(zlib.Z_FINISH)
    inflater = Inflater(True, 1000)
    content = inflate(inflater, first + second + b"\x00")
    assert content == b"some words to refer to, and some more" * 2
    referring = zlib.compressobj(wbits=-15, zdict=content)
    assert inflate(inflater, deflated(content, referring)) == content


def test_final_blocks_without_end_are_given_up() -> None:
    inflater = Inflater(True, 1000)
    inflate(inflater, b"\x03\x00" * 8000)
    assert inflater.problem == rule.CORRUPT_DEFLATE


def test_a_limit_of_nothing() -> None:
    inflater = Inflater(True, 0)
    assert inflate(inflater, deflated(b"")) == b""
    assert inflater.problem is None
    assert inflate(inflater, deflated(b"x")) == b""
    assert inflater.problem == rule.INFLATE_LIMIT

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import legal
from wslab.lab.binary.assembled import assemble
from wslab.lab.binary.draft import EXAMPLES, Draft, draft_of, example
from wslab.wire.labproto.bodies import Body
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import CHECKSUM, Type
from wslab.wire.labproto.reader import read


@given(legal(), st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1))
def test_what_a_message_says_can_be_typed(body: Body, flags: int, sequence: int) -> None:
    draft = draft_of(body, flags=flags)
    assembled = assemble(draft, sequence=sequence, now=0)
    assert assembled.message == encode(body, sequence=sequence, flags=flags)


@given(legal(2), st.sampled_from([0, CHECKSUM]))
def test_version_2_as_well(body: Body, flags: int) -> None:
    draft = draft_of(body, flags=flags, version=2)
    assert assemble(draft, sequence=1, now=0).message == encode(body, sequence=1, flags=flags, version=2)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("kind", list(Type))
def test_there_is_a_right_example_of_every_type(kind: Type, version: int) -> None:
    draft = example(kind, version=version, transfer=0xABC)
    (item,) = read(assemble(draft, sequence=7, now=1000.5).message)
    assert item.problems == ()
    assert item.header is not None
    assert (item.header.type, item.header.sequence) == (kind, 7)
    if hasattr(item.body, "transfer"):
        assert item.body.transfer == 0xABC
    assert EXAMPLES.keys() == set(Type)


def test_an_example_of_any_type_is_of_none() -> None:
    (item,) = read(assemble(example(None), sequence=7, now=0).message)
    assert item.header is not None
    assert item.header.type == 0x55


def test_a_text_is_changed_in_a_copy() -> None:
    one = Draft(Type.STREAM_STOP, {"sensor": "1"})
    two = one.with_text("sensor", "2")
    assert (one.text("sensor"), two.text("sensor"), two.text("length")) == ("1", "2", "")

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import TRANSPORT
from wslab.wire.graphql.writer import write

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def test_what_is_not_given_is_not_written() -> None:
    assert write("ping") == '{"type":"ping"}'
    assert write("ping", payload=None) == '{"type":"ping","payload":null}'
    assert write("complete", "1") == '{"id":"1","type":"complete"}'
    assert write("pong", payload={"é": 1}) == '{"type":"pong","payload":{"é":1}}'


@given(st.text(alphabet=st.characters(), min_size=1), st.dictionaries(st.text(), values))
def test_what_is_written_is_read_as_it_was(identity: str, payload: dict[str, Any]) -> None:
    text = write("next", identity, payload)
    text.encode()  # UTF-8 must be able to carry it
    message = read(text, TRANSPORT).message
    assert message is not None
    assert (message.id, message.payload) == (identity, payload)


def test_half_of_a_surrogate_pair_goes_back_as_the_escape_it_came_as() -> None:
    identity = json.loads('"\\ud800"')
    assert write("complete", identity) == '{"id":"\\ud800","type":"complete"}'


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write("next", "1", {"data": math.nan})
    with pytest.raises(TypeError):
        write("next", "1", {"data": object()})

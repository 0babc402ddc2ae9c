from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.closecodes import describe
from wslab.wire.graphql import closing
from wslab.wire.graphql.closing import CLOSINGS, LONGEST_REASON, cut_reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (4401, "Unauthorized"),
        (4403, "Forbidden"),
        (4406, "Subprotocol not acceptable"),
        (4408, "Connection initialisation timeout"),
        (4409, "Subscriber for {id} already exists"),
        (4429, "Too many initialisation requests"),
    ],
)
def test_the_reasons_are_word_for_word(code: int, reason: str) -> None:
    assert CLOSINGS[code].reason == reason


def test_every_code_may_be_sent_and_says_what_went_wrong() -> None:
    assert set(CLOSINGS) == {4400, 4401, 4403, 4406, 4408, 4409, 4429}
    for each in (*CLOSINGS.values(), closing.LEGACY_NO_SUBPROTOCOL, closing.LEGACY_REFUSED):
        assert describe(each.code).sendable
        assert each.meaning.endswith(".")


def test_values_are_filled_in_as_they_are() -> None:
    assert closing.DUPLICATE.reason_for(id="{7}") == "Subscriber for {7} already exists"
    assert closing.INVALID.reason_for(message="why") == "why"


@given(st.text(alphabet=st.characters(), max_size=400))
def test_a_reason_fits_into_a_close_frame_whatever_it_says(text: str) -> None:
    cut = cut_reason(text)
    assert len(cut.encode()) <= LONGEST_REASON
    whole = text.encode("utf-8", "replace").decode()
    assert cut == whole or (cut.endswith("…") and whole.startswith(cut[:-1]))

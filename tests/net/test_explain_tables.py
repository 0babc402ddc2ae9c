"""What is said of an error names nothing but the place, whatever the number."""

from __future__ import annotations

from string import Formatter

import pytest

from wslab.net.explain_tables import CERTIFICATE, NETWORK, STATUS, STATUS_MAY_CHANGE


@pytest.mark.parametrize("template", [text for _, text, _ in NETWORK.values()])
def test_a_network_error_can_name_the_place_and_nothing_else(template: str) -> None:
    assert {name for _, name, _, _ in Formatter().parse(template) if name is not None} <= {"place"}


def test_the_rest_of_the_sentences_need_nothing() -> None:
    for text in (*CERTIFICATE.values(), *STATUS.values()):
        assert "{" not in text


def test_a_refusal_for_good_is_not_one_that_may_change() -> None:
    assert not STATUS_MAY_CHANGE & {400, 401, 403, 404, 405, 426, 501}
    assert {429, 503} <= STATUS_MAY_CHANGE

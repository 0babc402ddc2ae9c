from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.pairing import KEYS, TIMES, Pairing


def test_an_answer_takes_the_time_since_its_question() -> None:
    pairing = Pairing()
    pairing.ask(1, 5, 10.0)
    pairing.ask(2, 5, 11.0)
    assert pairing.answer(2, 11.5) == 0.5
    assert pairing.answer(1, 13.0) == 3.0
    assert pairing.answer(1, 14.0) is None
    assert (pairing.asked, pairing.answered, pairing.unasked) == (2, 2, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=200))
def test_equal_questions_are_answered_in_order(steps: list[tuple[int, bool]]) -> None:
    pairing = Pairing()
    model: dict[int, list[float]] = {}
    for number, (key, asks) in enumerate(steps):
        t = float(number)
        if asks:
            pairing.ask(key, 0, t)
            model.setdefault(key, []).append(t)
        else:
            waiting = model.get(key)
            expected = t - waiting.pop(0) if waiting else None
            assert pairing.answer(key, t) == expected
    assert pairing.asked - pairing.answered == sum(map(len, model.values()))


def test_more_equal_questions_than_are_remembered_are_counted_and_give_no_wrong_time() -> None:
    pairing = Pairing()
    for number in range(TIMES + 500):
        pairing.ask(7, 1, float(number))
    seconds = [pairing.answer(7, 1000.0 + number) for number in range(TIMES + 500)]
    assert seconds[:TIMES] == [1000.0] * TIMES
    assert set(seconds[TIMES:]) == {None}
    assert (pairing.answered, pairing.unasked) == (TIMES + 500, 0)
    pairing.ask(7, 1, 5000.0)
    assert pairing.answer(7, 5001.0) == 1.0


def test_questions_between_counted_ones_keep_their_place() -> None:
    pairing = Pairing()
    for number in range(TIMES + 1):
        pairing.ask(7, 1, float(number))
    pairing.answer(7, 100.0)
    pairing.ask(7, 1, 200.0)
    for _ in range(TIMES - 1):
        assert pairing.answer(7, 300.0) is not None
    assert pairing.answer(7, 300.0) is None
    assert pairing.answer(7, 300.0) is None
    assert (pairing.answered, pairing.unasked) == (TIMES + 2, 0)


def test_questions_that_nobody_answers_do_not_fill_the_memory() -> None:
    pairing = Pairing()
    for key in range(KEYS * 5):
        pairing.ask(key, key, float(key))
    assert len(pairing._recent) + len(pairing._old) <= 2 * KEYS
    assert len(pairing.sizes) + len(pairing.old_sizes) <= 2 * KEYS
    assert pairing.answer(KEYS * 5 - 1, 1e6) is not None
    assert pairing.answer(KEYS * 4 - 1, 1e6) is not None
    assert pairing.answer(0, 1e6) is None


@pytest.mark.parametrize("equal", [1, 3])
def test_what_comes_too_late_is_no_answer(equal: int) -> None:
    pairing = Pairing(max_age=60)
    for _ in range(equal):
        pairing.ask(1, 5, 10.0)
    assert pairing.answer(1, 71.0) is None
    assert (pairing.answered, pairing.unasked) == (0, 1)
    pairing.ask(1, 5, 80.0)
    assert pairing.answer(1, 81.0) == 1.0


def test_a_stale_question_is_passed_over_for_a_fresh_one() -> None:
    pairing = Pairing(max_age=60)
    pairing.ask(1, 5, 10.0)
    pairing.ask(1, 5, 100.0)
    assert pairing.answer(1, 101.0) == 1.0


@given(st.lists(st.integers(0, 3000), max_size=60))
def test_sizes_hold_the_size_of_every_question_that_can_be_answered(keys: list[int]) -> None:
    pairing = Pairing()
    for key in keys:
        pairing.ask(key, key * 3, 1.0)
    assert {key * 3 for key in keys} <= pairing.sizes | pairing.old_sizes

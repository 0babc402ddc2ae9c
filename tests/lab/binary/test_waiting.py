from __future__ import annotations

import asyncio

import pytest

from wslab.lab.binary.errors import NoAnswer
from wslab.lab.binary.waiting import Question, Waiting


def test_the_oldest_of_a_number_is_answered_first() -> None:
    waiting = Waiting()
    one, two = Question(7, "SAMPLE"), Question(7, "NUMBERS")
    waiting.add(one)
    waiting.add(two)
    assert waiting.answered(8) is None
    assert waiting.answered(7) is one
    assert waiting.answered(7) is two
    assert waiting.answered(7) is None
    assert len(waiting) == 0


async def test_it_is_bounded_but_for_what_somebody_waits_for() -> None:
    waiting = Waiting(most=10)
    asked = Question(0, "FILE_OPEN", asyncio.get_running_loop().create_future())
    waiting.add(asked)
    for number in range(1, 100):
        waiting.add(Question(number, "SAMPLE"))
    assert len(waiting) == 11
    assert waiting.answered(89) is None
    found = waiting.answered(90)
    assert found is not None
    assert found.name == "SAMPLE"
    assert waiting.answered(0) is asked


async def test_the_end_tells_everybody_who_waits() -> None:
    waiting = Waiting()
    asked = Question(1, "FILE_OPEN", asyncio.get_running_loop().create_future())
    waiting.add(asked)
    waiting.add(Question(2, "SAMPLE"))
    waiting.end(NoAnswer("over"))
    assert len(waiting) == 0
    assert asked.answer is not None
    with pytest.raises(NoAnswer, match="over"):
        await asked.answer


async def test_what_is_dropped_is_not_answered() -> None:
    waiting = Waiting()
    asked = Question(1, "FILE_OPEN", asyncio.get_running_loop().create_future())
    casual = Question(1, "SAMPLE")
    for question in (asked, casual):
        waiting.add(question)
        waiting.drop(question)
        waiting.drop(question)
    assert len(waiting) == 0
    assert waiting.answered(1) is None
    asked.fail(NoAnswer("late"))
    asked.fail(NoAnswer("later"))

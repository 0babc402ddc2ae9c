"""What is known of a lesson that was done in the app."""

from __future__ import annotations

from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import HEIGHT, WIDTH, Driven


def test_nothing_is_wrong_with_a_drive_unless_it_says_so() -> None:
    driven = Driven("en", Seed(1))
    assert (driven.failure, driven.fault, driven.where, driven.events) == ("", "", "", ())


def test_lessons_have_to_work_in_the_smallest_terminal() -> None:
    assert (WIDTH, HEIGHT) == (80, 24)

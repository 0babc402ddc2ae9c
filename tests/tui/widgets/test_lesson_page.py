"""The page of a lesson as far as it has come."""

from __future__ import annotations

from pathlib import Path

from tests.support.check_events import S2C, close, message
from tests.support.sittings import Sitting, write_course
from wslab.lab.course_files import load_course
from wslab.tui.widgets.lesson_page import lesson_page, phase_page


def test_at_first_there_is_the_first_step_and_the_titles_of_the_rest(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    page = lesson_page(sitting.session)
    assert page.startswith(
        "# Echo\n\nSend a word and see it come back.  \n*5 min · RFC 6455 5.2*\n\nA server"
    )
    assert f"## ▸ 1. Send your word\n\nType `{sitting.word}`." in page
    assert "`h` shows a hint; 2 are left." in page
    assert page.endswith("*still to come: 2. See it come back · 3. Leave*")
    assert "Look at the" not in page
    assert "What you saw" not in page


def test_hints_stand_under_their_step(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.session.hint()
    page = lesson_page(sitting.session)
    assert "> **Hint 1** Look at the **bottom**." in page
    assert "`h` shows a hint." in page
    sitting.session.hint()
    page = lesson_page(sitting.session)
    assert f"> **Hint 2** It is `{sitting.word}`." in page
    assert "shows a hint" not in page


def test_a_passed_step_stays_and_the_next_one_comes_when_asked_for(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word))
    page = lesson_page(sitting.session)
    assert "## ✓ 1. Send your word" in page
    assert "## ▸" not in page
    sitting.session.advance()
    page = lesson_page(sitting.session)
    assert "## ✓ 1. Send your word" in page
    assert "## ▸ 2. See it come back" in page


def test_what_comes_after_the_lesson_comes_after_the_lesson(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word), message(sitting.word, S2C), close(1000))
    sitting.session.advance()
    page = lesson_page(sitting.session)
    assert page.endswith("## What you saw\n\nA message and its echo.")
    assert "still to come" not in page


def test_a_translation_that_is_stale_says_so(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    prose = (course / "1-basics/010-echo/en.md").read_text()
    old = prose.replace("+++\nA server", '[of]\nintro = "000000000000"\n+++\nA server')
    (course / "1-basics/010-echo/ja.md").write_text(old)
    sitting = Sitting(tmp_path, course)
    from wslab.i18n import set_language

    set_language("ja")
    try:
        stale = sitting.lesson.text().stale
        assert "intro" in stale
        assert lesson_page(sitting.session).count("*\n\nA server") == 1
    finally:
        set_language("en")


def test_a_phase_lists_its_lessons_or_says_that_they_are_to_come() -> None:
    course = load_course()
    assert "- Echo: " in phase_page(course.phases[0])
    assert "still to come" in phase_page(course.phases[3])

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from tests.support.packs import LOUD
from tests.support.waiting import until
from wslab.lab.course_files import load_course
from wslab.lab.packs import load_pack
from wslab.lab.prose import Localized, Prose
from wslab.tui.widgets.course_list import CourseList, Shown

COURSE = load_course()
ENGLISH = COURSE.phases[3].text("en").english
JAPANESE = {
    "en": Localized(ENGLISH, ENGLISH),
    "ja": Localized(Prose.parse(Path("ja.md"), '+++\ntitle = "本番"\nsummary = "…"\n+++\n'), ENGLISH),
}
SIZES = [(80, 24), (120, 36)]


class Stage(App[None]):
    CSS = "CourseList { width: 24; }"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[object] = []

    def compose(self) -> ComposeResult:
        yield CourseList(id="course-list")

    def on_course_list_lesson_chosen(self, event: CourseList.LessonChosen) -> None:
        self.chosen.append(event.lesson_id)

    def on_course_list_phase_chosen(self, event: CourseList.PhaseChosen) -> None:
        self.chosen.append(event.phase if event.pack is None else (event.phase, event.pack))

    @property
    def view(self) -> CourseList:
        return self.query_one(CourseList)

    def rows(self) -> list[str]:
        return [str(option.prompt) for option in self.view.options]


@pytest.mark.parametrize("size", SIZES)
async def test_it_marks_the_open_lesson_and_those_passed_and_counts_them(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        passed = frozenset({"p1-connect", "p1-echo", "of another course"})
        shown = Shown(COURSE, passed, frozenset({"p1-states"}))
        app.view.show([shown], COURSE.lesson("p1-echo"))
        await pilot.pause()
        assert app.rows() == [
            "1 Basics  2/9",
            " ✓ Connect",
            "▸✓ Echo",
            " … States",
            "   Close codes",
            "   Ping and pong",
            "   When it fails",
            *(f"   {lesson.title}" for lesson in COURSE.phases[0].lessons[6:]),
            "2 Protocols",
            "3 Testing",
            "4 Production",
        ]
        assert app.view.size.height == 13
        assert app.view.max_scroll_x == 0


async def test_enter_and_a_click_choose_a_lesson() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show([Shown(COURSE)], COURSE.lesson("p1-connect"))
        app.view.focus()
        await pilot.press("down", "enter")
        await until(lambda: app.chosen == ["p1-echo"], "the lesson below")
        await pilot.click(CourseList, offset=(5, 4))
        await until(lambda: app.chosen == ["p1-echo", "p1-close-codes"], "the lesson that was clicked")


async def test_the_heading_cannot_be_chosen_and_a_phase_can() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show([Shown(COURSE)], COURSE.lesson("p1-connect"))
        app.view.focus()
        await pilot.press("up", "enter")
        await until(lambda: app.chosen == [4], "the list goes round, over the heading")


async def test_showing_the_same_again_keeps_the_place_in_the_list() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show([Shown(COURSE)], COURSE.lesson("p1-connect"))
        app.view.focus()
        await pilot.press("down")
        assert app.view.highlighted == 2
        app.view.show([Shown(COURSE)], COURSE.lesson("p1-connect"))
        assert app.view.highlighted == 2
        app.view.show([Shown(COURSE)], COURSE.lesson("p1-states"))
        assert app.view.highlighted == 3


async def test_another_language_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    course = replace(COURSE, phases=(*COURSE.phases[:3], replace(COURSE.phases[3], texts=JAPANESE)))
    app = Stage()
    async with app.run_test(size=(80, 24)):
        app.view.show([Shown(course)], course.lessons[0])
        assert app.rows()[-1] == "4 Production"
        monkeypatch.setattr("wslab.i18n._current", "ja")
        app.view.show([Shown(course)], course.lessons[0])
        assert app.rows()[-1] == "4 本番"


async def test_packs_come_behind_the_course_each_with_its_phases() -> None:
    loud = load_pack(LOUD).course
    courses = [Shown(COURSE), Shown(loud, frozenset({"shout"}), pack="loud")]
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(courses, COURSE.lesson("p1-echo-client"))
        # What the pack calls itself is no markup.
        assert app.rows()[-2:] == ["4 Production", "loud: Loud [b]words[/]"]
        app.view.focus()
        app.view.highlighted = app.view.option_count - 1
        await pilot.press("enter")
        await until(lambda: app.chosen == [(1, "loud")], "the phase of the pack")
        app.view.show(courses, loud.lesson("p1-echo-client"), "loud")
        assert app.rows() == [
            "1 Basics",
            "2 Protocols",
            "3 Testing",
            "4 Production",
            "loud: Loud [b]words[/]  1/2",
            " ✓ Shout",
            "▸  A loud client",
        ]
        assert app.view.highlighted == 6
        await pilot.press("enter", "home", "enter")
        await until(lambda: app.chosen[1:] == ["loud:p1-echo-client", 1], "a lesson and the main course")

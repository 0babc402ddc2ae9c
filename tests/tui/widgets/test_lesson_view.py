from __future__ import annotations

import subprocess
import sys

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Markdown

from tests.support.waiting import until
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course
from wslab.tui.widgets.lesson_page import phase_page
from wslab.tui.widgets.lesson_view import END, TOP, LessonView

COURSE = load_course()
SIZES = [(80, 24), (120, 36)]


class Stage(App[None]):
    def __init__(self, lesson: Lesson | None = None) -> None:
        super().__init__()
        self.lesson = lesson

    def compose(self) -> ComposeResult:
        view = LessonView(id="view")
        if self.lesson:
            view.show(self.lesson.page())
        yield view

    @property
    def view(self) -> LessonView:
        return self.query_one(LessonView)

    def source(self) -> str:
        found = self.query(Markdown)
        return found.first().source if found else ""


def lines(app: App[None], start: int = 0) -> str:
    """Return what stands on the screen."""
    return "\n".join(
        "".join(segment.text for segment in app.screen._compositor.render_strips()[y])
        for y in range(start, app.size.height)
    )


@pytest.mark.parametrize("size", SIZES)
async def test_a_lesson_shown_before_there_is_a_screen_appears(size: tuple[int, int]) -> None:
    app = Stage(COURSE.lesson("p1-connect"))
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.source(), "the lesson")
        await pilot.pause()
        text = lines(app)
        assert "Connect" in text
        assert "1. Press c" in text
        assert "step:" not in text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.id)
async def test_no_lesson_is_wider_than_the_screen(lesson: Lesson, size: tuple[int, int]) -> None:
    app = Stage(lesson)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.source(), "the lesson")
        await pilot.pause()
        # Until it is known to be long, it is as wide as a page without a scroll bar.
        await until(lambda: app.view.max_scroll_x == 0, "nothing beyond the side")
        await pilot.pause()
        assert app.view.virtual_size.height <= size[1] * 6, "a lesson is a few screens long"
        for block in app.query("MarkdownTable, MarkdownParagraph"):
            assert block.region.width <= size[0]
            assert block.virtual_size.width <= block.size.width


async def test_keys_scroll_and_another_lesson_begins_at_its_top() -> None:
    app = Stage(COURSE.lesson("p1-connect"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.view.max_scroll_y, "a page longer than the screen")
        app.view.focus()
        await pilot.press("end")
        await until(lambda: app.view.scroll_y == app.view.max_scroll_y, "the end of the page")
        app.view.show(COURSE.lesson("p1-connect").page())
        await pilot.pause()
        assert app.view.scroll_y > 0, "the lesson that is shown stays where it is"
        app.view.show(COURSE.lesson("p1-echo").page(), TOP)
        await until(lambda: app.source().startswith("# Echo"), "the next lesson")
        await until(lambda: app.view.scroll_y == 0, "its top")
        await pilot.press("down")
        await until(lambda: app.view.scroll_y > 0, "a line further")


async def test_the_last_of_many_is_the_one_that_stays() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        assert not app.query(Markdown)
        for lesson in COURSE.lessons:
            app.view.show(lesson.page())
        await until(lambda: app.source() == COURSE.lessons[-1].page(), "the last lesson")
        await pilot.pause()
        assert len(app.query(Markdown)) == 1


PAGE = "# Top\n\n" + "\n\n".join(f"## {n}. Step\n\n" + "Words. " * 60 for n in range(5))


async def test_a_heading_comes_to_the_top_also_where_the_page_was_hidden() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(PAGE, 2)
        await until(lambda: "## 2." in app.source() and app.view.scroll_y > 0, "the heading")
        await pilot.pause()
        heading = list(app.query("MarkdownH2"))[2]
        assert heading.region.y == app.view.region.y + 1 or heading.region.y == app.view.region.y
        app.view.show(PAGE, TOP)
        await until(lambda: app.view.scroll_y == 0, "the top")
        app.view.display = False
        app.view.show(PAGE, END)
        await pilot.pause()
        app.view.display = True
        await until(lambda: app.view.scroll_y == app.view.max_scroll_y > 0, "the end")


async def test_a_page_that_changes_stays_where_it_is_read() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(PAGE, 2)
        await until(lambda: app.view.scroll_y > 0, "the heading")
        place = app.view.scroll_y
        app.view.show(PAGE + "\n\nand one line more")
        await until(lambda: "one line more" in app.source(), "the new page")
        await pilot.pause()
        assert app.view.scroll_y == place


async def test_a_phase_says_what_it_is_about() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(phase_page(COURSE.phases[3]))
        await until(lambda: app.source(), "the phase")
        assert "# 4 Production" in app.source()
        assert "still to come" in app.source()
        app.view.show(phase_page(COURSE.phases[0]))
        await until(lambda: "# 1 Basics" in app.source(), "the first phase")
        await pilot.pause()
        assert "Close codes: A Close frame says why" in app.source()


def test_importing_it_does_not_load_the_markdown_widget() -> None:
    code = (
        "import sys, wslab.tui.widgets.lesson_view, wslab.tui.widgets.code_view;"
        "sys.exit(any(n in sys.modules for n in ('textual.widgets._markdown', 'pygments')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_a_heading_that_is_still_to_be_drawn_is_waited_for() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)):
        app.view.show(PAGE, 1)
        await until(lambda: app.view.scroll_y > 0, "the heading")
        # The place that was asked for first is brought up when the next page is known and not drawn yet.
        app.view.show(PAGE, END)
        app.view.call_after_refresh(app.view._bring)
        app.view.show(PAGE + "\n\n## New\n\n" + "Words. " * 300, "New")
        app.view._bring()
        await until(lambda: len(app.query("MarkdownH2")) == 6, "the new page")
        heading = list(app.query("MarkdownH2"))[-1]
        await until(lambda: heading.region.height, "it to be laid out")
        await until(lambda: heading.region.y - app.view.region.y in (0, 1), "the new heading at the top")


async def test_a_place_is_kept_while_the_page_is_still_being_laid_out_and_left_where_the_reader_scrolls() -> (
    None
):
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.show(PAGE, END)
        await until(lambda: app.view.scroll_y == app.view.max_scroll_y > 0, "the end")
        paragraph = app.query("MarkdownParagraph").first()
        for height in (20, 40):
            paragraph.styles.height = height
            before = app.view.max_scroll_y
            await until(lambda before=before: app.view.max_scroll_y > before, "a longer page")  # type: ignore[misc]
            await until(lambda: app.view.scroll_y == app.view.max_scroll_y, "its end")
        app.view.focus()
        await pilot.press("up")
        place, before = app.view.scroll_target_y, app.view.max_scroll_y
        paragraph.styles.height = 60
        await until(lambda: app.view.max_scroll_y > before, "a longer page")
        await until(lambda: app.view.scroll_y == place, "the place that the reader went to")
        await pilot.pause()
        assert app.view.scroll_y == place

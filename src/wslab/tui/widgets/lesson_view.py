"""The text of a lesson, or what a phase to come is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll

from wslab.lab.course import Lesson, Phase

if TYPE_CHECKING:
    from textual.widgets import Markdown

NO_LESSONS_YET = "*The lessons of this phase are still to come.*"


class LessonView(VerticalScroll, can_focus=True):
    """Shows one lesson as a page that scrolls with the arrow keys, page up and page down."""

    DEFAULT_CSS = """
    LessonView {
        height: 1fr;
        &:focus { background-tint: $foreground 5%; }
        Markdown { padding: 0 1; }
        MarkdownH1 { content-align: left middle; margin: 0; }
        MarkdownH2 { margin: 1 0 0 0; text-style: bold; }
        MarkdownParagraph { margin: 0 0 1 0; }
        MarkdownTable { margin-bottom: 1; }
        MarkdownTableContent { keyline: none; grid-gutter: 0 1; }
        MarkdownBlock > .code_inline { text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._page = ""
        self._shown = ""
        self._markdown: Markdown | None = None

    def show(self, lesson: Lesson) -> None:
        """Show a lesson from its beginning; where it is shown already, leave it as it is."""
        self._show(lesson.page())

    def show_phase(self, phase: Phase) -> None:
        """Show what a phase is about."""
        lessons = "\n".join(f"- {lesson.title}: {lesson.summary}" for lesson in phase.lessons)
        self._show(f"# {phase.number} {phase.title}\n\n{phase.summary}\n\n{lessons or NO_LESSONS_YET}")

    def on_mount(self) -> None:
        """Show what was asked for before there was a screen."""
        self._show(self._page)

    def _show(self, page: str) -> None:
        self._page = page
        if self.is_attached and page != self._shown:
            self.call_later(self._draw)

    async def _draw(self) -> None:
        page = self._page
        if page == self._shown:
            return
        if self._markdown is None:
            # Imported here since it takes a while, which the first picture of the app need not wait for.
            from textual.widgets import Markdown

            self._markdown = Markdown(open_links=False)
            await self.mount(self._markdown)
        await self._markdown.update(page)
        self._shown = page
        self.scroll_home(animate=False)

"""A page of prose: a lesson as far as it has come, or what a phase is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.widgets import Markdown


TOP, END = -1, -2
"""Places on a page beside its headings."""


class LessonView(VerticalScroll, can_focus=True):
    """Shows one page that scrolls with the arrow keys, page up and page down."""

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
        MarkdownFence > Label { width: 1fr; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._page = ""
        self._shown = ""
        self._heading: int | str | None = None
        self._brought: tuple[int | str, float] | None = None
        """What was brought up last, and how far down that was."""
        self._markdown: Markdown | None = None

    def show(self, page: str, heading: int | str | None = None) -> None:
        """Show a page; where it is shown already, leave it as it is.

        Args:
            page: Markdown.
            heading: which second-level heading to bring to the top, from 0 or by its text, or `TOP` or
                `END`; None to stay at the place that is read.
        """
        self._page = page
        if heading is not None:
            self._heading = heading
        if self.is_attached:
            self.call_later(self._draw)

    def on_mount(self) -> None:
        """Show what was asked for before there was a screen."""
        self.watch(self, "virtual_size", self._grown, init=False)
        self.call_later(self._draw)

    async def _draw(self) -> None:
        page = self._page
        if page != self._shown:
            if self._markdown is None:
                # Imported here since it takes a while, which the first picture of the app need not wait for.
                from textual.widgets import Markdown

                self._markdown = Markdown(open_links=False)
                await self.mount(self._markdown)
            await self._markdown.update(page)
            self._shown = page
        if self._heading is not None:
            self.call_after_refresh(self._bring)

    def on_resize(self) -> None:
        """Bring up what was asked for while the page was not in view."""
        if self._heading is not None:
            self.call_after_refresh(self._bring)

    def _grown(self) -> None:
        # Parts of a page are laid out one after the other: it could be too short to scroll as far as needed.
        if self._heading is None and self._brought is not None and self.scroll_y == self._brought[1]:
            self._heading = self._brought[0]
            self.call_after_refresh(self._bring)

    def _bring(self) -> None:
        heading = self._heading
        # A page that is still being drawn has its headings later, and brings them up itself then.
        if heading is None or not self.size or self._shown != self._page:
            return
        self._heading = None
        self._scroll(heading)
        self._brought = (heading, self.scroll_y)

    def _scroll(self, heading: int | str) -> None:
        if heading == END:
            self.scroll_end(animate=False, immediate=True)
            return
        headings = list(self.query("MarkdownH2"))
        if isinstance(heading, int):
            found = headings[heading : heading + 1] if heading != TOP else []
        else:
            found = [each for each in headings if isinstance(each, Static) and str(each.render()) == heading]
        if found:
            self.scroll_to_widget(found[0], top=True, animate=False, immediate=True)
        else:
            self.scroll_home(animate=False, immediate=True)

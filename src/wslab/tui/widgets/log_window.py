"""Which rows of a journal the log shows: the newest, or the page where the learner stopped to look.

Nothing here draws. `FrameLog` asks this which row is on which line and tells it what the learner does.
"""

from __future__ import annotations

from wslab.i18n import _, ngettext
from wslab.lab.journal import Journal, JournalView
from wslab.lab.logfilter import LogFilter
from wslab.tui.safe_text import visible
from wslab.tui.widgets.log_search import LogSearch
from wslab.wire.events import Event

_PATTERN_SHOWN = 40
"""Characters of a filter or pattern in the status."""
PAGES_UNREAD = 2
"""Pages of new rows in one repaint that nobody can read."""
ONE_OF = 3
"""Of so many such repaints only one is drawn."""


class LogWindow:
    """A page of rows and a cursor, over all the rows that can be scrolled to.

    Following, the page is the newest one. Paused, the page stays, and so do its events, whatever the journal
    lets go.
    """

    def __init__(self, journal: Journal, log_filter: LogFilter | None = None) -> None:
        self.journal = journal
        self.view = JournalView(journal, log_filter)
        journal.attach(self.view)
        self.following = True
        self.height = 1
        """Lines of the page."""
        self.top = 0
        """The row on the first line."""
        self.start = 0
        """The first row that can be scrolled to. Paused, rows from here on may be gone."""
        self.end = 0
        """The row after the last that can be scrolled to. Paused, it moves on only when the learner moves."""
        self.cursor = 0
        """The row of the cursor. Following there is none: `current` is the newest event then."""
        self._page: dict[int, tuple[int, Event]] = {}
        self._cleared = journal.cleared
        self._end_drawn = 0
        # How many looks in a row found more than can be read.
        self._racing = 0
        # While a new filter is still being worked out: the event that the cursor was at.
        self._sought: int | None = None

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.detach(self.view)

    @property
    def page(self) -> range:
        """The rows on the page."""
        return range(self.top, min(self.top + self.height, self.end))

    @property
    def current(self) -> Event | None:
        """The event at the cursor: the newest one while following. None where there are no rows."""
        held = self.lookup(self.end - 1 if self.following else self.cursor)
        return held[1] if held else None

    @property
    def new(self) -> int:
        """Rows that came since the learner paused and last moved."""
        return self.view.total - self.end

    @property
    def dropped(self) -> int:
        """Rows that were let go since the learner paused."""
        return self.view.first - self.start

    def rests(self) -> bool:
        """Say whether what is drawn may stay for one look more; each call is a look."""
        unread = self.following and self.end - self._end_drawn > PAGES_UNREAD * self.height
        self._racing = self._racing + 1 if unread else 0
        return self._racing > 0 and self._racing % ONE_OF != 1

    def drawn(self) -> None:
        """Take note that the page is drawn as it is now."""
        self._end_drawn = self.end

    def lookup(self, number: int) -> tuple[int, Event] | None:
        """Return index and event of a row, or None where there is none or it is gone."""
        kept = self._page.get(number)
        if kept is not None:
            return kept
        index = self.view.index_of(number)
        event = None if index is None else self.journal.get(index)
        return None if index is None or event is None else (index, event)

    def resize(self, height: int) -> bool:
        """Make room for a number of rows, with the cursor on the page; return whether that is new."""
        before, self.height = self.height, max(1, height)
        if self.height == before:
            return False
        if self.following:
            self._show_newest()
        else:
            self.show(max(min(self.top, self.cursor), self.cursor - self.height + 1))
        return True

    def catch_up(self, budget: float) -> None:
        """Take in what came since the last time, for at most so many seconds."""
        self.view.catch_up(budget)
        if self.journal.cleared > self._cleared:
            self._cleared = self.journal.cleared
            self.follow()
        elif self.following:
            self._show_newest()
        elif self._sought is not None:
            self._seek(self._sought)

    def follow(self) -> None:
        """Show the newest rows from now on."""
        self.following = True
        self._racing = 0
        self._sought = None
        self._page.clear()
        self._show_newest()

    def pause(self) -> None:
        """Stay on this page, with the cursor on its last row."""
        if self.following:
            self.following = False
            self.cursor = self.end - 1
            self.show(self.top)

    def show(self, top: int) -> None:
        """Paused, turn to the page that starts at a row, as far as there are rows, and keep that page."""
        self.end = self.view.total
        self.top = max(self.start, min(top, self.end - self.height))
        page = {}
        for number in (*self.page, self.cursor):
            held = self.lookup(number)
            if held is not None:
                page[number] = held
        self._page = page

    def move(self, rows: int) -> None:
        """Pause and move the cursor by a number of rows, from where it is seen."""
        if not self.following and self.page:
            # Scrolling may have left the cursor behind.
            self.cursor = max(self.page[0], min(self.cursor, self.page[-1]))
        self.pause()
        self.move_to(self.cursor + rows)

    def move_to(self, number: int, *, centre: bool = False) -> None:
        """Pause and move the cursor to a row, or to the next one that there still is.

        Args:
            number: the row.
            centre: whether to put it in the middle of the page where the page has to be turned.
        """
        self.pause()
        number = self._nearest(number)
        if self.lookup(number) is None:
            return
        self.cursor = number
        if number in self.page:
            self.show(self.top)
        elif centre:
            self.show(number - self.height // 2)
        else:
            self.show(max(min(self.top, number), number - self.height + 1))

    def move_to_oldest(self) -> None:
        """Pause and move the cursor to the oldest row that the journal still has."""
        self.pause()
        self.move_to(self.view.first)

    def change_filter(self, log_filter: LogFilter) -> None:
        """Show something else. Paused, the cursor stays on its event or goes to the next one that is left."""
        held = None if self.following else self.lookup(self.cursor)
        self.journal.detach(self.view)
        self.view = JournalView(self.journal, log_filter)
        self.journal.attach(self.view)
        self._page.clear()
        if held is None:
            self.follow()
        else:
            self._sought = held[0]

    def _show_newest(self) -> None:
        self.start, self.end = self.view.first, self.view.total
        self.top = max(self.start, self.end - self.height)

    def _seek(self, index: int) -> None:
        view = self.view
        if not view.unfinished:
            self._sought = None
        if not view.held:
            if not view.unfinished:
                self.follow()
            return
        self.start = view.first
        self._page.clear()
        self.cursor = max(view.first, min(view.row_at(index), view.total - 1))
        self.show(self.cursor - self.height // 2)

    def _nearest(self, number: int) -> int:
        """Return the row itself, or where it is gone the next one in the direction of the move."""
        first, last = self.view.first, self.view.total - 1
        if number in self._page or first <= number <= last:
            return number
        if number > self.cursor:
            return min(max(number, first), last)
        return min([first, *(row for row in self._page if row >= number)])


def status_text(window: LogWindow, search: LogSearch | None = None) -> str:
    """What a log shows and what not: `following · 12 of 20 rows · filter > TEXT`."""
    view = window.view
    parts = [_("following") if window.following else _("paused")]
    if view.filter.level != "frames":
        parts.append(view.filter.level)
    parts.append(_rows(view))
    if not window.following:
        parts += [_("{count:,} new").format(count=window.new)] if window.new else []
        parts += [_("{count:,} dropped").format(count=window.dropped)] if window.dropped else []
    if view.filter.narrows:
        parts.append(_("filter {filter}").format(filter=visible(str(view.filter), _PATTERN_SHOWN)))
    if view.unfinished:
        parts.append(_("{count:,} still to filter").format(count=view.behind))
    if view.skipped:
        parts.append(_("{count:,} events came too fast to filter").format(count=view.skipped))
    if search is not None:
        does = _("search {pattern}")
        if search.running:
            does = _("searching {pattern}")
        elif search.failed:
            does = _("no match for {pattern}")
        parts.append(does.format(pattern=visible(f"/{search.pattern}/", _PATTERN_SHOWN)))
    return " · ".join(parts)


def _rows(view: JournalView) -> str:
    count, of = view.held, view.level_held
    if view.filter.narrows and view.first:
        text = ngettext("last {count:,} of {of:,} row", "last {count:,} of {of:,} rows", count)
    elif view.filter.narrows:
        text = ngettext("{count:,} of {of:,} row", "{count:,} of {of:,} rows", count)
    elif view.first:
        text = ngettext("last {count:,} row", "last {count:,} rows", count)
    else:
        text = ngettext("{count:,} row", "{count:,} rows", count)
    return text.format(count=count, of=of)

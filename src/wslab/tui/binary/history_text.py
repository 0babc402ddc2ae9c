"""What went to and fro, in words: a paragraph for each message."""

from __future__ import annotations

import time

from wslab.i18n import _, spoken
from wslab.lab.binary.history import Entry, History
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import count, number
from wslab.units import format_size

LONGEST = 600
"""Characters of an entry that are shown."""


def entry_text(entry: Entry, *, brief: bool = False) -> str:
    """Return an entry in one line, without its time; safe to draw. A brief one leaves its size out."""
    if entry.arrow == "-":
        return visible(f"- {spoken(entry.note)}", LONGEST)
    sequence = "" if entry.sequence is None else f" #{entry.sequence}"
    parts = [f"{entry.arrow} {entry.name or _('too short for a header')}{sequence}"]
    if not brief:
        if entry.answers:
            parts.append(_("answers {name}").format(name=entry.answers))
        parts.append(count(entry.size, "byte"))
    if entry.damaged is not None:
        parts.append(_("byte {offset} damaged").format(offset=entry.damaged))
    told = ", ".join(parts)
    if entry.note:
        told += _("; wrong: {note}").format(note=spoken(entry.note))
    if entry.summary:
        told += f": {entry.summary}"
    return visible(told, LONGEST)


def clock_time(entry: Entry) -> str:
    """Return when it was, by the clock of this machine."""
    return time.strftime("%H:%M:%S", time.localtime(entry.wall))


def totals_text(history: History) -> str:
    """Return the counts, which stay exact whatever the list has dropped."""
    totals = history.totals
    told = _(
        "> {sent} ({sent_size})   < {received} ({received_size}): "
        "answers {answers}, errors {errors}, samples {samples}"
    ).format(
        sent=number(totals.sent), sent_size=format_size(totals.sent_bytes),
        received=number(totals.received), received_size=format_size(totals.received_bytes),
        answers=number(totals.answers), errors=number(totals.errors), samples=number(totals.samples),
    )  # fmt: skip
    if totals.unread:
        told += _(", {count} unreadable").format(count=number(totals.unread))
    if history.dropped:
        told += _("; the list has the last {count}").format(count=number(len(history)))
    return told

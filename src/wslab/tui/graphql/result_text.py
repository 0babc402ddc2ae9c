"""Results, errors and notes as lines of a width, safe to draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from wslab.i18n import _, ngettext, spoken
from wslab.lab.graphql.notes import Note, Notebook
from wslab.lab.graphql.operation import LONGEST_RESULT, Operation, OperationState, Result, Trouble
from wslab.lab.graphql.pretty import on_one_line
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import number, wrap

_LONGEST_NOTE = 2000
_NARROWEST = 8
_INDENT = "  "
BRIEF = 3
"""Lines that a result may take without being laid out."""


class Line(NamedTuple):
    """One line."""

    text: str
    role: str
    """`json`, `head`, `good`, `bad` or `muted`."""
    lead: str = ""
    """What stands before the text, muted."""
    whole: str = ""
    """The JSON that the text is a piece of: its colours depend on all of it."""
    start: int = 0
    """Where the text begins in that."""


def result_lines(result: Result, width: int) -> list[Line]:
    """Return a result: on a line or few where it fits there, else laid out over as many as it takes."""
    lead = f"{result.number} +{result.after:.3f} s "
    lines = _brief(result.text, lead, width)
    if not lines:
        lines = [Line("", "json", lead)]
        for text in result.text.split("\n"):
            lines += _folded(visible(text, LONGEST_RESULT), width)
    for trouble in result.errors:
        lines += trouble_lines(trouble, width)
    return lines


def _brief(text: str, lead: str, width: int) -> list[Line]:
    """Return JSON without its layout; nothing where it is too long for that."""
    whole = visible(on_one_line(text), LONGEST_RESULT)
    if cell_len(whole) > BRIEF * width:
        return []
    lines: list[Line] = []
    start = 0
    for piece in _wrapped(whole, lead, width):
        start = whole.index(piece, start)
        lines.append(Line(piece, "json", _INDENT if lines else lead, whole, start))
        start += len(piece)
    return lines if len(lines) <= BRIEF else []


def _folded(text: str, width: int) -> Iterator[Line]:
    start = 0
    for piece in chop_cells(text, max(_NARROWEST, width)) or [""]:
        yield Line(piece, "json", "", text, start)
        start += len(piece)


def trouble_lines(trouble: Trouble, width: int) -> list[Line]:
    """Return an error, with the place in the document that it names."""
    text = visible(trouble.message, _LONGEST_NOTE)
    if trouble.path:
        text = f"{visible(trouble.path)}: {text}"
    if trouble.line is not None:
        place = _("line {line} of the document").format(line=trouble.line)
        if trouble.column is not None:
            place = _("line {line}, column {column} of the document").format(
                line=trouble.line, column=trouble.column
            )
        text = f"{text} ({place})"
    return _marked("✗ ", text, "bad", width)


def dropped_lines(operation: Operation, width: int) -> list[Line]:
    """Return what is to be said of results that are no longer kept."""
    dropped = operation.received - len(operation.results)
    if not dropped:
        return []
    many = ngettext(
        "{count} earlier result is no longer kept", "{count} earlier results are no longer kept", dropped
    )
    return _marked("… ", many.format(count=number(dropped)), "muted", width)


def end_lines(operation: Operation, width: int) -> list[Line]:
    """Return where an operation stands, below its results."""
    lines = [line for trouble in operation.errors for line in trouble_lines(trouble, width)]
    match operation.state:
        case OperationState.WAITING:
            lines += _marked("… ", _("waits until the server lets this client in"), "muted", width)
        case OperationState.RUNNING if not operation.received:
            lines += _marked("… ", _("started; no result yet"), "muted", width)
        case OperationState.COMPLETED:
            lines += _marked("✓ ", _("complete: the server has no more results"), "good", width)
        case OperationState.STOPPED:
            lines += _marked("■ ", _("stopped: this client wants no more results"), "muted", width)
        case OperationState.FAILED:
            lines += _marked("✗ ", _("failed: the server has ended it with an error"), "bad", width)
        case OperationState.LOST:
            why = visible(spoken(operation.why), _LONGEST_NOTE)
            lines += _marked("! ", _("lost: {why}").format(why=why), "bad", width)
    if operation.late:
        many = ngettext("{count} message came after that", "{count} messages came after that", operation.late)
        lines += _marked("  ", many.format(count=number(operation.late)), "muted", width)
    return lines


def note_lines(note: Note, width: int) -> list[Line]:
    """Return a note of the connection."""
    text = visible(spoken(note.text), _LONGEST_NOTE)
    if note.bad:
        text = f"! {text}"
    return _marked(f"+{note.after:.3f} s ", text, "bad" if note.bad else "head", width)


def notebook_lines(notebook: Notebook, width: int) -> list[Line]:
    """Return all notes that are kept."""
    dropped = notebook.counts.notes - len(notebook.notes)
    lines: list[Line] = []
    if dropped:
        many = ngettext(
            "{count} earlier note is no longer kept", "{count} earlier notes are no longer kept", dropped
        )
        lines = _marked("… ", many.format(count=number(dropped)), "muted", width)
    if not notebook.notes:
        return _marked(
            "", _("connect to a GraphQL server: what happens to the connection stands here"), "muted", width
        )
    return [*lines, *(line for note in notebook.notes for line in note_lines(note, width))]


def _marked(lead: str, text: str, role: str, width: int) -> list[Line]:
    first, *others = _wrapped(text, lead, width)
    return [Line(first, role, lead), *(Line(other, role, _INDENT) for other in others)]


def _wrapped(text: str, lead: str, width: int) -> list[str]:
    """Return text in lines, the first behind a lead and the others behind an indent."""
    return wrap(text, max(_NARROWEST, width - len(_INDENT)), max(_NARROWEST, width - cell_len(lead)))

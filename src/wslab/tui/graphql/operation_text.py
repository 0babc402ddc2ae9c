"""Where the connection and its operations stand, as lines without a screen."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from wslab.i18n import _, ngettext
from wslab.lab.graphql.client import GraphqlClient, Stage
from wslab.lab.graphql.operation import Operation, OperationState
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import fit, number

_STAGE_MARKS = {Stage.LET_IN: "●", Stage.REFUSED: "✗", Stage.FOREIGN: "✗"}
_MARKS = {
    OperationState.WAITING: "…",
    OperationState.RUNNING: "▸",
    OperationState.COMPLETED: "✓",
    OperationState.STOPPED: "■",
    OperationState.FAILED: "✗",
    OperationState.LOST: "!",
}
GAP = "   "
_LONGEST_LABEL = 200


class Row(NamedTuple):
    """A row of the list of operations."""

    id: str
    """Of the operation; empty for the connection."""
    text: str


def status_text(client: GraphqlClient, width: int) -> str:
    """Return how the connection stands in one line: as much of it as `width` cells have room for."""
    counts = client.notebook.counts
    live = len(client.operations.live)
    parts = [f"{_STAGE_MARKS.get(client.stage, '○')} {_(client.stage.value)}"]
    if counts.problems:
        many = ngettext("{count} problem", "{count} problems", counts.problems)
        parts.append("! " + many.format(count=number(counts.problems)))
    parts.append(
        _("{running} of {started} running").format(running=live, started=number(client.operations.started))
    )
    if counts.results:
        many = ngettext("{count} result", "{count} results", counts.results)
        parts.append(many.format(count=number(counts.results)))
    if counts.pings_sent or counts.pings_received:
        parts.append(
            "ping/pong "
            f"> {counts.pings_sent}/{counts.pongs_sent} < {counts.pings_received}/{counts.pongs_received}"
        )
    if counts.keepalives:
        parts.append(f"ka {number(counts.keepalives)}")
    line = (
        client.subprotocol.name if client.subprotocol is not None and client.stage is not Stage.CLOSED else ""
    )
    for part in parts:
        longer = f"{line}{GAP}{part}" if line else part
        if cell_len(longer) <= width:
            line = longer
    return line


def rows(client: GraphqlClient, width: int) -> list[Row]:
    """Return the rows of the list: the connection, and the operations with the newest first."""
    counts = client.notebook.counts
    told = ngettext("{count} note", "{count} notes", counts.notes).format(count=number(counts.notes))
    connection = _row(_STAGE_MARKS.get(client.stage, "○"), (_("the connection"),), told, width)
    return [
        Row("", connection),
        *(Row(each.id, operation_row(each, width)) for each in reversed([*client.operations])),
    ]


def operation_row(operation: Operation, width: int) -> str:
    """Return where an operation stands, in exactly `width` cells."""
    label = visible(operation.label, _LONGEST_LABEL) or _("operation")
    told = f"{number(operation.received)}  {_(operation.state.value)}"
    # Where there is no room for both, its name tells it from others.
    name = visible(operation.request.name or label, _LONGEST_LABEL)
    names = (f"{operation.id} {label}", f"{operation.id} {name}")
    return _row(_MARKS[operation.state], names, told, width)


def _row(mark: str, names: tuple[str, ...], told: str, width: int) -> str:
    """Return a row with the first of several names that has room."""
    room = max(1, width - cell_len(mark) - cell_len(told) - 3)
    name = next((each for each in names if cell_len(each) <= room), names[-1])
    return fit(f"{mark} {fit(name, room)}  {told}", width)

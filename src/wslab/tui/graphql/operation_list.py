"""The list of operations, with the connection in front of them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wslab.lab.graphql.client import GraphqlClient
from wslab.lab.graphql.operation import Operation
from wslab.tui.graphql.operation_text import Row, rows

_CONNECTION = "connection"


class OperationList(OptionList):
    """One line an operation, the newest above. Delete stops the one at the cursor."""

    DEFAULT_CSS = """
    OperationList {
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { border: none; background-tint: $foreground 8%; }
        &.-textual-compact > .option-list--option { padding: 0 1; text-wrap: nowrap; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "delete,backspace", "stop", "Stop", key_display="del", id="graphql-stop",
            tooltip="Tell the server that no more results of this operation are wanted",
        ),
    ]  # fmt: skip

    class Chosen(Message):
        """Another row is at the cursor."""

        def __init__(self, operation: Operation | None) -> None:
            super().__init__()
            self.operation = operation
            """None for the connection."""

    class StopAsked(Message):
        """The learner wants to stop the operation at the cursor."""

    def __init__(self, client: GraphqlClient, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False, compact=True)
        self._client = client
        self._rows: list[Row] = []

    @property
    def chosen(self) -> Operation | None:
        """The operation at the cursor; None where that is the connection."""
        option = self.highlighted_option
        return None if option is None else self._client.operations.get(str(option.id))

    def choose(self, operation: Operation | None) -> None:
        """Put the cursor on an operation, or on the connection."""
        self.refresh_shown()
        wanted = _CONNECTION if operation is None else operation.id
        index = next((at for at, option in enumerate(self.options) if option.id == wanted), None)
        if index is not None:
            self.highlighted = index

    def refresh_shown(self) -> None:
        """Show how everything stands now; only what has changed is drawn anew."""
        # The size it had last: what is chosen behind another page has to be there all the same.
        width = self.outer_size.width - self.gutter.width - 2
        if width < 1:
            return
        wanted = rows(self._client, width)
        if wanted == self._rows:
            return
        if [row.id for row in wanted] == [row.id for row in self._rows]:
            for index, (old, new) in enumerate(zip(self._rows, wanted, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(index, Text(new.text))
        else:
            option = self.highlighted_option
            place = self.scroll_offset.y
            self.set_options([Option(Text(row.text), row.id or _CONNECTION) for row in wanted])
            ids = [each.id for each in self.options]
            self.highlighted = ids.index(option.id) if option is not None and option.id in ids else 0
            self.scroll_to(y=place, animate=False)
            self.scroll_to_highlight()
        self._rows = wanted

    def on_resize(self, event: events.Resize) -> None:
        """Lay the rows out for another width."""
        self.refresh_shown()

    def action_stop(self) -> None:
        """Stop the operation at the cursor."""
        self.post_message(self.StopAsked())

    @on(OptionList.OptionHighlighted)
    def _tell(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Chosen(self.chosen))

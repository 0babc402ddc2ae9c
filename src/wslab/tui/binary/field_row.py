"""One field of a message: its name, what it is on the wire, and a line to type its value into."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from wslab.lab.binary.rows import Row
from wslab.lab.binary.values import parse_whole
from wslab.wire.labproto import words

NAME = 12
"""Cells of the name."""
FORM = 6
"""Cells of what it is on the wire."""


class FieldInput(Input):
    """A line for a value, one row high. Up and down go to the controls before and after it."""

    DEFAULT_CSS = """
    FieldInput { background: $panel; &:focus { background: $panel-lighten-2; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Field before", show=False, id="field-before"),
        Binding("down", "app.focus_next", "Next field", show=False, id="field-after"),
    ]

    def __init__(self, text: str = "", *, id: str | None = None, placeholder: str = "") -> None:  # noqa: A002
        super().__init__(text, placeholder=placeholder, id=id, compact=True, select_on_focus=False)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether the line takes this key, so that the footer does not offer it for something else."""
        # Textual does not know the character of this key by its name.
        return key == "slash" or super().check_consume_key(key, character)


class OffsetInput(FieldInput):
    """A line for the number of a byte. Up and down go to the byte before and after it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Byte before", show=False, id="byte-before"),
        Binding("down", "step(1)", "Next byte", show=False, id="byte-after"),
    ]

    def action_step(self, by: int) -> None:
        """Go to another byte; to the first where none is named."""
        place = parse_whole(self.value)
        self.value = "0" if place is None else str(max(0, place + by))
        self.cursor_position = len(self.value)


class FieldRow(Horizontal):
    """A field to fill in.

    Args:
        row: which.
        text: what is typed into it at first.
    """

    DEFAULT_CSS = """
    FieldRow {
        height: 1;
        .field--name { width: 12; }
        .field--form { width: 6; color: $text-muted; }
        FieldInput { width: 1fr; }
        &.-wrong .field--name { color: $text-error; text-style: bold; }
    }
    """

    class Edited(Message):
        """Somebody typed into the field."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    def __init__(self, row: Row, text: str) -> None:
        super().__init__(id=f"field-{row.name}")
        self.row = row
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out name, form and line."""
        yield Static(self.row.name, classes="field--name", markup=False)
        yield Static(self.row.form, classes="field--form", markup=False)
        yield FieldInput(self._text)

    @property
    def line(self) -> FieldInput:
        """The line that is typed into."""
        return self.query_one(FieldInput)

    def put(self, text: str) -> None:
        """Have a text in the line, as if it had been typed, without telling of it."""
        self._text = text
        line = self.line
        if line.value != text:
            line.value = text

    def show(self, worked_out: int | None, wrong: bool) -> None:
        """Show what stands in the field where nothing is typed, and that it is wrong where it is."""
        shown = ""
        if worked_out is not None:
            shown = words.checksum(worked_out) if self.row.name == "checksum" else str(worked_out)
            shown = f"({shown})"
        line = self.line
        if line.placeholder != shown:
            line.placeholder = shown
        if wrong != self.has_class("-wrong"):
            self.set_class(wrong, "-wrong")
            # Of a width of its own: nothing is laid out anew, which takes longer than all else.
            name = f"!{self.row.name}" if wrong else self.row.name
            self.query_one(".field--name", Static).update(name, layout=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell who builds the message."""
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Edited(self.row.name, event.value))

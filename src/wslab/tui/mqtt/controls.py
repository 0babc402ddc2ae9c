"""Controls of one line each: an entry, a button, a tick and a choice. Enter works them, tab goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from wslab.i18n import _


class Caption(Static):
    """What stands before an entry."""

    DEFAULT_CSS = """
    Caption { width: auto; height: 1; color: $text-muted; padding: 0 1 0 0; }
    """

    def __init__(self, text: str) -> None:
        super().__init__(_(text), markup=False)
        self._text = text

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.update(_(self._text))


class Entry(Input):
    """A line to type into. All that can be typed is its own."""

    DEFAULT_CSS = """
    Entry {
        width: 1fr;
        height: 1;
        border: none;
        padding: 0 1;
        margin: 0 1 0 0;
        background: $surface;
        &:focus { border: none; background: $panel; }
    }
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - Textual's own name
        value: str = "",
        *,
        invitation: str = "",
        password: bool = False,
        cells: int | None = None,
    ) -> None:
        """Start with a value.

        Args:
            id: id of the widget.
            value: what stands in it.
            invitation: what stands in it while it is empty.
            password: whether what is typed is hidden.
            cells: its width; None for all there is.
        """
        super().__init__(
            value,
            id=id,
            placeholder=_(invitation) if invitation else "",
            password=password,
            select_on_focus=False,
        )
        self._invitation = invitation
        if cells is not None:
            self.styles.width = cells

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        if self._invitation:
            self.placeholder = _(self._invitation)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether the line takes this key, so that the footer does not offer it for something else."""
        # Textual does not know the character of this key by its name.
        return key == "slash" or super().check_consume_key(key, character)


class Control(Widget, can_focus=True):
    """Something of one line that is worked with enter or by a click."""

    DEFAULT_CSS = """
    Control {
        width: auto;
        height: 1;
        margin: 0 1 0 0;
        text-wrap: nowrap;
        color: $foreground;
        &:focus { text-style: bold reverse; }
        &:hover { text-style: underline; }
    }
    """

    class Worked(Message):
        """It was pressed, or has another value."""

        def __init__(self, sender: Control) -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> Control:
            """Which one."""
            return self.sender

    def __init__(self, label: str, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._label = label

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.refresh(layout=True)

    def render(self) -> Content:
        """Return what it says."""
        return Content(self.words)

    @property
    def words(self) -> str:
        """What it says of itself."""
        raise NotImplementedError

    def action_work(self) -> None:
        """Do what enter does here."""
        self.post_message(self.Worked(self))

    def on_click(self) -> None:
        """Do the same."""
        self.action_work()


class Act(Control):
    """Does something: `[ Connect ]`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "work", "Do it", id="act-work")]

    @property
    def words(self) -> str:
        """What it does."""
        return f"[ {_(self._label)} ]"


class Tick(Control):
    """Yes or no: `[x] retain`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "work", "Yes or no", id="tick-work")]

    def __init__(self, label: str, id: str, value: bool = False) -> None:  # noqa: A002 - Textual's own name
        super().__init__(label, id)
        self.value = value

    @property
    def words(self) -> str:
        """What it is about, and whether it is so."""
        return f"[{'x' if self.value else ' '}] {_(self._label)}"

    def action_work(self) -> None:
        """Change it to the other."""
        self.value = not self.value
        self.refresh()
        super().action_work()


class Choice(Control):
    """One of several: `‹ QoS 1 ›`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right", "work", "Next", key_display="enter", id="choice-next"),
        Binding("left", "turn(-1)", "Previous", show=False, id="choice-previous"),
    ]

    def __init__(
        self,
        id: str,  # noqa: A002 - Textual's own name
        choices: Sequence[tuple[str, int]],
        value: int,
    ) -> None:
        """Start with one of the choices.

        Args:
            id: id of the widget.
            choices: what each is called, and its value.
            value: of the one that is chosen.
        """
        super().__init__("", id)
        self._choices = list(choices)
        self.value = value

    @property
    def words(self) -> str:
        """What is chosen."""
        return next(f"‹ {_(name)} ›" for name, value in self._choices if value == self.value)

    def action_work(self) -> None:
        """Go to the next choice; after the last comes the first."""
        self.action_turn(1)

    def action_turn(self, step: int) -> None:
        """Go on or back by so many choices."""
        values = [value for _name, value in self._choices]
        self.value = values[(values.index(self.value) + step) % len(values)]
        self.refresh(layout=True)
        self.post_message(self.Worked(self))

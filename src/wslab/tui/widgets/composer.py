"""The line at the bottom: a message to send, or a /command, with history and completion."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input
from textual.widgets.input import Selection

from wslab.i18n import N_, _
from wslab.lab.commands import completions

HISTORY_LENGTH = 200
INVITATION = N_("type a message and press Enter, or / for commands; esc for keys")
"""Stands in the line while it is empty."""


class CommandSuggester(Suggester):
    """Completes the name of a /command while it is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole line that ``value`` could become, or None."""
        found = completions(value) if len(value) > 1 else []
        return found[0] if found else None


class Composer(Input):
    """One line to type. Up and down walk through what was sent before; tab completes a command."""

    DEFAULT_CSS = """
    Composer {
        height: 1;
        border: none;
        padding: 0 1;
        background: $surface;
        &:focus { border: none; background: $panel; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Older line", show=False, id="composer-older"),
        Binding("down", "newer", "Newer line", show=False, id="composer-newer"),
        Binding(
            "escape", "leave", "Keys", id="composer-leave", tooltip="Leave the line; letters are keys again"
        ),
    ]

    class Sent(Message):
        """The learner pressed Enter on a line that is not empty."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line
            """The line as typed."""

    class Left(Message):
        """The learner wants out of the line."""

    def __init__(self, id: str = "composer") -> None:  # noqa: A002 - Textual's own name
        super().__init__(
            id=id,
            placeholder=_(INVITATION),
            suggester=CommandSuggester(),
            select_on_focus=False,
        )
        self._history: deque[str] = deque(maxlen=HISTORY_LENGTH)
        self._place = 0
        self._draft = ""

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.placeholder = _(INVITATION)

    @property
    def used(self) -> bool:
        """Whether anything was sent from here yet."""
        return bool(self._history)

    def offer(self, line: str) -> None:
        """Put a line in place, to be sent with Enter or replaced by typing; what is typed already stays."""
        if not self.value:
            self.value = line
            self.selection = Selection(0, len(line))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether the line takes this key, so that the footer does not offer it for something else."""
        # Textual does not know the character of this key by its name.
        return key == "slash" or super().check_consume_key(key, character)

    async def action_submit(self) -> None:
        """Send the line and remember it."""
        line = self.value
        if not line:
            return
        if not self._history or self._history[-1] != line:
            self._history.append(line)
        self._place = 0
        self.value = ""
        self.post_message(self.Sent(line))

    def action_older(self) -> None:
        """Go one line back in history; the line being typed is kept."""
        if self._place < len(self._history):
            if self._place == 0:
                self._draft = self.value
            self._place += 1
            self._show(self._history[-self._place])

    def action_newer(self) -> None:
        """Go one line forward in history, at last to the line that was being typed."""
        if self._place:
            self._place -= 1
            self._show(self._history[-self._place] if self._place else self._draft)

    def action_leave(self) -> None:
        """Give the keyboard back to the screen."""
        self.post_message(self.Left())

    def _show(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)

    async def on_key(self, event: events.Key) -> None:
        """Complete a command with tab; elsewhere tab moves the focus as usual."""
        if event.key == "tab" and (found := completions(self.value)) and found[0] != self.value:
            event.stop()
            event.prevent_default()
            self._show(found[0])

    def _on_paste(self, event: events.Paste) -> None:
        # A pasted line break would otherwise cut the text at its first line.
        lines = event.text.splitlines()
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(" ".join(lines))

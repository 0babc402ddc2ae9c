"""An editor with colours for GraphQL or JSON. Textual's own colours need a parser, which has no GraphQL."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import TextArea

from wslab.tui.graphql.spans import ROLES, Span

_TAKEN = frozenset({"f6", "f7"})
"""Keys of Textual's editor that go to tabs of the lab."""
_PICTURES = (
    {code: 0x2400 + code for code in range(0x20) if code != 0x09}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
    | {0x7F: 0x2421}
)
"""What stands for a control character that was pasted: one cell each, so that columns stay true."""


class CodeArea(TextArea, inherit_bindings=False):
    """A text that is edited, coloured as it is typed. Tab leaves it.

    Args:
        spans: finds what gets a colour.
        text: what stands in it at first.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"code--{role}" for role in ROLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in TextArea.BINDINGS if getattr(binding, "key", "") not in _TAKEN
    ]
    DEFAULT_CSS = """
    CodeArea {
        padding: 0 1;
        border: none;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 8%; }
        .code--keyword { color: $text-primary; text-style: bold; }
        .code--type { color: $text-accent; }
        .code--variable { color: $text-warning; }
        .code--directive { color: $text-warning; }
        .code--string { color: $text-success; }
        .code--number { color: $text-accent; }
        .code--literal { color: $text-accent; }
        .code--comment { text-style: italic dim; }
        .code--key { color: $text-primary; }
    }
    """

    def __init__(
        self,
        spans: Callable[[str], Iterable[Span]],
        text: str = "",
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        self._spans = spans
        self._coloured: tuple[str, dict[int, list[Span]]] = "", {}
        super().__init__(text, id=id, compact=True, tab_behavior="focus", highlight_cursor_line=False)
        self.indent_width = 2

    @property
    def place(self) -> int:
        """Where the cursor is, in characters of `text`."""
        row, column = self.cursor_location
        lines = self.document.lines
        return sum(len(line) for line in lines[:row]) + len(self.document.newline) * row + column

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Return whether the editor takes this key, so that the footer offers it for nothing else."""
        # Textual does not know the character of this key by its name.
        return key == "slash" or super().check_consume_key(key, character)

    def append(self, text: str) -> None:
        """Add text behind what there is, a blank line between, and go to its beginning. It can be undone."""
        behind = self.text.rstrip()
        gap = "\n\n" if behind else ""
        row = behind.count("\n") + 2 if behind else 0
        self.replace(f"{behind}{gap}{text}\n", (0, 0), self.document.end)
        # The end first, so that all of what is new is in view where there is room for it.
        self.move_cursor(self.document.end)
        self.move_cursor((row, 0))

    def get_line(self, line_index: int) -> Text:
        """Return a line with its colours; nothing in it can steer the terminal."""
        line = Text(self.document.get_line(line_index).translate(_PICTURES), end="", no_wrap=True)
        for start, end, role in self._of_line(line_index):
            line.stylize(self.get_component_rich_style(f"code--{role}", partial=True), start, end)
        return line

    def _of_line(self, line_index: int) -> list[Span]:
        text = "\n".join(self.document.lines)
        if self._coloured[0] != text:
            self._coloured = text, _by_line(text, self._spans(text))
        return self._coloured[1].get(line_index, [])


def _by_line(text: str, spans: Iterable[Span]) -> dict[int, list[Span]]:
    """Return spans by the number of the line they are in, cut where they go over several."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    lines: dict[int, list[Span]] = {}
    for start, end, role in spans:
        row = bisect_right(starts, start) - 1
        while row < len(starts) and starts[row] < end:
            first = max(0, start - starts[row])
            lines.setdefault(row, []).append(Span(first, min(end, ends[row]) - starts[row], role))
            row += 1
    return lines

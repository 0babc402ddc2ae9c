"""Python beside the wire: the program that does what was just done, and the server's own source."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, Vertical
from textual.content import Content
from textual.widgets import Static

from wslab.bundled import BundledError
from wslab.i18n import _
from wslab.lab.codegen import NOTHING_YET, Transcript
from wslab.lab.pack_files import PackError
from wslab.lab.server_status import ServerEntry
from wslab.lab.state_file import StateError
from wslab.tui.copying import copy_lines
from wslab.tui.safe_text import visible

REFRESH = 0.25
"""Seconds between two looks at the transcript."""
WIDEST = 1000
"""Characters of a line of a server's source that are shown."""


class CodeView(Vertical):
    """Two programs, one at a time. `t` goes from one to the other, `y` copies the one in view."""

    DEFAULT_CSS = """
    CodeView {
        height: 1fr;
        #code-heading { height: 1; padding: 0 1; color: $text-muted; }
        #code-scroll { height: 1fr; &:focus { background-tint: $foreground 5%; } }
        #code-text { width: auto; height: auto; padding: 0 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "switch_part", "Switch", id="switch-code", tooltip="Your program or the server's"),
        Binding("y", "copy_code", "Copy", id="copy-code", tooltip="Copy the program in view"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._transcript: Transcript | None = None
        self._version = -1
        self._server: ServerEntry | None = None
        self._source = ""
        self._show_server = False
        self._text = ""
        self._drawn: tuple[str, bool] | None = None

    def compose(self) -> ComposeResult:
        """Lay out a heading and the program under it."""
        yield Static(id="code-heading", markup=False)
        with ScrollableContainer(id="code-scroll"):
            yield Static(id="code-text", markup=False)

    def on_mount(self) -> None:
        """Start to follow the transcript."""
        self.set_interval(REFRESH, self._look)
        self._look()

    def follow(self, transcript: Transcript) -> None:
        """Show the program of this transcript, now and whenever it changes."""
        self._transcript = transcript
        self._version = -1
        self._look()

    def show_server(self, server: ServerEntry) -> None:
        """Hold the source of a server ready for the second part."""
        if server == self._server:
            return
        self._server = server
        try:
            self._source = _safe(server.path.read_text(encoding="utf-8"))
        except (BundledError, PackError, StateError, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            self._source = f"# The source of this server can't be shown: {reason}\n"
        self._look()

    def text(self) -> str:
        """Return the program that is in view, to copy it."""
        if self._show_server:
            return self._source
        return self._transcript.python() if self._transcript else _(NOTHING_YET)

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        if self._drawn is not None:
            self.query_one("#code-heading", Static).update(self._heading())
            self._version = -1
            self._look()

    def action_switch_part(self) -> None:
        """Go from the learner's program to the server's source, or back."""
        self._show_server = not self._show_server
        self._look()

    def action_copy_code(self) -> None:
        """Copy the program in view to the clipboard of the terminal."""
        copy_lines(self, self.text())

    def _look(self) -> None:
        """Take over what changed, if anybody can see it."""
        if not self.is_mounted or not self.is_on_screen:
            return
        version = self._transcript.version if self._transcript else 0
        if self._show_server or version != self._version or self._drawn is None or self._drawn[1]:
            self._version = version
            self._text = self.text()
        if (self._text, self._show_server) != self._drawn:
            self.call_later(self._draw)

    async def _draw(self) -> None:
        wanted = (self._text, self._show_server)
        if wanted == self._drawn:
            return
        other_part = self._drawn is None or self._drawn[1] != wanted[1]
        self._drawn = wanted
        self.query_one("#code-heading", Static).update(self._heading())
        self.query_one("#code-text", Static).update(await asyncio.to_thread(_coloured, wanted[0]))
        if other_part:
            self.query_one("#code-scroll").scroll_home(animate=False)

    def _heading(self) -> str:
        mine, theirs = _("what you just did"), _("the server")
        if self._server is not None:
            theirs = _("the server: {file}").format(file=f"{self._server.name}.py")
        mine, theirs = (mine, f"[{theirs}]") if self._show_server else (f"[{mine}]", theirs)
        return f"{mine}   {theirs}   " + _("(t switches, y copies)")


def _safe(code: str) -> str:
    """Return code without anything that would steer a terminal: a lesson pack has servers too."""
    lines = code.expandtabs(4).split("\n")
    return "\n".join(visible(line, WIDEST) for line in lines)


def _coloured(code: str) -> Content:
    # Imported here since a lexer is loaded with it, which the first picture of the app need not wait for.
    from textual.highlight import highlight

    return highlight(code, language="python")

"""The first thing a new learner sees: how to get to an echo in two keys."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from wslab.i18n import N_, _

TEXT = N_("""\
[b]A WebSocket, frame by frame[/]

Press [b reverse] c [/]      the lab starts its own echo server and connects to it.
Press [b reverse] Enter [/]  the word "hello" goes out and comes back.

Every byte of it is in the log: the handshake, your frame with its
mask, the same text back without one. Enter takes a frame apart.

[b]?[/] shows all keys, [b]F2[/] the lesson, [b]o[/] opens any WebSocket you name,
[b]ctrl+q[/] leaves. Any other key closes this page.
""")


NAMED = ("c", "question_mark", "f1", "f2", "o")
"""Keys that the page names: they close it and then do what they always do."""
LEAVING = ("ctrl+q", "ctrl+c", "ctrl+z")
"""Keys that are the app's own here too."""


class WelcomeScreen(ModalScreen[str]):
    """Greets a new learner. Its result is the key that is to be obeyed now; empty where there is none."""

    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        background: $surface;
        border: round $accent;
        padding: 1 2;
    }
    WelcomeScreen Static { width: 100%; height: auto; }
    """

    def compose(self) -> ComposeResult:
        """Show the text in a box."""
        with Vertical() as box:
            box.border_title = _("welcome to wslab")
            yield Static(_(TEXT).rstrip())

    def on_key(self, event: events.Key) -> None:
        """Close the page."""
        if event.key not in LEAVING:
            event.stop()
            self.dismiss(event.key if event.key in NAMED else "")

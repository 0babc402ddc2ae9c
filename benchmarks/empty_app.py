"""The smallest Textual app that shows something at the top and at the bottom."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header


class EmptyApp(App[None]):
    """Header, nothing, footer."""

    def compose(self) -> ComposeResult:
        """Lay out the two."""
        yield Header()
        yield Footer()


if __name__ == "__main__":
    EmptyApp().run()

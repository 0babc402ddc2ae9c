"""Changes the language of what is on the screen, in place: nothing is made anew, moved or scrolled."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from textual.screen import Screen

from wslab.i18n import N_

TEXTUAL = (
    N_("Theme"), N_("Change the current theme"),
    N_("Quit"), N_("Quit the application as soon as possible"),
    N_("Keys"), N_("Show help for the focused widget and a summary of available keys"),
    N_("Hide the keys and widget help panel"),
    N_("Maximize"), N_("Maximize the focused widget"),
    N_("Minimize"), N_("Minimize the widget and restore to normal size"),
    N_("Screenshot"), N_("Save an SVG 'screenshot' of the current screen"),
    N_("Dismiss menu"),
)  # fmt: skip
"""What Textual itself offers in the command palette and the footer, word for word, to be translated."""


@runtime_checkable
class Translated(Protocol):
    """A widget that keeps text in a language, beyond what it works out whenever it is drawn."""

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""


def retranslate(screen: Screen[Any]) -> None:
    """Say everything on a screen in the language in use.

    Every widget is drawn anew. Those with a method ``retranslate`` are called before.
    """
    for node in screen.walk_children(with_self=True):
        if isinstance(node, Translated):
            node.retranslate()
        node.refresh(layout=node is screen)
    screen.refresh_bindings()

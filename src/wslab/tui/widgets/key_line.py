"""The line at the very bottom: the keys that work now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class KeyLine(Footer):
    """Textual's footer, made anew only when it has something else to say.

    Bindings are looked at whenever the focus moves, and mostly they are what they were. Where there is no
    room for all of them, those before the last are left out: the last is the one that tells of all.
    """

    _said: list[tuple[object, ...]] | None = None

    def compose(self) -> ComposeResult:
        """Make a part for each key."""
        self._said = self._to_say(self.screen)
        for part in super().compose():
            if isinstance(part, FooterKey):
                # Else each is styled as a compact one and then as what it is, see the stylesheet.
                part.set_reactive(FooterKey.compact, self.compact)
            yield part

    async def recompose(self) -> None:
        """Make the parts anew."""
        await super().recompose()
        self._fit()

    def on_resize(self) -> None:
        """Show as many keys as there is room for now."""
        self._fit()

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys that work now."""
        if not self._bindings_ready or self._to_say(screen) != self._said:
            super().bindings_changed(screen)

    def _fit(self) -> None:
        parts = list(self.query(FooterKey))
        widths = [part.render().cell_len + part.gutter.width + part.styles.margin.width for part in parts]
        kept = len(parts) - 1
        while kept > 0 and sum(widths[:kept]) + widths[-1] > self.size.width:
            kept -= 1
        for place, part in enumerate(parts):
            part.display = place < kept or part is parts[-1]

    def _to_say(self, screen: Screen[object]) -> list[tuple[object, ...]]:
        return [
            (key, binding, enabled, tooltip)
            for key, (_node, binding, enabled, tooltip) in screen.active_bindings.items()
            if binding.show
        ]

"""What is said of a text that is no value of its field."""

from __future__ import annotations

from wslab.i18n import Sentence, sentence

_SHOWN = 24
"""Characters of a wrong text that are repeated."""


class BadField(ValueError):
    """A text that is no value of its field. The message names the field, the text and what would be right."""

    def __init__(self, field: str, text: str, right: Sentence) -> None:
        shown = repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
        super().__init__(sentence("{field} is {value}: {right}", field=field, value=shown, right=right))
        self.field = field
        self.right = right

"""Where lines of Japanese and Chinese may be broken: between any two characters that do not belong together.

Rich and Textual break lines only at spaces, of which such prose has few: rows would end in their middle. The
rules are those of Requirements for Japanese Text Layout (W3C), section 3.1.7 (characters that do not begin a
line) and 3.1.8 (that do not end one), as far as prose of a terminal needs them.
"""

from __future__ import annotations

import re

_WIDE = (
    "\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff"
    "\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
_OPENING = "「『（［｛〈《【〔"
_NOT_FIRST = (
    "、。，．・：；？！」』）］｝〉》】〕〜ー々ゝゞ…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\u200d"
    r")\]},.:;!?%"
)
_NARROW = rf"[^\s{_WIDE}]"

_BOX = r"\[[ ✓]\]"

WORD = re.compile(
    rf"\s*(?:(?:{_BOX})+(?! \S)\s*"
    rf"|(?:{_BOX} )?(?:[{_OPENING}]+|{_NARROW}*[(\[{{])?(?:[{_WIDE}]|{_NARROW}+)[{_NOT_FIRST}]*\s*)"
)
"""A part of a text that a line is not broken in, with the spaces around it; a box to tick has its word."""


def install() -> None:
    """Have Rich, and Textual with it, break lines so. Without wide characters and boxes all is as before."""
    # Imported by whoever draws: a lab without a screen must not wait for it.
    from rich import _wrap

    _wrap.re_word = WORD

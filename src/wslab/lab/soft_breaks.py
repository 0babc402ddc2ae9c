"""Line breaks in the source of prose that must not show as spaces: those between two wide characters.

Japanese has no spaces between words. Markdown shows a line break within a paragraph as a space, so one
between two wide characters goes, as in CSS Text Module Level 3, section 4.1.3 (segment breaks).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from wslab.lab.placeholders import fenced

# What begins a block of its own, whatever is before it: a list, a quote, a heading, a table, a rule, a fence.
_BLOCK = re.compile(r"\s*([-*+>#|]|\d+[.)]\s|={3}|`{3}|~{3})")

_PUNCTUATION = "、。，．・：；？！」』）】"


def join_wide(lines: Sequence[str]) -> list[str]:
    """Return lines of Markdown in which no paragraph is broken between two wide characters.

    Args:
        lines: without their ends. Code between fences and rows of tables stay as they are.
    """
    code = {place for start, end in fenced(lines) for place in range(start, end + 1)}
    joined: list[str] = []
    open_ended = False
    for place, line in enumerate(lines):
        text = line.lstrip()
        if open_ended and place not in code and not _BLOCK.match(line) and _close(joined[-1][-1], text[:1]):
            joined[-1] += text
        else:
            joined.append(line)
        # What ends with a wide character is a paragraph: a heading ends with its line.
        open_ended = place not in code and _wide(line[-1:]) and not joined[-1].lstrip().startswith(("#", "|"))
    return joined


def _close(before: str, after: str) -> bool:
    """Whether nothing stands between two characters, the first of them a wide one."""
    # Wide punctuation brings its own space.
    return _wide(after) or (before in _PUNCTUATION and bool(after))


def _wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF" and not _hangul(character)


def _hangul(character: str) -> bool:
    # Korean has spaces between words.
    return unicodedata.name(character, "").startswith("HANGUL")

"""Fills values into Markdown: `{seed.word}`, `{text}`, `{sent.code}`.

The values are what was seen on the wire, so a stranger may have chosen them. They come out as the plain text
that they are: nothing in them is Markdown, ends a line or steers a terminal. How that is done depends on
where the placeholder stands: in a sentence characters can be escaped, in code they cannot (CommonMark 0.31,
sections 2.4, 4.5 and 6.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wslab.lab.lines import visible

LONGEST_VALUE = 200
"""Characters of a value that are shown; the last is `…` where something was cut."""

NOTHING = '""'
"""Stands for an empty value, since an empty piece of code is none."""

_QUOTES = frozenset(('""', "「」"))
"""Around a placeholder they show that a value is empty."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_OUTER_SPACES = re.compile(r"^ +| +$")
_FENCE = re.compile(r"\s*(?:(`{3,})[^`]*|(~{3,}).*)")
_BEGINS_A_BLOCK = re.compile(r"\s*(?:$|[-*+]\s|\d+[.)]\s|\||#{1,6}\s|>)")
_TOKEN = re.compile(r"\\.|(?P<ticks>`+)", re.DOTALL)
_TICKS = re.compile("`+")


def fenced(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where fenced code begins and ends: the places of its first and its last line in ``lines``.

    Code that is never closed ends at ``len(lines)``, a place behind the last line.
    """
    found = []
    start, fence = 0, ""
    for place, line in enumerate(lines):
        if fence:
            rest = line.strip()
            if len(rest) >= len(fence) and not rest.strip(fence[0]):
                found.append((start, place))
                fence = ""
        elif match := _FENCE.fullmatch(line):
            start, fence = place, match[1] or match[2]
    return [*found, (start, len(lines))] if fence else found


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return Markdown with its placeholders filled in.

    Args:
        text: Markdown. `{name}` and `{name.field}` are placeholders where ``values`` has that name; all other
            braces, and those after a backslash, stay as they are.
        values: by their names, as `seed.word` or `text`.
    """
    lines = text.split("\n")
    parts: list[str] = []
    done = 0
    for start, end in fenced(lines):
        parts += _fill_prose(lines[done:start], values)
        parts += _fill_fence(lines[start : end + 1], values)
        done = end + 1
    parts += _fill_prose(lines[done:], values)
    return "\n".join(parts)


def _fill_prose(lines: list[str], values: Mapping[str, object]) -> Iterator[str]:
    block: list[str] = []
    for line in lines:
        # Code can go on in the next line, but not in the next paragraph, item or row.
        if _BEGINS_A_BLOCK.match(line) and block:
            yield _fill_block("\n".join(block), values)
            block = []
        block.append(line)
    if block:
        yield _fill_block("\n".join(block), values)


def _fill_block(text: str, values: Mapping[str, object]) -> str:
    parts: list[str] = []
    at = done = 0
    while token := _TOKEN.search(text, at):
        at = token.end()
        ticks = token["ticks"]
        if ticks:
            closing = next((run for run in _TICKS.finditer(text, at) if run[0] == ticks), None)
            if closing is None:
                continue
            parts += [_fill_sentence(text[done : token.start()], values)]
            parts += [_fill_code(text[token.start() : closing.end()], len(ticks), values)]
            at = done = closing.end()
    parts.append(_fill_sentence(text[done:], values))
    return "".join(parts)


def _fill_sentence(text: str, values: Mapping[str, object]) -> str:
    def filled(match: re.Match[str]) -> str:
        before = text[: match.start()]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2
        if escaped or match[1] not in values:
            return match[0]
        value = values[match[1]]
        if not str(value) and before[-1:] + text[match.end() : match.end() + 1] in _QUOTES:
            return ""
        shown = _PUNCTUATION.sub(r"\\\g<0>", _shown(value))
        return _OUTER_SPACES.sub(lambda spaces: "\xa0" * len(spaces[0]), shown)

    sentence = _PLACEHOLDER.sub(filled, text)
    # Spaces alone make no paragraph: in quotes they are something to see.
    return f'\\"{sentence}\\"' if text.strip() and not sentence.strip() else sentence


def _fill_code(span: str, ticks: int, values: Mapping[str, object]) -> str:
    code = span[ticks:-ticks]
    filled = _fill_raw(code, values)
    if filled == code:
        return span
    # One space on either side belongs to the fence, not to the code.
    if code.startswith(" ") and code.endswith(" "):
        filled = filled[1:-1]
    runs = {len(run) for run in _TICKS.findall(filled)}
    fence = "`" * next(length for length in range(ticks, ticks + len(runs) + 1) if length not in runs)
    outer = filled[0] + filled[-1]
    if "`" in outer or (outer == "  " and filled.strip(" ")):
        filled = f" {filled} "
    return f"{fence}{filled}{fence}"


def _fill_fence(lines: list[str], values: Mapping[str, object]) -> list[str]:
    match = _FENCE.fullmatch(lines[0])
    assert match is not None  # it begins with what was found to be a fence
    fence = match[1] or match[2]
    last = lines[-1].strip()
    closed = len(lines) > 1 and len(last) >= len(fence) and not last.strip(fence[0])
    inside = lines[1:-1] if closed else lines[1:]
    filled = [_fill_raw(line, values) for line in inside]
    if filled == inside:
        return lines
    longest = max((len(run) for line in filled for run in re.findall(f"{fence[0]}+", line)), default=0)
    if longest >= len(fence):
        longer = fence[0] * (longest + 1)
        lines = [lines[0].replace(fence, longer, 1), lines[-1].replace(last, longer)]
    return [lines[0], *filled, lines[-1]] if closed else [lines[0], *filled]


def _fill_raw(text: str, values: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda match: _shown(values[match[1]]) if match[1] in values else match[0], text)


def _shown(value: object) -> str:
    text = str(value)
    shown = visible(text[: LONGEST_VALUE + 1]).replace("\t", "\\t")
    if len(text) > LONGEST_VALUE or len(shown) > LONGEST_VALUE:
        shown = shown[: LONGEST_VALUE - 1] + "…"
    return shown or NOTHING

"""How raw bytes are written: the whole syntax of `wslab.wire.rawspec`, and specifications worth trying."""

from __future__ import annotations

from wslab.i18n import N_, _
from wslab.wire.rawspec import BUILDERS, OPTIONS

EXAMPLES: tuple[tuple[str, str], ...] = (
    ('text "hello"', N_("a correct message")),
    ('text mask=0 "hello"', N_("a client frame without a mask")),
    ('text fin=0 "Hel"; cont "lo"', N_("one message in two frames")),
    ('text fin=0 "Hel"; ping "?"; cont "lo"', N_("a Ping amid the frames of a message")),
    ('cont "lo"', N_("a continuation of nothing")),
    ('text "\\xff"', N_("a text that is not UTF-8")),
    ('ping "a"*126', N_("a control frame that is too long")),
    ('ping fin=0 "x"', N_("a control frame that is fragmented")),
    ('text rsv1=1 "hello"', N_("a reserved bit that is set")),
    ("opcode=3", N_("an opcode that has no meaning")),
    ('text form=64 "short"', N_("a length in more bits than it needs")),
    ('text len=200 "hi"', N_("a length larger than the payload")),
    ('close 1000 "bye"', N_("a Close frame with code and reason")),
    ("close 1005", N_("a code that must never be sent")),
    ("opcode=8 03", N_("a Close frame of one byte")),
    ("binary 00 ff 10", N_("three bytes, written in hexadecimal")),
    ("81 85 37fa213d 7f9f4d5158", N_("a whole frame in hexadecimal")),
    ('bytes "GET / HTTP/1.1\\r\\n\\r\\n"', N_("something that is no frame at all")),
)
"""Specifications worth trying and what each makes."""


def raw_help() -> str:
    """Return the whole syntax, one screen of it."""
    return "\n".join(
        (
            _("Bytes in hexadecimal, or a frame: a word, options, then text in quotes or hex."),
            _("Several are joined by ;"),
            "",
            *(f"  {name:<8} {_(text)}" for name, (_opcode, text) in BUILDERS.items()),
            "",
            *(f"  {name + '=':<8} {_(text)}" for name, text in OPTIONS.items()),
            "",
            '  "TEXT"   ' + _('knows \\n \\r \\t \\0 \\" \\\\, bytes as \\xff, characters as \\u00e9'),
            '  "a"*126  ' + _("repeats what stands before it; so does 00*126"),
            "",
            *(f"  {spec:<38}  {_(text)}" for spec, text in EXAMPLES),
        )
    )

"""Broken rules in plain words: what the rule is for and what a peer has to do."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from wslab.i18n import N_, Sentence, _, spoken
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import BAD, NOTE, paragraph
from wslab.wire import violations as rule

_REASONS: dict[str, str] = {
    rule.UNMASKED_CLIENT: (
        N_(
            "The mask keeps a web page from choosing the very bytes that travel, which could fool old "
            "proxies on the way. A server must close the connection, with 1002."
        )
    ),
    rule.MASKED_SERVER: N_("Only clients mask. A client must close the connection, with 1002."),
    rule.RESERVED_BITS: (
        N_(
            "The three bits belong to extensions agreed on in the handshake. The receiver must fail the "
            "connection."
        )
    ),
    rule.UNKNOWN_OPCODE: (
        N_("Opcodes 3 to 7 and 11 to 15 are kept for later. The receiver must fail the connection.")
    ),
    rule.LENGTH_NOT_MINIMAL: (
        N_(
            "A length up to 125 goes into 7 bits, up to 65 535 into 16: one way to write each number. "
            "Many receivers are tolerant here, strict ones close with 1002."
        )
    ),
    rule.LENGTH_TOP_BIT: N_("So that a length fits into a signed number of 64 bits."),
    rule.FRAME_CUT: N_("The header promised more bytes than came. What came of the message is lost."),
    rule.STRAY_CONTINUATION: (
        N_("Opcode 0 goes on with a message begun by TEXT or BINARY with FIN 0. None was begun.")
    ),
    rule.INTERRUPTED_MESSAGE: (
        N_("The frames of one message come one after the other; only control frames may stand between them.")
    ),
    rule.FRAGMENTED_CONTROL: N_("A control frame is one frame, so that it can be answered at once."),
    rule.LONG_CONTROL: (
        N_("Control frames are short, so that they can stand between the frames of any message.")
    ),
    rule.AFTER_CLOSE: N_("A Close frame is the last that a side sends. The receiver ignores what follows."),
    rule.EARLY_FRAME: (
        N_("Until the answer has come, the client cannot know whether this is a WebSocket at all.")
    ),
    rule.CLOSE_BODY_OF_ONE: N_("The body of a Close frame is empty or begins with two bytes of code."),
    rule.BAD_CLOSE_CODE: (
        N_(
            "Some numbers only report what happened locally, others have no meaning: 1004, 1005, 1006, "
            "1015, all below 1000, unassigned ones below 3000, and 5000 upwards."
        )
    ),
    rule.INVALID_UTF8: N_("Text messages and close reasons are UTF-8. The receiver must close with 1007."),
    rule.MISPLACED_RSV1: (
        N_(
            "The bit says that the whole message is compressed, so it stands on its first frame alone and"
            " never on a control frame."
        )
    ),
    rule.CORRUPT_DEFLATE: N_("The bytes are no DEFLATE data, or refer to what the other side no longer has."),
    rule.INFLATE_LIMIT: (
        N_("A few bytes can inflate to gigabytes. A good receiver has a limit, too, and closes with 1009.")
    ),
    rule.HEAD_CUT: N_("The connection ended before the empty line that ends a head."),
}


def section_in_words(section: str) -> str:
    """Return `RFC 6455 section 5.1` for `6455#5.1`, `MQTT 5 section 2.2.2` for `mqtt5#2.2.2`."""
    source, _mark, place = section.partition("#")
    if source.startswith("mqtt"):
        form = _("MQTT {version}, statement {place}") if "-" in place else _("MQTT {version} section {place}")
        return form.format(version=source.removeprefix("mqtt"), place=place)
    if source.startswith("graphql"):
        return _("{source}, section {place}").format(source=source, place=place.replace("-", " "))
    if source.startswith("library "):
        return _("the library {name}").format(name=source.removeprefix("library "))
    if source == "binary":
        return _("the lab's binary protocol, section {place}").format(place=place)
    if source == "iana":
        return _("IANA registry of close codes")
    if source == "lab":
        return _("limit of the lab, no fault of a peer")
    return _("RFC {source} section {place}").format(source=source, place=place) if place else f"RFC {source}"


def violation_lines(violations: Iterable[str], width: int) -> list[Content]:
    """Return each broken rule with its section and what it is for."""
    lines: list[Content] = []
    for violation in violations:
        section, *words = (spoken(violation) if isinstance(violation, Sentence) else _(violation)).split(" ")
        text = " ".join(words)
        said = f"{visible(text)} ({section_in_words(section)})"
        lines += paragraph(said, width, BAD, first=("! ", BAD))
        reason = _REASONS.get(violation)
        if reason:
            lines += paragraph(_(reason), width, NOTE, first="  ")
    return lines

"""What is said below the fields: of the one that is edited, or of the byte that is to be damaged."""

from __future__ import annotations

from wslab.i18n import _, spoken
from wslab.lab.binary.assembled import Assembled
from wslab.lab.binary.damage import Damage, Hit
from wslab.lab.binary.marks import messages
from wslab.tui.safe_text import visible


def field_note(assembled: Assembled, name: str, agreed: int) -> tuple[str, bool]:
    """Return what is to be said of a field, or of the message where none is edited, and whether that is bad.

    Args:
        assembled: the message.
        name: of the field that is edited; empty where none is.
        agreed: the highest version that the connection agreed on.
    """
    if name in assembled.wrong:
        return visible(spoken(str(assembled.wrong[name]))), True
    if assembled.wrong:
        other = next(iter(assembled.wrong.values()))
        if not name:
            return visible(spoken(str(other))), True
    else:
        told = _verdict(assembled, agreed)
        if told:
            return told, True
    row = next((row for row in assembled.rows if row.name == name), None)
    span = assembled.span(name)
    if row is None or span is None:
        return _("{size} bytes. A reader finds nothing wrong.").format(size=len(assembled.data)), False
    where = _place(span.start, span.end)
    told = _("{where}: {meaning} ({write})")
    return told.format(where=where, meaning=_(row.meaning), write=spoken(row.write)), False


def _place(start: int, end: int) -> str:
    if end == start:
        return _("no byte")
    if end - start == 1:
        return _("byte {first}").format(first=start)
    return _("bytes {first} to {last}").format(first=start, last=end - 1)


def _verdict(assembled: Assembled, agreed: int) -> str:
    """What a reader of the message answers, where it is wrong though it can be written."""
    for said in messages(assembled.data, agreed):
        if said.problem is not None:
            return _("A reader says {error}: {problem}").format(
                error=said.error, problem=visible(spoken(said.problem))
            )
    return ""


def damage_note(hit: Hit | None, damage: Damage | None) -> str:
    """Return what a damage does; how to name one where there is none."""
    if hit is None or damage is None:
        return _(
            "Name a byte, counted from 0, and the bits of it that change on their way. "
            "Up and down go to another."
        )
    told = _("Byte {offset} is in {field}: {before} becomes {after}.").format(
        offset=damage.offset, field=hit.field, before=f"{hit.before:02x}", after=f"{hit.after:02x}"
    )
    if hit.problem is None:
        return told + " " + _("No reader can notice it.")
    return (
        told
        + " "
        + _("A reader says {error}: {problem}").format(error=hit.error, problem=visible(spoken(hit.problem)))
    )

"""What is said of a file on its way."""

from __future__ import annotations

from wslab.i18n import _, ngettext, spoken
from wslab.lab.binary.upload import Upload, UploadState
from wslab.tui.safe_text import visible
from wslab.units import format_size
from wslab.wire.labproto import words


def bar(share: float, width: int) -> str:
    """Return a bar of `width` cells that is full as far as a share between 0 and 1 says."""
    room = max(0, width - 2)
    # Full means all of it, and nothing means none of it.
    full = int(share * room) if share < 1 else room
    return f"[{'#' * full}{'.' * (room - full)}]"


def state_line(upload: Upload | None) -> str:
    """Return what becomes of the file, in a line; safe to draw."""
    if upload is None:
        return _("No file was sent yet.")
    name = visible(upload.file.name if upload.file else upload.path.name, 40)
    state = _(upload.state.value)
    if upload.file is None:
        return f"{name}: {state}"
    return _("{name}: {state}, {have} of {size}, {percent} %").format(
        name=name, state=state, have=format_size(upload.acknowledged), size=format_size(upload.size),
        percent=int(upload.share * 100),
    )  # fmt: skip


def details(upload: Upload | None) -> list[str]:
    """Return what else there is to know, a line each; safe to draw."""
    if upload is None:
        return []
    lines = []
    if upload.file is not None:
        numbers = [f"CRC-32 {words.checksum(upload.crc)}"]
        if upload.transfer is not None:
            numbers.append(_("transfer {number}").format(number=words.identifier(upload.transfer)))
        on_the_way = upload.sent - upload.acknowledged
        if upload.state is UploadState.SENDING and on_the_way > 0:
            numbers.append(_("{size} on the way").format(size=format_size(on_the_way)))
        if upload.repairs:
            numbers.append(
                ngettext(
                    "sent again {count} time, as it was damaged",
                    "sent again {count} times, as it was damaged",
                    upload.repairs,
                ).format(count=upload.repairs)
            )
        lines.append("   ".join(numbers))
    if upload.why:
        lines.append(visible(spoken(upload.why)))
    if upload.state is UploadState.INTERRUPTED:
        lines.append(_("Resume goes on where the server says, over this connection or another."))
    return lines

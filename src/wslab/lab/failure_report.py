"""What a failed attempt shows: what was expected, what came nearest, where bytes differ, who sent what when.

Pure: everything is given, and lines come out. They fit the width and hold nothing that steers a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wslab.i18n import _, ngettext
from wslab.lab.byte_diff import byte_diff
from wslab.lab.cells import pad, wrap
from wslab.lab.ladder import WIDTH, describe_event, ladder
from wslab.lab.plain_markdown import markdown_lines
from wslab.lab.steps import Status, Step, Verdict
from wslab.wire.events import Close, Direction, Event, Frame, Http, Message, Proto, Tcp
from wslab.wire.patterns import Pattern
from wslab.wire.wants import Equal, Reference, Same, Saved, Want

INDENT = "  "
_PAYLOADS = ("text", "hex", "reason")


@dataclass(frozen=True, slots=True)
class Failure:
    """Everything that a report is made of."""

    step: Step
    title: str
    """Title of the step."""
    number: int
    """Place of the step, from 1."""
    steps: int
    """How many the lesson has."""
    verdict: Verdict
    events: Sequence[Event]
    """What was on the wire in the attempt."""
    saved: Saved
    say: str = ""
    """The text of the diagnosis as Markdown, filled in; empty where none fits."""
    traceback: Sequence[str] = ()
    """The end of the program's last traceback."""
    notes: Sequence[str] = ()
    """What else is to be told, such as that the time was up."""
    hints: int = 0
    """Hints of the step that were not shown yet."""


def failure_report(failure: Failure, width: int = WIDTH) -> list[str]:
    """Return the report as lines of at most ``width`` cells, 60 at least."""
    head = _("Step {number} of {steps}: {title}").format(
        number=failure.number, steps=failure.steps, title=failure.title
    )
    parts = [
        wrap(f"✗ {head}", width),
        [*_expected(failure, width), *_nearest(failure, width)],
        _diff(failure, width),
        _ladder(failure, width),
        [line for note in failure.notes for line in wrap(note, width, INDENT)],
        _traceback(failure, width),
        markdown_lines(failure.say, width, INDENT) if failure.say else [],
        [INDENT + _hint_line(failure.hints)] if failure.hints else [],
    ]
    lines: list[str] = []
    for part in parts:
        if part and lines:
            lines.append("")
        lines += part
    return lines


def wanted_payload(failure: Failure) -> tuple[bytes, bytes] | None:
    """Return the payload that a check asked for and the nearest one; None where none is compared."""
    nearest = failure.verdict.nearest
    if nearest is None or not isinstance(nearest.event, Frame | Message | Close | Proto):
        return None
    missed = {miss.field for miss in nearest.misses}
    if not missed.intersection(_PAYLOADS):
        return None
    for pattern in _patterns(failure.step):
        if pattern.type is not type(nearest.event):
            continue
        for part in pattern.parts:
            if part.name in _PAYLOADS and part.name in missed:
                wanted = _exactly(part.want, failure.saved)
                if wanted is not None:
                    return _as_bytes(part.name, wanted), _payload(nearest.event)
    return None


def event_words(event: Event) -> str:
    """Return an event in a few words, without the side that sent it. It may hold anything."""
    match event:
        case Frame() | Http() | Tcp():
            return describe_event(event)
        case Close():
            return f"CLOSE {event.code if event.code is not None else ''} {event.reason}".rstrip()
        case Proto():
            return event.summary
        case Message():
            name = "TEXT" if event.opcode == 1 else "BINARY"
            text = event.preview[:64].decode("utf-8", "backslashreplace")
            shown = f'"{text}"' if event.opcode == 1 else event.preview[:24].hex(" ")
            return f"{name} {event.length} {shown}".rstrip()
    return type(event).__name__


def _expected(failure: Failure, width: int) -> list[str]:
    verdict = failure.verdict
    text = verdict.waiting_for or verdict.reason
    if not text:
        return []
    if verdict.status is Status.FAILED:
        return _labelled(_("failed"), [verdict.reason], width)
    return _labelled(_("expected"), [text], width)


def _nearest(failure: Failure, width: int) -> list[str]:
    verdict = failure.verdict
    if verdict.nearest is not None:
        event = verdict.nearest.event
        found = [_sent(event, failure.events)]
        found += [
            _("{field}: expected {wanted}, got {found}").format(
                field=miss.field, wanted=miss.wanted, found=miss.found
            )
            for miss in verdict.nearest.misses
        ]
        return _labelled(_("nearest"), found, width)
    if verdict.event is not None and verdict.status is Status.FAILED:
        return _labelled(_("actual"), [_sent(verdict.event, failure.events)], width)
    return _labelled(_("nearest"), [_("nothing like it was on the wire")], width)


def _sent(event: Event, events: Sequence[Event]) -> str:
    direction = getattr(event, "direction", None)
    side = {Direction.C2S: _("from the client"), Direction.S2C: _("from the server"), None: ""}[direction]
    after = event.t - events[0].t if events else 0.0
    return _("{event} {side} at {seconds} s").format(
        event=event_words(event), side=side, seconds=f"{max(0.0, after):.3f}"
    )


def _labelled(label: str, texts: Iterable[str], width: int) -> list[str]:
    lines = [line for text in texts for line in wrap(text, width - 12)]
    return [
        f"{INDENT}{pad(label if number == 0 else '', 10)}{line}".rstrip() for number, line in enumerate(lines)
    ]


def _diff(failure: Failure, width: int) -> list[str]:
    pair = wanted_payload(failure)
    return [] if pair is None else byte_diff(*pair, width)


def _ladder(failure: Failure, width: int) -> list[str]:
    verdict = failure.verdict
    event = verdict.event if verdict.nearest is None else verdict.nearest.event
    lines = ladder(failure.events, None if event is None else event.seq, width=width)
    if not lines:
        return [INDENT + _("nothing was on the wire: no connection was made")]
    # Hints speak of the ladder, so it is called by its name.
    return [*wrap(_("the ladder: what was on the wire, and after how many seconds"), width, INDENT), *lines]


def _traceback(failure: Failure, width: int) -> list[str]:
    if not failure.traceback:
        return []
    lines = [_("your program ended with an error:")]
    for line in failure.traceback:
        lines += wrap(line, width - 2, INDENT) or [""]
    return [INDENT + line for line in lines]


def _hint_line(hints: int) -> str:
    return ngettext("h: hint ({n} more)", "h: hint ({n} more)", hints).format(n=hints)


def _patterns(step: Step) -> list[Pattern]:
    """Return the patterns of which an event can be the nearest."""
    return [
        *step.expect,
        *step.any_of,
        *(clause.match for clause in step.count),
        *(clause.match for clause in step.distinct),
    ]


def _exactly(want: Want, saved: Saved) -> str | None:
    """Return the one value that is wanted, if there is just one."""
    value: object = None
    if isinstance(want, Equal):
        value = want.value
    elif isinstance(want, Same):
        reference: Reference = want.reference
        value = reference.resolve(saved)
    return value if isinstance(value, str) else None


def _as_bytes(name: str, value: str) -> bytes:
    return bytes.fromhex(value) if name == "hex" else value.encode("utf-8", "surrogatepass")


def _payload(event: Frame | Message | Close | Proto) -> bytes:
    return event.reason.encode("utf-8", "surrogatepass") if isinstance(event, Close) else event.preview

"""Builds a message field by field, shows its bytes meanwhile, and sends it, whole or damaged."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Select, Static

from wslab.i18n import N_, _, spoken
from wslab.lab.binary.assembled import Assembled, flags_of
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.client import BinaryClient
from wslab.lab.binary.damage import Damage, hit, parse_damage
from wslab.lab.binary.draft import example, flags_text
from wslab.tui.binary.byte_view import ByteView
from wslab.tui.binary.field_row import FieldInput, FieldRow, OffsetInput
from wslab.tui.binary.history_text import entry_text
from wslab.tui.binary.message_notes import damage_note, field_note
from wslab.tui.binary.tick import Tick
from wslab.tui.widgets.protocol_panel import CarryOut
from wslab.wire.labproto.layout import ACK_WANTED, ANSWER, CHECKSUM, LAYOUTS, Type

OTHER = 0x100
"""Stands in the list of types for one of any number."""
_TICKS = {"ack-wanted": ACK_WANTED, "answer": ANSWER, "checksum": CHECKSUM}


class MessagePage(Vertical):
    """The builder.

    Args:
        client: what sends the message.
        carry_out: runs an action.
    """

    DEFAULT_CSS = """
    MessagePage {
        #message-top { height: 1; }
        #message-top Label { width: auto; margin-right: 1; }
        #message-type { width: 24; margin-right: 1; }
        #message-middle { height: 1fr; }
        #message-fields { width: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; margin-right: 1; }
        #message-bytes { width: 31; }
        #message-note { height: 2; color: $text-muted; }
        #message-note.-wrong { color: $text-error; }
        #message-actions { height: 1; }
        #message-actions Label { width: auto; margin-right: 1; }
        #damage-byte { width: 7; margin-right: 1; }
        #damage-bits { width: 4; margin-right: 2; }
        #message-last { height: 2; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    MessagePage.-roomy #message-bytes { width: 39; }
    MessagePage.-spacious #message-bytes { width: 71; }
    """

    def __init__(self, client: BinaryClient, carry_out: CarryOut, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._client = client
        self._carry_out = carry_out
        self.draft = example(Type.SAMPLE)
        self._seen = -1

    def compose(self) -> ComposeResult:
        """Lay out the type and its flags, the fields beside the bytes, and what can be done."""
        with Horizontal(id="message-top"):
            yield Label(_("type"), id="message-type-label")
            yield Select(_types(), value=int(Type.SAMPLE), allow_blank=False, compact=True, id="message-type")
            yield Tick("ACK_WANTED", id="ack-wanted")
            yield Tick("ANSWER", id="answer")
            yield Tick("CHECKSUM", id="checksum")
        with Horizontal(id="message-middle"):
            with VerticalScroll(id="message-fields", can_focus=False):
                for row in self.assembled().rows:
                    yield FieldRow(row, self.draft.text(row.name))
            yield ByteView(id="message-bytes")
        yield Static(id="message-note", markup=False)
        with Horizontal(id="message-actions"):
            yield Label(_(_DAMAGE), id="damage-label")
            yield OffsetInput(id="damage-byte")
            yield Label("xor")
            yield FieldInput("01", id="damage-bits")
            yield Button(_(_SEND), compact=True, id="send")
            yield Button(_(_SEND_DAMAGED), compact=True, id="send-damaged")
        yield Static(id="message-last", markup=False)

    def on_mount(self) -> None:
        """Show the first message."""
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Give the bytes as much room as there is."""
        self.set_class(88 <= event.size.width < 130, "-roomy")
        self.set_class(event.size.width >= 130, "-spacious")
        self._show()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.query_one("#message-type-label", Label).update(_("type"))
        self.query_one("#damage-label", Label).update(_(_DAMAGE))
        self.query_one("#send", Button).label = _(_SEND)
        self.query_one("#send-damaged", Button).label = _(_SEND_DAMAGED)
        chooser: Select[int] = self.query_one("#message-type", Select)
        with self.prevent(Select.Changed):
            value = chooser.value
            chooser.set_options(_types())
            chooser.value = value
        self._seen = -1
        self._show()

    def refresh_shown(self) -> None:
        """Show what the client has to say that is new."""
        if self._client.version != self._seen:
            self._show()

    # What is being written

    def assembled(self) -> Assembled:
        """Return the message as it is now."""
        return self._client.assemble(self.draft)

    @property
    def focused_field(self) -> str:
        """Name of the field that has the keyboard; empty where none has."""
        focused = self.screen.focused
        row = focused.parent if isinstance(focused, FieldInput) else None
        return row.row.name if isinstance(row, FieldRow) and row.is_attached else ""

    def _damage(self, size: int) -> Damage | None:
        """Return the damage that is typed; None where no byte is named.

        Raises:
            BadField: it cannot be done.
        """
        offset = self.query_one("#damage-byte", Input).value
        if not offset.strip():
            return None
        return parse_damage(offset, self.query_one("#damage-bits", Input).value, size)

    def _show(self) -> None:
        """Show the fields, their bytes and what is to be said of them."""
        if not self.is_mounted:
            return
        self._seen = self._client.version
        assembled = self.assembled()
        for row in self.query(FieldRow):
            row.show(assembled.worked_out.get(row.row.name), row.row.name in assembled.wrong)
        for name, bit in _TICKS.items():
            self.query_one(f"#{name}", Tick).ticked = bool((flags_of(self.draft) or 0) & bit)
        try:
            damage, wrong = self._damage(len(assembled.data)), None
        except BadField as error:
            damage, wrong = None, error
        self.query_one(ByteView).show(assembled, self.focused_field, damage)
        self._show_note(assembled, damage, wrong)
        sent, answer = self._client.history.last_exchange()
        lines = [entry_text(sent, brief=True) if sent else _(_NOTHING_SENT)]
        if sent is not None:
            lines.append(entry_text(answer, brief=True) if answer else _(_NO_ANSWER))
        self.query_one("#message-last", Static).update("\n".join(lines), layout=False)

    def _show_note(self, assembled: Assembled, damage: Damage | None, wrong: BadField | None) -> None:
        focused = self.screen.focused
        note = self.query_one("#message-note", Static)
        bad = False
        if focused is not None and focused.id in ("damage-byte", "damage-bits", "send-damaged"):
            bad = wrong is not None
            found = hit(assembled, damage, self._client.agreed) if damage else None
            told = spoken(str(wrong)) if wrong is not None else damage_note(found, damage)
        else:
            told, bad = field_note(assembled, self.focused_field, self._client.agreed)
        note.set_class(bad, "-wrong")
        note.update(told, layout=False)

    # What is done

    @on(FieldRow.Edited)
    async def edit(self, event: FieldRow.Edited) -> None:
        """Take over what was typed into a field."""
        self.draft = self.draft.with_text(event.name, event.text)
        await self._settle()

    @on(Tick.Changed)
    async def flag(self, event: Tick.Changed) -> None:
        """Set a flag, or take it away."""
        event.stop()
        bit = _TICKS[event.tick.id or ""]
        flags = flags_of(self.draft) or 0
        flags = flags | bit if event.tick.ticked else flags & ~bit
        self.draft = self.draft.with_text("flags", flags_text(flags))
        self.query_one("#field-flags", FieldRow).put(self.draft.text("flags"))
        await self._settle()

    @on(Select.Changed, "#message-type")
    async def choose(self, event: Select.Changed) -> None:
        """Begin a message of another type."""
        event.stop()
        if not isinstance(event.value, int):
            return
        kind = None if event.value == OTHER else Type(event.value)
        if kind is self.draft.type:
            return
        self.draft = example(kind, version=self._client.agreed, transfer=self._client.transfer)
        await self._settle(anew=True)

    async def _settle(self, anew: bool = False) -> None:
        """Have a row for every field, in the order of the wire, and show them."""
        fields = self.query_one("#message-fields", VerticalScroll)
        assembled = self.assembled()
        there = {row.row.name: row for row in fields.query(FieldRow)}
        wanted = [row.name for row in assembled.rows]
        if anew or [name for name in there if name in wanted] != [name for name in wanted if name in there]:
            await fields.remove_children(FieldRow)
            await fields.mount_all(FieldRow(row, self.draft.text(row.name)) for row in assembled.rows)
        else:
            await fields.remove_children([row for name, row in there.items() if name not in wanted])
            for at, row in enumerate(assembled.rows):
                if row.name not in there:
                    await fields.mount(FieldRow(row, self.draft.text(row.name)), before=at)
        self._show()

    @on(Input.Changed, "#damage-byte")
    @on(Input.Changed, "#damage-bits")
    def damage_changed(self, event: Input.Changed) -> None:
        """Show what the damage would hit."""
        event.stop()
        self._show()

    def on_descendant_focus(self) -> None:
        """Mark the bytes of the field that has the keyboard now."""
        self._show()

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Send the message; from the lines of the damage, send it damaged."""
        event.stop()
        self._send(damaged=event.input.id in ("damage-byte", "damage-bits"))

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        """Send the message, whole or damaged."""
        event.stop()
        self._send(damaged=event.button.id == "send-damaged")

    def _send(self, *, damaged: bool) -> None:
        self._carry_out(self._dispatch(damaged), "send a binary message")

    async def _dispatch(self, damaged: bool) -> None:
        damage = None
        if damaged:
            offset = self.query_one("#damage-byte", Input).value
            bits = self.query_one("#damage-bits", Input).value
            damage = parse_damage(offset, bits, len(self.assembled().message))
        await self._client.send(self.draft, damage)


_DAMAGE = N_("damage byte")
_SEND = N_("Send")
_SEND_DAMAGED = N_("Send damaged")
_NOTHING_SENT = N_("Nothing was sent yet. Enter in any field sends the message.")
_NO_ANSWER = N_("< no answer yet; not every message gets one")


def _types() -> list[tuple[str, int]]:
    known = [(f"0x{kind:02x} {layout.type.name}", kind) for kind, layout in LAYOUTS.items()]
    return [*known, (_("another type"), OTHER)]

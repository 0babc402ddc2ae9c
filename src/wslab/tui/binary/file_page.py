"""Sends a file in chunks and shows how far it has come."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Static

from wslab.i18n import N_, _, sentence
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.client import BinaryClient
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.local_file import parse_file
from wslab.lab.binary.upload import CHUNK, Upload
from wslab.lab.binary.values import parse_whole, whole_number
from wslab.tui.binary.field_row import FieldInput
from wslab.tui.binary.file_text import bar, details, state_line
from wslab.tui.binary.tick import Tick
from wslab.tui.widgets.protocol_panel import CarryOut, Say
from wslab.tui.widgets.text_blocks import wrap
from wslab.units import parse_size
from wslab.wire.labproto.layout import LONGEST_CHUNK, Type, offset_of

_CHUNK_TEXT = f"{CHUNK // 1024}KiB"
DAMAGE = Damage(offset_of(Type.FILE_CHUNK, "data"))
"""What happens to a chunk that is to be damaged: a bit of its first byte of data changes."""
_WIDEST_BAR = 60


class FilePage(Vertical):
    """The form for a file, and its progress.

    Args:
        client: what sends it.
        say: tells the learner something in passing.
        carry_out: runs an action.
    """

    DEFAULT_CSS = """
    FilePage {
        .file--line { height: 1; margin-bottom: 1; }
        .file--line Label { width: auto; margin-right: 1; }
        #file-path { width: 1fr; }
        #file-chunk { width: 10; margin-right: 2; }
        #file-crc { width: 14; margin-right: 2; }
        #file-progress { height: 1fr; scrollbar-size-vertical: 1; }
        #file-progress:focus { background-tint: $foreground 5%; }
        #file-told { height: auto; }
    }
    """

    def __init__(
        self,
        client: BinaryClient,
        say: Say,
        carry_out: CarryOut,
        *,
        id: str,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._client = client
        self._say = say
        self._carry_out = carry_out
        self._seen = -1

    def compose(self) -> ComposeResult:
        """Lay out the form and the progress."""
        with Horizontal(classes="file--line"):
            yield Label(_(_FILE), id="file-label")
            yield FieldInput(id="file-path", placeholder=_(_FILE_HINT))
        with Horizontal(classes="file--line"):
            yield Label(_(_PIECE), id="chunk-label")
            yield FieldInput(_CHUNK_TEXT, id="file-chunk")
            yield Label("CRC-32")
            yield FieldInput(id="file-crc", placeholder=_(_RIGHT_CRC))
            yield Tick(_DAMAGE_ONE, id="file-damage")
        with Horizontal(classes="file--line"):
            yield Button(_(_SEND_FILE), compact=True, id="file-send")
            yield Button(_(_STOP), compact=True, id="file-stop")
            yield Button(_(_RESUME), compact=True, id="file-resume")
        with VerticalScroll(id="file-progress"):
            yield Static(id="file-told", markup=False)

    def on_mount(self) -> None:
        """Show that there is nothing yet, or what there is."""
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the lines out for the new width."""
        self._show()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.query_one("#file-label", Label).update(_(_FILE))
        self.query_one("#chunk-label", Label).update(_(_PIECE))
        self.query_one("#file-path", Input).placeholder = _(_FILE_HINT)
        self.query_one("#file-crc", Input).placeholder = _(_RIGHT_CRC)
        for name, label in (("send", _SEND_FILE), ("stop", _STOP), ("resume", _RESUME)):
            self.query_one(f"#file-{name}", Button).label = _(label)
        self._show()

    def refresh_shown(self) -> None:
        """Show how far the file has come, where that has changed."""
        if self._client.version != self._seen:
            self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        self._seen = self._client.version
        upload = self._client.files.upload
        width = self.query_one("#file-progress").scrollable_content_region.width or 70
        lines = wrap(state_line(upload), width)
        if upload is not None and upload.file is not None:
            lines.append(bar(upload.share, min(width, _WIDEST_BAR)))
        for text in details(upload):
            lines += wrap(text, width)
        self.query_one("#file-told", Static).update("\n".join(lines))

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Send the file that is named."""
        event.stop()
        self._carry_out(self._send(), "send a file")

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        """Send a file, stop it or go on with it."""
        event.stop()
        if event.button.id == "file-send":
            self._carry_out(self._send(), "send a file")
        elif event.button.id == "file-resume":
            self._carry_out(self._resume(), "resume a file")
        else:
            self._carry_out(self._stop(), "stop a file")

    async def _send(self) -> None:
        path = parse_file(self.query_one("#file-path", Input).value)
        chunk = parse_size(self.query_one("#file-chunk", Input).value)
        if not 1 <= chunk <= LONGEST_CHUNK:
            right = sentence("it is from {low} to {high}", low=1, high=LONGEST_CHUNK)
            raise BadField("chunk", self.query_one("#file-chunk", Input).value, right)
        text = self.query_one("#file-crc", Input).value
        crc = parse_whole(text) if text.strip() else None
        if text.strip() and (crc is None or not 0 <= crc < 2**32):
            raise BadField("crc", text, whole_number(0, 2**32 - 1))
        damage = DAMAGE if self.query_one("#file-damage", Tick).ticked else None
        self._tell(await self._client.files.send(path, chunk=chunk, crc=crc, damage=damage))

    async def _resume(self) -> None:
        self._tell(await self._client.files.resume())

    def _tell(self, upload: Upload) -> None:
        self._say(_("the server has all of {name}").format(name=upload.path.name))

    async def _stop(self) -> None:
        self._client.files.stop()


_FILE = N_("file")
_FILE_HINT = N_("path of a file on this machine")
_PIECE = N_("chunk")
_RIGHT_CRC = N_("the right one")
_DAMAGE_ONE = N_("damage one chunk")
_SEND_FILE = N_("Send file")
_STOP = N_("Stop")
_RESUME = N_("Resume")

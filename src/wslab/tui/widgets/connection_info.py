"""What a connection agreed on: where it goes, subprotocols and extensions, offered and chosen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from wslab.i18n import _
from wslab.tui.safe_text import visible
from wslab.wire.handshake import Handshake

LONGEST = 300
"""Characters of each text that are shown."""


class ConnectionInfo(Static):
    """Three lines: the target or the URL, the subprotocol, the extensions."""

    DEFAULT_CSS = """
    ConnectionInfo { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", id=id, markup=False)
        self._shown: tuple[object, ...] = ()

    def show(
        self, target: str, url: str, offers: Sequence[str], handshake: Handshake | None, *, live: bool
    ) -> None:
        """Show them.

        Args:
            target: what the next connect goes to.
            url: where the present or the last connection goes to; empty where there was none.
            offers: subprotocols that the next connect offers.
            handshake: of the present or the last connection, once there is an answer.
            live: whether it is in use.
        """
        shown = (target, url, tuple(offers), handshake, live, _("none"))
        if shown == self._shown:
            return
        self._shown = shown
        self.update(Content("\n").join(_lines(target, url, offers, handshake if live else None)))

    def retranslate(self) -> None:
        """Say the same in the language in use, at the next `show`."""
        self._shown = ()


def _lines(target: str, url: str, offers: Sequence[str], handshake: Handshake | None) -> list[Content]:
    if handshake is None:
        return _table(
            (_("next connect"), visible(target)),
            (_("subprotocol"), _("offers {names}").format(names=_listed(offers))),
            (_("extensions"), _("what is agreed on is here once the connection is open")),
        )
    told = _("{chosen}; offered: {offered}")
    extensions = [str(each) for each in handshake.extensions]
    offered = [str(each) for each in handshake.extensions_offered]
    chosen = (handshake.subprotocol,) if handshake.subprotocol else ()
    return _table(
        (_("connected to"), visible(url)),
        (
            _("subprotocol"),
            told.format(chosen=_listed(chosen), offered=_listed(handshake.subprotocols_offered)),
        ),
        (_("extensions"), told.format(chosen=_listed(extensions), offered=_listed(offered))),
    )


def _table(*rows: tuple[str, str]) -> list[Content]:
    # Words of other languages may be wider.
    width = max(13, *(cell_len(label) for label, _text in rows))
    return [
        Content.assemble((set_cell_size(label, width), "$foreground-muted"), " ", text)
        for label, text in rows
    ]


def _listed(names: Sequence[str]) -> str:
    return visible(", ".join(names)[:LONGEST]) if names else _("none")

"""The Handshake tab: the request, its answer and what they agree on."""

from __future__ import annotations

from functools import partial

from textual.content import Content

from wslab.i18n import N_, _
from wslab.tui.widgets.handshake_text import handshake_lines
from wslab.tui.widgets.text_blocks import BLANK, MUTED, paragraph
from wslab.tui.widgets.text_view import TextView
from wslab.wire.events import Body, Http
from wslab.wire.handshake import Handshake
from wslab.wire.handshake_events import NO_OPENING, Opening

OF_THE_ROW = N_(
    "This is the handshake of the row under the cursor of the log. While the log follows, "
    "that of the connection under study is here."
)


class HandshakeView(TextView):
    """Shows the opening handshake of a connection, every header that matters explained."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start with no handshake."""
        super().__init__(partial(handshake_lines, None, None, None, None), id=id, classes=classes)
        self._shown: tuple[Opening, bool] = NO_OPENING, False

    def show(
        self,
        handshake: Handshake | None,
        request: Http | None,
        response: Http | None,
        body: Body | None,
        *,
        of_row: bool = False,
    ) -> None:
        """Show a handshake as far as it has come. What is shown already changes nothing.

        Args:
            handshake: the verdict, None while there is no answer.
            request: head of the request.
            response: head of the answer.
            body: what came with an answer other than 101.
            of_row: whether it is that of a row of the log and not of the connection under study.
        """
        wanted = (handshake, request, response, body), of_row
        if wanted == self._shown:
            return
        self._shown = wanted
        self.draw(partial(_lines, *wanted))


def _lines(opening: Opening, of_row: bool, width: int) -> list[Content]:
    lines = [*paragraph(_(OF_THE_ROW), width, MUTED), BLANK] if of_row else []
    return [*lines, *handshake_lines(*opening, width)]

"""The Handshake tab: the request, its answer and what they agree on."""

from __future__ import annotations

from functools import partial

from wslab.tui.widgets.handshake_text import handshake_lines
from wslab.tui.widgets.text_view import TextView
from wslab.wire.events import Body, Http
from wslab.wire.handshake import Handshake


class HandshakeView(TextView):
    """Shows the opening handshake of the connection under study, every header that matters explained."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start with no handshake."""
        super().__init__(partial(handshake_lines, None, None, None, None), id=id, classes=classes)
        self._shown: tuple[Handshake | None, Http | None, Http | None, Body | None] = (None, None, None, None)

    def show(
        self, handshake: Handshake | None, request: Http | None, response: Http | None, body: Body | None
    ) -> None:
        """Show a handshake as far as it has come. What is shown already changes nothing.

        Args:
            handshake: the verdict, None while there is no answer.
            request: head of the request.
            response: head of the answer.
            body: what came with an answer other than 101.
        """
        wanted = (handshake, request, response, body)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.draw(partial(handshake_lines, *wanted))

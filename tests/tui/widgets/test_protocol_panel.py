"""What every panel of controls has."""

from __future__ import annotations

from wslab.tui.widgets.protocol_panel import ProtocolPanel


def test_what_a_panel_has_to_do_is_named() -> None:
    assert "refresh_shown" in ProtocolPanel.__dict__
    assert getattr(ProtocolPanel.refresh_shown, "__isabstractmethod__", False)

from __future__ import annotations

from wslab.tui.keys import LAB_KEYS
from wslab.tui.screens.lab_screen import LabScreen


def test_every_key_has_an_id_of_its_own_and_says_what_it_does() -> None:
    assert len({key.id for key in LAB_KEYS}) == len(LAB_KEYS)
    assert len({key.key for key in LAB_KEYS}) == len(LAB_KEYS)
    for key in LAB_KEYS:
        assert key.tooltip
        assert key.description


def test_every_key_has_its_action() -> None:
    for key in LAB_KEYS:
        name = key.action.split("(")[0]
        if not name.startswith("app."):
            assert hasattr(LabScreen, f"action_{name}"), key.key

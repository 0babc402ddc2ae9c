from __future__ import annotations

from pathlib import Path

import pytest

from wslab import bundled


def test_a_checkout_has_servers_and_lessons_at_its_top() -> None:
    root = Path(__file__).resolve().parents[1]
    assert bundled.folder("servers") == root / "servers"
    assert bundled.folder("lessons") == root / "lessons"


def test_every_bundled_server_has_its_file_and_a_port_of_its_own() -> None:
    ports = [info.port for info in bundled.SERVERS.values()]
    assert len(set(ports)) == len(ports)
    for name, info in bundled.SERVERS.items():
        assert info.name == name
        assert info.path.is_file()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(bundled.BundledError, match="no folder 'nowhere' at "):
        bundled.folder("nowhere")
    with pytest.raises(bundled.BundledError, match="'ghost' is missing"):
        _ = bundled.ServerInfo("ghost", 1, 1, "").path

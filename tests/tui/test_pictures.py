from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from wslab.tui.pictures import save_picture, screen_svg, screen_text


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("hello 日本", markup=False)


async def test_a_screen_as_text_has_its_rows() -> None:
    app = Host()
    async with app.run_test(size=(20, 3)):
        assert screen_text(app) == "hello 日本\n\n"


async def test_the_same_screen_makes_the_same_picture() -> None:
    pictures = []
    for _ in range(2):
        app = Host()
        async with app.run_test(size=(20, 3)):
            pictures.append(screen_svg(app))
    assert pictures[0] == pictures[1]
    assert "hello" in pictures[0]


async def test_a_picture_is_of_the_kind_its_name_says(tmp_path: Path) -> None:
    app = Host()
    async with app.run_test(size=(20, 3)):
        save_picture(app, tmp_path / "deep" / "a.svg")
        save_picture(app, tmp_path / "a.txt")
        with pytest.raises((NotADirectoryError, FileExistsError)):
            save_picture(app, Path("/dev/null/a.svg"))
    assert (tmp_path / "deep" / "a.svg").read_text().startswith("<svg")
    assert (tmp_path / "a.txt").read_text() == "hello 日本\n\n\n"


async def test_a_picture_needs_nothing_from_elsewhere_and_keeps_its_spaces() -> None:
    app = Host()
    async with app.run_test(size=(20, 3)):
        svg = screen_svg(app)
    assert "url(" not in svg.replace("url(#", "")
    assert 'src: local("FiraCode-Regular");' in svg
    assert '<g class="terminal-wslab-matrix" xml:space="preserve">' in svg

"""The screens at three sizes against pictures of them as text.

A picture that is to change is written anew with `WSLAB_GOLDENS=write make test`, looked at, and committed.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Footer

from tests.support.demo import Demo
from wslab.i18n import SOURCE, set_language
from wslab.tui.app import LabApp
from wslab.tui.pictures import screen_svg, screen_text

GOLDENS = Path(__file__).resolve().parents[1] / "goldens"
SIZES = [(80, 24), (120, 36), (200, 60)]
SCENES: dict[str, tuple[str, ...]] = {
    "start": (),
    "open": (),
    "frame": ("up", "up", "up", "enter"),
    "handshake": ("f4",),
    "stats": ("f8",),
    "closed": (),
    "help": ("question_mark",),
    "target": ("o",),
    "phase-2": ("2",),
    "phase-3": ("3",),
}


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    set_language(SOURCE)
    monkeypatch.undo()
    time.tzset()


def a_demo(scene: str) -> Demo:
    demo = Demo()
    if scene not in {"start", "target", "phase-2", "phase-3", "help"}:
        demo.opened().talked()
    if scene == "closed":
        demo.closed()
    return demo


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_the_screen_is_as_it_was_looked_at(scene: str, size: tuple[int, int]) -> None:
    seen, svg = await draw(scene, size)
    compare(GOLDENS / f"{scene}-{size[0]}x{size[1]}.txt", seen)
    assert max(map(len, seen.splitlines())) <= size[0]
    if (scene, size) == ("frame", (120, 36)):
        compare(GOLDENS / "frame-120x36.svg", svg)


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_the_screen_in_japanese_is_as_it_was_looked_at(scene: str, size: tuple[int, int]) -> None:
    set_language("ja")
    seen, _svg = await draw(scene, size)
    compare(GOLDENS / f"ja-{scene}-{size[0]}x{size[1]}.txt", seen)
    assert max(map(cell_len, seen.splitlines())) <= size[0]


async def draw(scene: str, size: tuple[int, int]) -> tuple[str, str]:
    """Return what a scene looks like, as text and as a picture; nothing on it is cut off at the edge."""
    demo = a_demo(scene)
    app = LabApp(workbench=demo.bench, seed=1)  # lessons show the words of the attempt
    app.animation_level = "none"
    asyncio.get_running_loop().set_debug(False)  # as tests/tui/conftest.py does
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if size[0] < 100 and scene in {"open", "frame", "closed"}:
            await pilot.press("f7")
        for key in SCENES[scene]:
            await pilot.press(key)
        app.lab_screen.shown.show_statistics()
        await pilot.pause()
        seen = "".join(f"{line}\n" for line in screen_text(app).splitlines())
        svg = screen_svg(app)
        assert not app.lab_screen.query_one(Footer).max_scroll_x
        assert not app.lab_screen.query_one("#tabs-scroll").max_scroll_x
    return seen, svg


def compare(golden: Path, seen: str) -> None:
    if os.environ.get("WSLAB_GOLDENS") == "write":
        golden.write_text(seen, encoding="utf-8")
    kept = golden.read_text(encoding="utf-8") if golden.is_file() else ""
    assert seen == kept, f"{golden.name} is no longer what it was; see the start of this file"

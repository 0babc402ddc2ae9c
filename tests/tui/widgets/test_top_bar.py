from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from tests.support.packs import LOUD
from wslab.lab.course_files import load_course
from wslab.lab.packs import load_pack
from wslab.lab.server_status import ServerState, ServerStatus
from wslab.tui.pictures import screen_text
from wslab.tui.widgets.top_bar import TopBar

COURSE = load_course()
BASICS = COURSE.phases[0]
READY = ServerStatus("basic", 8080, ServerState.READY)


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.phases: list[int] = []

    def compose(self) -> ComposeResult:
        yield TopBar(COURSE, BASICS)

    def action_phase(self, number: int) -> None:
        self.phases.append(number)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (120, "wslab  1 Basics  2 Protocols  3 Testing  4 Production"),
        (80, "wslab  1 Basics  2 Protocols  3 Testing  4 Production"),
        (48, "wslab  1 Basics › Echo 2/6"),
        (28, "wslab"),
    ],
)
async def test_it_says_less_where_there_is_less_room(width: int, line: str) -> None:
    app = Host()
    async with app.run_test(size=(width, 4)) as pilot:
        app.query_one(TopBar).show((READY,), "Echo 2/6", BASICS)
        await pilot.pause()
        shown = screen_text(app).splitlines()[0]
        assert shown.strip().startswith(line)
        assert shown.endswith("basic ● 8080")
        assert len(shown) <= width


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ("stopped stopped stopped stopped", "basic ○ stopped"),
        ("stopped ready stopped stopped", "graphql ● 8081"),
        ("ready stopped crashed stopped", "basic ● 8080  mqtt ✗ crashed"),
    ],
)
async def test_servers_that_do_not_run_take_no_room(states: str, shown: str) -> None:
    names = ("basic", "graphql", "mqtt", "binary")
    servers = tuple(
        ServerStatus(name, 8080 + place, ServerState(state))
        for place, (name, state) in enumerate(zip(names, states.split(), strict=True))
    )
    app = Host()
    async with app.run_test(size=(80, 4)) as pilot:
        app.query_one(TopBar).show(servers, "Echo 2/6", BASICS)
        await pilot.pause()
        line = screen_text(app).splitlines()[0]
        assert line.endswith(f"  {shown}")
        assert "1 Basics" in line


async def test_a_click_opens_a_phase() -> None:
    app = Host()
    async with app.run_test(size=(120, 4)) as pilot:
        await pilot.pause()
        place = screen_text(app).splitlines()[0].index("3 Testing")
        await pilot.click(TopBar, offset=(place + 2, 0))
        assert app.phases == [3]


async def test_what_it_does_not_show_does_not_draw_it_again() -> None:
    app = Host()
    async with app.run_test(size=(80, 4)) as pilot:
        bar = app.query_one(TopBar)
        bar.show((replace(READY, cpu=1.0, uptime=1.0),), "", BASICS)
        await pilot.pause()
        drawn = []
        bar.refresh = lambda *_regions, **_options: drawn.append(1)  # type: ignore[assignment,method-assign]
        bar.show((replace(READY, cpu=2.0, uptime=2.0, connections=3),), "", BASICS)
        assert not drawn
        bar.show((replace(READY, port=9000),), "", BASICS)
        assert drawn


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (120, "wslab  1 Basics  2 Protocols  3 Testing  4 Production  loud"),
        (68, "wslab  loud: Loud [b]words[/] › [b]x[/] <U+202E> 1/2"),
    ],
)
async def test_a_pack_is_named_and_steers_nothing(width: int, line: str) -> None:
    app = Host()
    async with app.run_test(size=(width, 4)) as pilot:
        phase = load_pack(LOUD).course.phases[0]
        app.query_one(TopBar).show((READY,), "[b]x[/] \u202e 1/2", phase, "loud")
        await pilot.pause()
        shown = screen_text(app).splitlines()[0].strip()
        assert shown.removesuffix("basic ● 8080").strip() == line

from __future__ import annotations

from dataclasses import replace

from textual.app import App, ComposeResult

from wslab.lab.server_status import ServerState, ServerStatus
from wslab.tui.pictures import screen_text
from wslab.tui.widgets.server_list import ServerList


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield ServerList()


async def drawn(*statuses: ServerStatus) -> list[str]:
    app = Host()
    async with app.run_test(size=(24, 8)) as pilot:
        app.query_one(ServerList).show(statuses)
        await pilot.pause()
        return [line.strip() for line in screen_text(app).splitlines() if line.strip()]


async def test_a_server_that_runs_says_how_it_is() -> None:
    status = ServerStatus(
        "basic", 8080, ServerState.READY, pid=4711, uptime=125, cpu=3.4, memory=30 * 2**20, connections=2
    )
    assert await drawn(status) == [
        "servers",
        "basic ● 8080",
        "up 2:05 · 2 open",
        "pid 4711",
        "cpu 3 % · 30 MiB",
    ]


async def test_what_is_not_known_yet_is_not_shown() -> None:
    status = ServerStatus("basic", 41000, ServerState.READY, pid=1, uptime=0.0)
    assert await drawn(status) == ["servers", "basic ● 41000", "up 0 s", "pid 1"]


async def test_a_server_that_does_not_run_says_so_in_a_word() -> None:
    for state in set(ServerState) - {ServerState.READY}:
        (_, line) = await drawn(ServerStatus("basic", 8080, state))
        assert line.startswith("basic ")
        assert line.endswith(f" {state}")


async def test_signs_differ_without_colour() -> None:
    signs = {}
    for state in (ServerState.READY, ServerState.STOPPED, ServerState.CRASHED, ServerState.STARTING):
        line = (await drawn(ServerStatus("basic", 8080, state)))[1]
        signs[line.split()[1]] = state
    assert len(signs) == 4


async def test_a_line_that_comes_later_has_room_too() -> None:
    app = Host()
    status = ServerStatus("basic", 8080, ServerState.READY, pid=1, uptime=0.4)
    async with app.run_test(size=(24, 8)) as pilot:
        shown = app.query_one(ServerList)
        shown.show((status,))
        await pilot.pause()
        shown.show((replace(status, uptime=1.2, cpu=3.4, memory=2**20),))
        await pilot.pause()
        assert "cpu 3 % · 1 MiB" in screen_text(app)
        assert "up 1 s" in screen_text(app)


async def test_what_looks_the_same_is_not_drawn_again() -> None:
    app = Host()
    status = ServerStatus("basic", 8080, ServerState.READY, pid=1, uptime=5.1, cpu=3.1, memory=2**20)
    async with app.run_test(size=(24, 8)) as pilot:
        shown = app.query_one(ServerList)
        shown.show((status,))
        await pilot.pause()
        drawn = []
        shown.refresh = lambda *_regions, **_options: drawn.append(1)  # type: ignore[assignment,method-assign]
        shown.show((replace(status, uptime=5.9, cpu=3.4),))
        assert not drawn
        shown.show((replace(status, connections=1),))
        assert drawn

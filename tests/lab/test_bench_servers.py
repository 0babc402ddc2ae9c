"""The server of the lesson: which it is, with which options, and when it is started anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.bench import a_bench, notes
from tests.support.exercises import tiny
from tests.support.packs import LOUD, agreed_source, copy_pack
from wslab.lab.workbench import WorkbenchError
from wslab.wire.events import Phase

APP = tiny("app")
QUICK = replace(APP, options=("--keepalive", "off"))
SLOW = replace(APP, options=("--keepalive", "9s"))


async def test_a_server_is_started_anew_only_where_the_lesson_wants_other_options() -> None:
    async with a_bench() as bench:
        supervisor = bench.supervisor
        pids = []
        for lesson in (APP, APP, QUICK, QUICK, SLOW, APP):
            bench.servers.study(lesson, {})
            await bench.connect("/echo")
            assert bench.view.phase is Phase.OPEN
            pids.append(supervisor.status("basic").pid)
            assert not supervisor.runs_otherwise("basic", lesson.options)
        assert pids[0] == pids[1]
        assert pids[2] == pids[3]
        assert len(set(pids)) == 4
        assert [note for note in notes(bench) if "anew" in note] == [
            "basic is started anew, with --keepalive off",
            "basic is started anew, with --keepalive 9s",
            "basic is started anew, without options",
        ]


async def test_choosing_a_lesson_leaves_what_runs_alone() -> None:
    async with a_bench() as bench:
        await bench.connect("/echo")
        pid = bench.supervisor.status("basic").pid
        bench.servers.study(QUICK, {})
        assert bench.view.phase is Phase.OPEN
        assert bench.supervisor.status("basic").pid == pid
        with pytest.raises(WorkbenchError, match="stop it first"):
            await bench.servers.start("basic")


async def test_started_by_hand_the_server_of_the_lesson_has_its_options() -> None:
    async with a_bench() as bench:
        bench.servers.study(QUICK, {})
        await bench.servers.start("basic")
        assert not bench.supervisor.runs_otherwise("basic", QUICK.options)
        await bench.servers.restart("basic")
        assert not bench.supervisor.runs_otherwise("basic", QUICK.options)


async def test_where_the_learner_writes_the_server_paths_are_the_bundled_ones() -> None:
    async with a_bench() as bench:
        bench.servers.study(tiny("server"), {})
        assert bench.servers.name == bench.servers.entry.name == "basic"


async def test_a_server_of_a_pack_starts_as_long_as_it_is_as_agreed(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    source = agreed_source(folder, tmp_path)
    async with a_bench() as bench:
        bench.servers.study(source.course.lesson("shout"), source.servers)
        await bench.connect("/")
        await bench.send_text("hi")
        assert bench.servers.entry is source.servers["shout"]
        assert bench.supervisor.status("basic").state == "stopped"
        await bench.leave()
        await bench.supervisor.stop("shout")
        (folder / "servers" / "more.py").write_text("")
        with pytest.raises(WorkbenchError, match="nobody has agreed to run the code of loud as it is now"):
            await bench.connect("/")
        assert bench.supervisor.status("shout").state == "failed"


async def test_a_target_names_a_server_and_a_path() -> None:
    async with a_bench() as bench:
        place = bench.servers.place
        assert place("/echo") == ("basic", "/echo")
        assert place("binary:/echo?x=1") == ("binary", "/echo?x=1")
        assert place("ws://127.0.0.1:1/") is None
        assert place("wss://example.com/graphql") is None
        assert place("binary") is None
        with pytest.raises(ValueError, match="there is no server 'nobody': there are basic"):
            place("nobody:/echo")
        with pytest.raises(ValueError, match="there is no server"):
            bench.aim("nobody:/echo")
        assert bench.target == "/echo"


async def test_another_server_than_that_of_the_lesson_has_no_options_of_it() -> None:
    async with a_bench() as bench:
        bench.servers.study(QUICK, {})
        await bench.connect("binary:/echo")
        assert bench.view.phase is Phase.OPEN
        assert not bench.supervisor.runs_otherwise("binary", ())
        assert bench.supervisor.status("basic").state == "stopped"

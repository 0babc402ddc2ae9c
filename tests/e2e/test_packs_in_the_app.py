"""A lesson pack on disk, learned in the real app by its keys: found, done, run, and kept under its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lab_app import NARROW, SIZES, Lab, a_lab
from tests.support.packs import LOUD, agreed, agreed_source, copy_pack, with_bundled
from tests.support.waiting import until
from wslab.bundled import SERVERS
from wslab.lab.pack_shelf import PackShelf
from wslab.lab.progress import ProgressStore
from wslab.lab.state import state_folder
from wslab.tui.widgets.course_list import CourseList

ID = "p1-echo-client"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return copy_pack(tmp_path / "loud", "loud", LOUD)


def rows(lab: Lab) -> list[str]:
    return [str(option.prompt) for option in lab.app.lab_screen.query_one(CourseList).options]


def kept(pack: str) -> ProgressStore:
    store = ProgressStore(state_folder(), pack)
    store.load()
    return store


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_lesson_of_a_pack_is_found_in_the_list_and_done(folder: Path, size: tuple[int, int]) -> None:
    async with a_lab(size, sources=with_bundled(agreed_source(folder, state_folder()))) as lab:
        await lab.until(lambda: rows(lab)[-1:] == ["loud: Loud [b]words[/]"], "the pack in the list")
        # The list goes round: over the heading to its end.
        await lab.press("s", "up", "enter")
        await lab.sees("Hear your word in capitals", "▸ 1/2 Press c")
        await lab.connected()
        await lab.line("hello")
        await lab.sees("HELLO!!")
        await lab.leave_line()
        await lab.until(lambda: kept("loud").progress.lesson("shout").finished, "the pass to be kept")
        await lab.until(lambda: "▸✓ Shout" in rows(lab), "the tick in the list")
        assert kept("wslab").progress.lesson("shout").opened is None
        statuses = {status.name: status.state for status in lab.bench.supervisor.statuses()}
        assert statuses == dict.fromkeys(SERVERS, "stopped") | {"shout": "ready"}

        await lab.press("1")
        await lab.sees("▸ 1/4 Press c")
        await lab.until(
            lambda: [status.name for status in lab.bench.supervisor.statuses()] == list(SERVERS),
            "the bundled servers alone",
        )
        await lab.connected()
        assert "/echo" in lab.bench.view.url
        await lab.leave_line()
        await lab.press("d")


async def test_an_exercise_with_the_id_of_a_bundled_one_shares_nothing_with_it(folder: Path) -> None:
    mine = Path("wslab-work") / ID / "client.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    sources = with_bundled(agreed_source(folder, state_folder()))
    async with a_lab(NARROW, sources=sources, lesson=f"loud:{ID}") as lab:
        await lab.sees("x begins this exercise", f"loud.{ID}")
        await lab.press("x")
        exercise = lab.app.lab_screen.learner.exercise
        assert exercise is not None
        await until(lambda: exercise.outcome is not None, "the first run", timeout=60)
        await lab.sees("✗ 1/1 Hear your word")
        exercise.file.write_bytes((exercise.lesson.folder / "solution" / "client.py").read_bytes())
        await until(lambda: exercise.passed, "the solution to pass", timeout=60)
        await lab.sees("✓ exercise passed")
        await lab.until(lambda: kept("loud").progress.lesson(ID).finished, "the pass to be kept")
        (folder / "servers" / "more.py").write_text("")
        await lab.press("x")
        await lab.until(lambda: exercise.outcome is not None and exercise.outcome.unknown, "no verdict")
        assert "nobody has agreed to run the code of loud" in exercise.outcome.decisive.unknown_reason
    assert kept("wslab").progress.lessons == {}
    assert mine.read_text() == "mine\n"
    assert (Path("wslab-work") / f"loud.{ID}" / "client.py").is_file()


async def test_what_changes_after_it_was_agreed_to_does_not_start(folder: Path) -> None:
    sources = with_bundled(agreed_source(folder, state_folder()))
    async with a_lab(NARROW, sources=sources, lesson="loud:shout") as lab:
        await lab.sees("▸ 1/2 Press c")
        ran = folder.parent / "ran"
        (folder / "servers" / "shout.py").write_text(f"open({str(ran)!r}, 'w')")
        await lab.press("c")
        await lab.told("nobody has agreed to run the code of loud")
    assert not ran.exists()


async def test_packs_of_the_shelf_are_there_once_they_were_agreed_to(folder: Path) -> None:
    PackShelf(state_folder()).add(folder)
    async with a_lab(NARROW) as lab:
        await lab.until(lambda: rows(lab), "the list")
        assert rows(lab)[-1] == "4 Production"
        await lab.until(
            lambda: any("lesson pack agree loud" in toast for toast in lab.toasts), "why it is not there"
        )
    agreed(folder, state_folder())
    async with a_lab(NARROW, lesson=None) as lab:
        await lab.until(lambda: rows(lab)[-1:] == ["loud: Loud [b]words[/]"], "the pack in the list")
        assert not any("agree" in toast for toast in lab.toasts)

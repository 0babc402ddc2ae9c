"""Which courses there are to learn from: named packs are asked about, others must have been agreed to before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.packs import LESSON, LOUD, SERVER, SMALL, agreed, copy_pack, entry_point, import_from
from wslab.lab.course_files import load_course
from wslab.lab.pack_shelf import PackShelf
from wslab.lab.packs import Pack, PackTrust
from wslab.lab.sources import SHELF, Sources, SourcesError, agreed_sources, open_sources

COURSE = load_course()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def yes(pack: Pack, trust: PackTrust) -> bool:
    trust.agree(pack, pack.content_hash())
    return True


def no(_pack: Pack, _trust: PackTrust) -> bool:
    return False


def names(sources: Sources) -> list[str | None]:
    return [source.name for source in sources.every]


def test_without_packs_there_is_the_bundled_course(state: Path) -> None:
    sources = agreed_sources(COURSE, state)
    assert names(sources) == [None]
    assert sources.main.course is COURSE
    assert sources.left_out == {}
    assert not state.exists()


def test_named_packs_come_in_their_order_and_each_once(tmp_path: Path, state: Path) -> None:
    loud, small = copy_pack(tmp_path / "loud", "loud", LOUD), copy_pack(tmp_path / "small")
    sources = open_sources(COURSE, state, yes, [loud, small, tmp_path / "small" / ".." / "loud"])
    assert names(sources) == [None, "loud", "small"]
    source, lesson = sources.find("small:hi")
    assert (source.name, lesson.id) == ("small", "hello")
    source, lesson = sources.find("p1-echo-client")
    assert source is sources.main
    assert sources.find("loud:p1-echo-client")[1] is not lesson


def test_a_main_course_is_found_with_its_name_and_without(state: Path) -> None:
    source = open_sources(COURSE, state, yes, [SMALL]).every[1]
    alone = Sources((source,))
    assert alone.find("hello") == alone.find("small:hello") == (source, source.course.lessons[0])


@pytest.mark.parametrize("name", ["", "p9", "small:p9", "other:hello", ":hello", "small:", "small:hello:x"])
def test_what_is_not_there_is_answered_with_what_is(state: Path, name: str) -> None:
    sources = open_sources(COURSE, state, yes, [SMALL])
    with pytest.raises(KeyError) as caught:
        sources.find(name)
    assert f"there is no lesson {name!r}: the lessons are p1-connect, " in caught.value.args[0]
    assert caught.value.args[0].endswith("small:hello")


def test_a_named_pack_that_nobody_agreed_to_ends_it(tmp_path: Path, state: Path) -> None:
    folder = copy_pack(tmp_path / "small")
    with pytest.raises(
        SourcesError, match="nobody has agreed to run the code of small as it is now"
    ) as caught:
        open_sources(COURSE, state, no, [folder])
    assert caught.value.code == 3
    assert f"`wslab lesson pack agree {folder}`" in str(caught.value)


def test_a_named_pack_that_changes_while_it_is_asked_about_ends_it(tmp_path: Path, state: Path) -> None:
    folder = copy_pack(tmp_path / "small")

    def late(pack: Pack, trust: PackTrust) -> bool:
        shown = pack.content_hash()
        (folder / SERVER).write_text("evil")
        trust.agree(pack, shown)
        return True

    with pytest.raises(SourcesError, match="small has changed while it was being looked at") as caught:
        open_sources(COURSE, state, late, [folder])
    assert caught.value.code == 3


def test_what_is_no_pack_is_wrong_usage(tmp_path: Path, state: Path) -> None:
    empty = copy_pack(tmp_path / "empty", "empty")
    shutil.rmtree(empty / LESSON)
    same = copy_pack(tmp_path / "same", "small")
    for folders, why in (
        ([tmp_path / "nowhere"], "nowhere"),
        ([tmp_path], r"has no course\.toml"),
        ([empty], "the pack empty has no lessons"),
        ([SMALL, same], "there is a pack small already, in "),
    ):
        with pytest.raises(SourcesError, match=why) as caught:
            open_sources(COURSE, state, yes, folders)
        assert caught.value.code == 2


def test_packs_of_the_shelf_are_there_once_they_were_agreed_to(tmp_path: Path, state: Path) -> None:
    loud, small = copy_pack(tmp_path / "loud", "loud", LOUD), copy_pack(tmp_path / "small")
    shelf = PackShelf(state)
    shelf.add(loud)
    shelf.add(small)
    agreed(loud, state)
    sources = agreed_sources(COURSE, state)
    assert names(sources) == [None, "loud"]
    assert "`wslab lesson pack agree small` lists it and asks" in sources.left_out["small"]
    with pytest.raises(KeyError, match="nobody has agreed to run the code of small"):
        sources.find("small:hello")
    # A pack that is named as well is asked about, and is there once.
    named = open_sources(COURSE, state, yes, [small], shelf=shelf)
    assert names(named) == [None, "small", "loud"]
    assert named.left_out == {}
    (loud / "servers" / "shout.py").write_text("evil")
    assert agreed_sources(COURSE, state).left_out.keys() == {"loud"}


def test_an_installed_pack_is_there_once_it_was_agreed_to(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_pack(tmp_path / "acme_lessons")
    import_from(monkeypatch, tmp_path)
    shelf = PackShelf(state, lambda: [entry_point("acme_lessons"), entry_point("nowhere", "gone")])
    assert names(open_sources(COURSE, state, no, shelf=shelf)) == [None]
    agreed(folder, state)
    sources = open_sources(COURSE, state, no, shelf=shelf)
    assert names(sources) == [None, "small"]
    assert "leads to no folder" in sources.left_out["gone"]


def test_another_pack_of_the_same_name_is_refused(tmp_path: Path, state: Path) -> None:
    shelf = PackShelf(state)
    shelf.add(copy_pack(tmp_path / "one"))
    with pytest.raises(SourcesError, match=r"two: there is a pack small already, in .*one"):
        open_sources(COURSE, state, yes, [copy_pack(tmp_path / "two")], shelf=shelf)


def test_a_shelf_that_cannot_be_read_keeps_nobody_from_the_course(state: Path) -> None:
    state.mkdir()
    (state / "packs.json").write_text(json.dumps({"format": 99}))
    sources = agreed_sources(COURSE, state)
    assert names(sources) == [None]
    assert "newer wslab" in sources.left_out[SHELF]


def test_the_pack_of_the_lesson_that_is_asked_for_is_asked_about(tmp_path: Path, state: Path) -> None:
    shelf = PackShelf(state)
    shelf.add(copy_pack(tmp_path / "small"))
    shelf.add(copy_pack(tmp_path / "loud", "loud", LOUD))
    with pytest.raises(SourcesError, match="nobody has agreed to run the code of small"):
        open_sources(COURSE, state, no, shelf=shelf, lesson="small:hello")
    sources = open_sources(COURSE, state, yes, shelf=shelf, lesson="small:hello")
    assert names(sources) == [None, "small"]
    assert sources.left_out.keys() == {"loud"}
    shutil.rmtree(tmp_path / "loud")
    with pytest.raises(SourcesError, match="loud: No such file") as caught:
        open_sources(COURSE, state, yes, shelf=shelf, lesson="loud:shout")
    assert caught.value.code == 2
    assert names(open_sources(COURSE, state, yes, shelf=shelf, lesson="p1-echo")) == [None, "small"]


def test_what_is_learned_is_what_was_agreed_to(tmp_path: Path, state: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    lesson = folder / "1-loud" / "010-shout" / "lesson.toml"

    def changes_first(pack: Pack, trust: PackTrust) -> bool:
        lesson.write_text(lesson.read_text().replace('"--marks", "2"', '"--marks", "7"'))
        return yes(pack, trust)

    source = open_sources(COURSE, state, changes_first, [folder]).every[1]
    assert source.course.lesson("shout").options == ("--marks", "7")

    def changes_later(pack: Pack, trust: PackTrust) -> bool:
        yes(pack, trust)
        lesson.write_text(lesson.read_text().replace('"7"', '"9"'))
        return True

    with pytest.raises(SourcesError, match="nobody has agreed to run the code of loud"):
        open_sources(COURSE, state, changes_later, [folder])

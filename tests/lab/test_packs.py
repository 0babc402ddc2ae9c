"""Packs: what they are called, and that nothing of them runs before somebody agreed to it as it is."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.packs import LESSON, SERVER, SMALL, copy_pack
from wslab.bundled import SERVERS
from wslab.lab.pack_files import PackError
from wslab.lab.packs import (
    ENVIRONMENT,
    NotAgreedError,
    OwnTrust,
    Pack,
    PackServer,
    PackTrust,
    full_id,
    load_pack,
    pack_servers,
    split_id,
    work_name,
)
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_command import former_ids
from wslab.lab.prose import ID
from wslab.lab.server_status import ServerEntry
from wslab.lab.state_file import StateError
from wslab.wire.clock import Clock


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(copy_pack(tmp_path / "pack"))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_a_pack_is_loaded_and_its_lessons_are_called_after_it() -> None:
    pack = load_pack(SMALL)
    assert pack.name == "small"
    (lesson,) = pack.course.lessons
    assert lesson.id == "hello"
    assert pack.full_id(lesson) == "small:hello"


@pytest.mark.parametrize(("pack", "lesson"), [(None, "p1-echo"), ("small", "hello")])
def test_a_full_id_names_both(pack: str | None, lesson: str) -> None:
    assert split_id(full_id(pack, lesson)) == (pack, lesson)


def test_progress_in_a_pack_has_a_file_of_its_own(pack: Pack, state: Path) -> None:
    store = ProgressStore(state, pack.name, former_ids(pack.course))
    store.step_passed("hi", "sent", check="aa")
    assert store.load().lesson("hello").step("sent").passed
    assert store.file.name == "progress-small.json"
    assert ProgressStore(state).load().lessons == {}


def test_loading_runs_nothing_and_lists_what_could(pack: Pack, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')"
    for place in (pack.folder, pack.folder / "servers", pack.folder / LESSON):
        for name in ("__init__.py", "conftest.py", "sitecustomize.py"):
            (place / name).write_text(trap)
    again = load_pack(pack.folder)
    again.content_hash()
    pack_servers(again, PackTrust(tmp_path))
    assert {file.path for file in again.code_files()} >= {SERVER, "__init__.py", "servers/sitecustomize.py"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["__pycache__", "x"])
def test_no_lesson_lies_where_nobody_looks(pack: Pack, name: str) -> None:
    shutil.move(pack.folder / LESSON, pack.folder / "1-first" / name)
    if name == "x":
        load_pack(pack.folder)
    else:
        with pytest.raises(PackError, match="must not lie in"):
            load_pack(pack.folder)


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="nowhere: No such file"):
        load_pack(tmp_path / "nowhere")
    with pytest.raises(PackError, match=r"has no course\.toml"):
        load_pack(tmp_path)
    with pytest.raises(PackError, match="id is 'wslab'; it must be another name"):
        load_pack(copy_pack(tmp_path / "same", "wslab"))
    wrong = copy_pack(tmp_path / "wrong")
    (wrong / LESSON / "lesson.toml").write_text("format = 2\n")
    with pytest.raises(PackError, match=r"lesson\.toml: format is 2"):
        load_pack(wrong)


def test_a_link_out_of_a_pack_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    (folder / LESSON / "en.md").unlink()
    (folder / LESSON / "en.md").symlink_to("/etc/passwd")
    with pytest.raises(PackError, match=r"en\.md is a link"):
        load_pack(folder)


# Agreeing


def test_code_is_agreed_to_once_for_each_content(pack: Pack, state: Path) -> None:
    trust = PackTrust(state, Clock(wall=lambda: 5))
    assert not trust.agreed(pack)
    with pytest.raises(NotAgreedError, match="wslab lesson pack agree small"):
        trust.require(pack)
    first = pack.content_hash()
    trust.agree(pack, first)
    assert trust.agreed(pack)
    PackTrust(state).require(pack)
    original = (pack.folder / SERVER).read_text()
    (pack.folder / SERVER).write_text(original + "# changed\n")
    assert not trust.agreed(pack)
    with pytest.raises(NotAgreedError):
        trust.require(pack)
    trust.agree(pack, pack.content_hash())
    (pack.folder / SERVER).write_text(original)
    assert trust.agreed(pack)
    trust.forget("other")
    assert trust.agreed(pack)
    trust.forget("small")
    assert not trust.agreed(pack)


def test_what_changed_while_it_was_looked_at_is_not_agreed_to(pack: Pack, state: Path) -> None:
    trust = PackTrust(state)
    shown = pack.content_hash()
    (pack.folder / SERVER).write_text("evil")
    with pytest.raises(PackError, match="small has changed while it was being looked at"):
        trust.agree(pack, shown)
    assert not trust.agreed(pack)


def test_without_code_there_is_nothing_to_agree_to(tmp_path: Path, state: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    for name in ("servers", LESSON):
        shutil.rmtree(folder / name)
    assert PackTrust(state).agreed(load_pack(folder))
    assert not state.exists()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        '{"format": 1, "agreed": 7}',
        '{"format": 1, "agreed": {"HASH": 7}}',
        '{"format": 1, "agreed": {"HASH": {"pack": "other"}}}',
    ],
)
def test_a_file_that_says_nothing_is_no_agreement(pack: Pack, state: Path, data: str) -> None:
    state.mkdir()
    (state / "agreed-packs.json").write_text(data.replace("HASH", pack.content_hash()))
    trust = PackTrust(state)
    assert not trust.agreed(pack)
    trust.agree(pack, pack.content_hash())
    assert trust.agreed(pack)


def test_an_agreement_that_cannot_be_read_is_none(pack: Pack, state: Path) -> None:
    state.mkdir()
    (state / "agreed-packs.json").write_text('{"format": 2}')
    with pytest.raises(StateError):
        PackTrust(state).require(pack)


# Servers


def test_a_server_is_given_out_only_once_it_was_agreed_to(pack: Pack, state: Path) -> None:
    trust = PackTrust(state)
    servers = pack_servers(pack, trust)
    assert servers.keys() == {*SERVERS, "shout"}
    assert servers["basic"] == SERVERS["basic"]
    entry: ServerEntry = servers["shout"]
    assert (entry.name, entry.port) == ("shout", 0)
    with pytest.raises(NotAgreedError):
        _ = entry.path
    trust.agree(pack, pack.content_hash())
    done = subprocess.run([sys.executable, "-P", entry.path], capture_output=True, text=True, check=True)
    assert done.stdout == "the server of the pack runs\n"
    (pack.folder / "servers" / "helper.py").touch()
    with pytest.raises(NotAgreedError):
        _ = entry.path
    with pytest.raises(PackError, match="the pack small has no server 'whisper'"):
        _ = PackServer(pack, trust, "whisper").path


def test_a_lesson_uses_a_server_of_its_pack(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    lesson = folder / LESSON / "lesson.toml"
    lesson.write_text(lesson.read_text().replace('"basic"', '"shout"'))
    assert load_pack(folder).course.lessons[0].server == "shout"
    lesson.write_text(lesson.read_text().replace('"shout"', '"whisper"'))
    with pytest.raises(PackError, match=r"a bundled server: basic.*, or one of the pack's own: shout"):
        load_pack(folder)


def test_a_server_of_a_pack_has_a_name_of_its_own(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    (folder / "servers" / "basic.py").touch()
    with pytest.raises(PackError, match="there is a bundled server 'basic'; give it another name"):
        load_pack(folder)


def test_compiled_code_beside_a_server_is_not_used(pack: Pack) -> None:
    """It is in no list and in no hash, so nothing of it may run."""
    servers = pack.folder / "servers"
    (servers / "uses.py").write_text(
        "import sys; sys.path.insert(0, sys.argv[1]); import helper; print(helper.WHAT)\n"
    )
    helper = servers / "helper.py"
    helper.write_text("WHAT = 'evil'\n")
    compiled = py_compile.compile(
        str(helper), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    assert compiled is not None
    helper.write_text("WHAT = 'good'\n")
    command = [sys.executable, "-P", str(servers / "uses.py"), str(servers)]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = [
        subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        for env in (plain, {**plain, **ENVIRONMENT})
    ]
    assert told == ["evil\n", "good\n"]


def test_one_knows_ones_own_packs(pack: Pack, state: Path) -> None:
    trust = OwnTrust(state)
    assert trust.agreed(pack)
    trust.require(pack)
    assert not state.exists()


# Folders for work


IDS = st.from_regex(ID, fullmatch=True)


@given(st.lists(st.tuples(st.none() | IDS, IDS), min_size=2, max_size=2, unique=True))
def test_no_two_lessons_share_a_folder_for_work(lessons: list[tuple[str | None, str]]) -> None:
    one, other = (Path(work_name(*lesson)) for lesson in lessons)
    assert one != other
    assert one not in other.parents
    assert other not in one.parents
    assert len(one.parts) == len(other.parts) == 1

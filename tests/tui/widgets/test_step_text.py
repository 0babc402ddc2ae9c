"""The lines about the step that is judged."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len

from tests.support.check_events import S2C, close, message
from tests.support.sittings import Sitting
from wslab.tui.widgets.step_text import step_text
from wslab.wire.events import Opcode


def lines(sitting: Sitting, width: int = 120) -> list[str]:
    return step_text(sitting.session, width).plain.split("\n")


def test_ticks_are_in_words_where_there_is_room(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    (line,) = lines(sitting)
    assert line.startswith("▸ 1/3 Send your word")
    assert f'[ ] a message from you with "{sitting.word}"' in line or "[ ]" in line
    narrow = lines(sitting, 30)
    assert narrow[0] == "▸ 1/3 Send your word [ ]"
    assert narrow[1].startswith("waiting for: ")


def test_what_came_near_is_told(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message("hello"))
    text = "\n".join(lines(sitting))
    assert "nearest so far: event 1: " in text
    assert "hello" in text


def test_a_mistake_is_told_without_its_markup(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message("x", opcode=Opcode.BINARY))
    assert lines(sitting)[-1] == "! You sent BINARY, not text."


def test_a_passed_step_says_how_to_go_on(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word))
    assert lines(sitting) == ["✓ 1/3 Send your word: passed  n: next step"]
    sitting.see(message(sitting.word, S2C), close(1000))
    sitting.session.advance()
    assert lines(sitting) == ["✓ 3/3 lesson passed  n: next lesson"]


def test_free_play_is_named(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.session.toggle_judging()
    assert lines(sitting)[-1] == "free play: nothing is judged; f judges again"


def test_nothing_of_the_network_gets_through_as_a_command(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message("\x1b]0;hacked\x07" + "界" * 200))
    for line in lines(sitting):
        assert line.isprintable()
        assert cell_len(line) < 5000

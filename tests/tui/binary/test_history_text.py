from __future__ import annotations

from wslab.i18n import sentence
from wslab.lab.binary.history import Entry, History
from wslab.tui.binary.history_text import LONGEST, clock_time, entry_text, totals_text


def test_a_message_in_a_line() -> None:
    entry = Entry(0, ">", "SAMPLE", 7, 32, "sensor 42, value 21.5")
    assert entry_text(entry) == "> SAMPLE #7, 32 bytes: sensor 42, value 21.5"
    assert entry_text(entry._replace(damaged=20)).startswith("> SAMPLE #7, 32 bytes, byte 20 damaged: ")


def test_an_answer_says_what_it_answers_and_what_is_wrong_with_it() -> None:
    entry = Entry(
        0, "<", "ERROR", 7, 1, "code 3", answers="SAMPLE", note=sentence("it is there twice"), error=True
    )
    assert entry_text(entry) == "< ERROR #7, answers SAMPLE, 1 byte; wrong: it is there twice: code 3"
    assert entry_text(Entry(0, "<", size=3)) == "< too short for a header, 3 bytes"
    assert entry_text(Entry(0, "-", note=sentence("stopped"))) == "- stopped"


def test_text_from_the_network_is_shown_and_not_obeyed() -> None:
    shown = entry_text(Entry(0, "<", "ERROR", 1, 9, "text \x1b[31mred\x07\u202e"))
    assert shown.isprintable()
    assert "␛" in shown
    assert len(entry_text(Entry(0, "<", "ERROR", 1, 9, "x" * 10_000))) == LONGEST


def test_totals_are_those_of_everything_and_the_list_of_the_last() -> None:
    history = History(capacity=2)
    for number in range(5):
        history.add(Entry(number, ">", "SAMPLE", number))
    history.totals.sent = 12345
    history.totals.unread = 3
    told = totals_text(history)
    assert "12 345" in told
    assert "3 unreadable" in told
    assert "the last 2" in told
    assert "unreadable" not in totals_text(History())


def test_the_time_is_that_of_this_machine() -> None:
    assert clock_time(Entry(0.0, ">")).count(":") == 2

from __future__ import annotations

from wslab.lab.binary.history import Entry, History


def test_it_is_bounded_and_the_total_is_exact() -> None:
    history = History(capacity=3)
    for number in range(10):
        history.add(Entry(number, ">", "SAMPLE", number))
    assert (len(history), history.total, history.dropped) == (3, 10, 7)
    assert [entry.sequence for entry in history] == [7, 8, 9]
    assert history[0].sequence == 7
    assert history.last is history[2]


def test_what_did_not_happen_is_taken_back() -> None:
    history = History()
    entry = Entry(1, ">", "SAMPLE", 1)
    history.add(entry)
    history.retract(entry)
    history.retract(entry)
    assert (len(history), history.total, history.last) == (0, 0, None)


def test_the_last_exchange() -> None:
    history = History()
    assert history.last_exchange() == (None, None)
    one, two = Entry(1, ">", "SAMPLE", 1), Entry(2, ">", "NUMBERS", 2)
    ack, summary = (
        Entry(3, "<", "SAMPLE_ACK", 1, answers="SAMPLE"),
        Entry(4, "<", "SUM", 2, answers="NUMBERS"),
    )
    for entry in (one, two, ack, Entry(5, "<", "SAMPLE", 2)):
        history.add(entry)
    assert history.last_exchange() == (two, None)
    history.add(summary)
    assert history.last_exchange() == (two, summary)

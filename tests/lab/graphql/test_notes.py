from __future__ import annotations

from wslab.lab.graphql.notes import KEPT_NOTES, Note, Notebook


def test_the_last_are_kept_and_all_are_counted() -> None:
    notebook = Notebook()
    for number in range(KEPT_NOTES + 5):
        notebook.write(number, f"note {number}", bad=number % 2 == 0)
    assert len(notebook.notes) == KEPT_NOTES
    assert notebook.notes[0] == Note(5, "note 5", False)
    assert notebook.counts.notes == KEPT_NOTES + 5
    assert notebook.counts.problems == 103

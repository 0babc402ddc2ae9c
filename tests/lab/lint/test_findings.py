"""Findings as lines, and what a report counts."""

from __future__ import annotations

from wslab.lab.lint.findings import Finding, LessonReport, Report, Rule, rules_of

STALE = Finding(Rule.STALE, "ja.md: intro", "it is old", "bring it up to date")
HINT = Finding(Rule.HINT, "en.md: hint 1", "it quotes\n  the solution", "say it otherwise")


def test_a_finding_is_one_line_that_begins_with_its_weight_and_rule() -> None:
    assert str(STALE) == "warning [stale] ja.md: intro: it is old; bring it up to date"
    assert str(HINT) == "error [hint] en.md: hint 1: it quotes the solution; say it otherwise"
    assert str(Finding(Rule.SCHEMA, "x.toml: id is 7")) == "error [schema] x.toml: id is 7"


def test_errors_come_first_and_warnings_are_none_of_them() -> None:
    report = Report([LessonReport("a", "app", findings=[STALE, HINT])], [STALE])
    assert report.findings == [HINT, STALE, STALE]
    assert report.errors == [HINT]
    assert rules_of(report.findings) == {Rule.HINT, Rule.STALE}

"""Prose cut into sections, and what is shown of a translation that lags behind."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wslab.lab.prose import AfterText, Localized, Prose, StepText, fill, write_hashes
from wslab.lab.toml_table import CourseError

FILE = Path("place/en.md")
ENGLISH = """\
+++
title = "Echo"
summary = "Send messages."
+++
An echo server sends back what it gets.

## step echoed: Send your word

Type `{seed.word}`.

```sh
## step no: this is code
```

### hint 1
Look at the line.

### hint 2
Use `enter`.
## step closed: Go
Press `d`.
### hint 1
It is a key.
## say binary-is-not-text
You sent **bytes**: {text}
## after: What you saw

The end.
"""
JAPANESE = """\
+++
title = "エコー"
summary = "送ってみよう。"
+++
エコー。
## step echoed: 送る
打つ。
### hint 1
見る。
## say binary-is-not-text
バイト。
"""


def parse(text: str) -> Prose:
    return Prose.parse(FILE, text)


def test_a_file_is_cut_into_its_sections() -> None:
    prose = parse(ENGLISH)
    assert (prose.title, prose.summary) == ("Echo", "Send messages.")
    assert prose.intro == "An echo server sends back what it gets."
    assert dict(prose.steps) == {
        "echoed": StepText(
            "Send your word",
            "Type `{seed.word}`.\n\n```sh\n## step no: this is code\n```",
            ("Look at the line.", "Use `enter`."),
        ),
        "closed": StepText("Go", "Press `d`.", ("It is a key.",)),
    }
    assert dict(prose.says) == {"binary-is-not-text": "You sent **bytes**: {text}"}
    assert prose.after == AfterText("What you saw", "The end.")
    assert prose.anchors == (
        "title",
        "intro",
        "step.echoed",
        "step.closed",
        "say.binary-is-not-text",
        "after",
    )
    assert prose.section("step.closed") == "Go\nPress `d`.\n### hint 1\nIt is a key."
    assert prose.section("title") == "Echo\nSend messages."
    assert prose.code_fences() == {"step.echoed": ("```sh\n## step no: this is code\n```",)}
    assert fill(prose.says["binary-is-not-text"], {"text": "**"}) == "You sent **bytes**: \\*\\*"
    with pytest.raises(KeyError):
        prose.section("step.nothing")


def test_a_title_and_a_summary_are_enough() -> None:
    prose = parse('+++\ntitle = "A"\nsummary = "B."\n+++')
    assert (prose.intro, dict(prose.steps), dict(prose.says), prose.after) == ("", {}, {}, None)
    assert prose.anchors == ("title",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (ENGLISH, "", r"the first line is ''; it must be \+\+\+"),
        ("+++\ntitle", "title", r"the first line is .*; it must be \+\+\+"),
        ("+++\nAn", "An", "the front matter has no end"),
        ('"Echo"', '"', "not TOML: .*line 2"),
        ('"Echo"', '""', "title is ''; it must be one line of text"),
        ('"Echo"', r'"a\u001b[2Jb"', "title is .*; it must be one line of text"),
        ("summary", "sumary", "sumary is not a key; the keys are of, summary, title"),
        ('."\n+++', '."\n[of]\n"step.x" = "0123456789ab"\n+++', r"of\.step\.x is not a key; the keys are after"),
        ('."\n+++', '."\n[of]\nintro = "9c1b"\n+++', r"of\.intro is '9c1b'; it must be 12 hexadecimal"),
        ("An echo", "An \x1b[2J echo", r"line 5: found the control character '\\x1b'"),
        ("An echo", "An \u2028 echo", r"line 5: found the control character"),
        ("## step echoed: ", "## ", "line 7: found the heading 'Send your word'; it must be like `## step ID: T"),
        ("## step echoed: ", "## stpe echoed: ", "line 7: found the heading 'stpe echoed: S"),
        ("## step echoed: Send your word", "## step echoed:", "line 7: the title is missing"),
        ("## step echoed", "  ##  step Echoed", "line 7: the id is 'Echoed'; it must be words of a-z"),
        ("## step closed", "## step echoed", "line 20: the section step.echoed is there twice"),
        ("## after: What you saw", "## say binary-is-not-text", "say.binary-is-not-text is there twice"),
        ("## say binary-is-not-text", "## say a b", "found the heading 'say a b'"),
        ("## after: What you saw", "## after:", "the title is missing"),
        ("The end.", "", "nothing follows '## after: What you saw'; it must be followed by text"),
        ("Press `d`.", "", "nothing follows '## step closed: Go'"),
        ("It is a key.", "", "nothing follows '### hint 1'"),
        ("### hint 2", "### hint 3", "line 18: found the heading 'hint 3'; it must be `### hint 2`"),
        ("### hint 2", "### hnt 2", "found the heading 'hnt 2'; it must be `### hint 2`: a step has up to 3 hints"),
        ("### hint 2", "### hint 2\nA\n### hint 3\nB\n### hint 4", "'hint 4'; it must be the text of another section"),
        ("is code\n```", "is code", "line 11: the code that begins here has no end"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_line_or_key(old: str, new: str, says: str) -> None:
    assert ENGLISH.count(old) >= 1
    with pytest.raises(CourseError, match=says) as caught:
        parse(ENGLISH.replace(old, new, 1))
    assert str(caught.value).startswith(f"{FILE}: ")


PIECES = st.sampled_from(
    [
        "+++\n", "## step a: B\n", "## step ", "### hint 1\n", "### hint 2\n", "## say c\n", "## after: D\n",
        "```\n", "~~~\n", "[of]\n", 'title = "x"\n', 'summary = "y"\n', "\r", "\r\n", "\x00", "\u2028", "x\n", "#",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, '+++\ntitle = "x"\nsummary = "y"\n+++\n' + text):
        with suppress(CourseError):
            prose = parse(whole)
            assert len(prose.anchors) == len(prose.hashes()) == len(set(prose.anchors))
            assert {f"step.{name}" for name in prose.steps} <= set(prose.anchors)
            assert all(text and len(step.hints) <= 3 for step in prose.steps.values())


@given(st.data(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_hash_does_not_depend_on_line_ends_and_trailing_space(data: st.DataObject, end: str) -> None:
    spaces = st.sampled_from(["", " ", "  ", "\t", " \t "])
    lines = [line + data.draw(spaces) for line in ENGLISH.split("\n")]
    text = end.join(lines) + end * data.draw(st.integers(0, 3))
    assert parse(text).hashes() == parse(ENGLISH).hashes()


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Send messages.", "Send them.", "title"),
        ("An echo", "The echo", "intro"),
        ("Send your word", "Send a word", "step.echoed"),
        ("Look at", "See", "step.echoed"),
        ("**bytes**", "bytes", "say.binary-is-not-text"),
        ("What you saw", "What was", "after"),
    ],
)
def test_a_hash_tells_of_its_own_section_only(old: str, new: str, changed: str) -> None:
    before, after = parse(ENGLISH).hashes(), parse(ENGLISH.replace(old, new)).hashes()
    assert all(re.fullmatch("[0-9a-f]{12}", value) for value in before.values())
    assert {anchor for anchor in before if before[anchor] != after[anchor]} == {changed}


def test_english_is_its_own_translation() -> None:
    english = parse(ENGLISH)
    text = Localized(english, english)
    assert (text.title, text.intro, dict(text.steps)) == (english.title, english.intro, dict(english.steps))
    assert text.stale == text.missing == frozenset()


def test_without_a_translation_everything_is_english_and_known_to_be() -> None:
    english = parse(ENGLISH)
    text = Localized(None, english)
    assert (text.title, text.after, dict(text.says)) == (english.title, english.after, dict(english.says))
    assert text.missing == set(english.anchors)
    assert text.stale == frozenset()


def test_what_is_not_translated_is_english_section_by_section() -> None:
    text = Localized(parse(JAPANESE), parse(ENGLISH))
    assert (text.title, text.summary, text.intro) == ("エコー", "送ってみよう。", "エコー。")
    assert text.steps["echoed"] == StepText("送る", "打つ。", ("見る。", "Use `enter`."))
    assert list(text.steps) == ["echoed", "closed"]
    assert text.steps["closed"].title == "Go"
    assert text.says["binary-is-not-text"] == "バイト。"
    assert text.after == AfterText("What you saw", "The end.")
    assert text.missing == {"step.closed", "after"}
    assert text.stale == {"title", "intro", "step.echoed", "say.binary-is-not-text"}, "none has a hash"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_hashes_are_written_and_tell_later_what_is_stale(tmp_path: Path, end: str) -> None:
    file = tmp_path / "ja.md"
    file.write_bytes(JAPANESE.replace("\n", end).encode())
    file.chmod(0o640)
    prose = write_hashes(file, parse(ENGLISH))
    assert prose == Prose.read(file)
    assert Localized(prose, parse(ENGLISH)).stale == frozenset()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["ja.md"]
    newer = parse(ENGLISH.replace("Look at", "See"))
    assert Localized(prose, newer).stale == {"step.echoed"}
    write_hashes(file, newer)
    assert Localized(Prose.read(file), newer).stale == frozenset()
    written = file.read_bytes().decode()
    before, table, after = re.split(rf'(\[of\]{end}(?:.* = "[0-9a-f]{{12}}"{end}){{4}})', written)
    assert (before + after).replace(end, "\n") == JAPANESE
    assert table.count('"step.echoed" = ') == table.count("title = ") == 1


@pytest.mark.parametrize("of", ['of = { intro = "0123456789ab" }', 'of.intro = "0123456789ab"', "of = {}"])
def test_hashes_written_otherwise_are_left_alone(tmp_path: Path, of: str) -> None:
    file = tmp_path / "ja.md"
    text = JAPANESE.replace("+++\nエコー。", f"{of}\n+++\nエコー。")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="of"):
        write_hashes(file, parse(ENGLISH))
    assert file.read_text(encoding="utf-8") == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=st.sampled_from("#+`ab \n世"), max_size=40), st.booleans())
def test_writing_hashes_changes_nothing_else(tmp_path: Path, body: str, old: bool) -> None:
    file = tmp_path / "ja.md"
    table = '[of]\ntitle = "0123456789ab"\n' if old else ""
    text = f'+++\ntitle = "x" # one\nsummary = "y"\n{table}+++\n{body}'
    file.write_text(text, encoding="utf-8")
    english = parse('+++\ntitle = "X"\nsummary = "Y"\n+++\nHello.')
    with suppress(CourseError):
        before = Prose.parse(file, text)
        after = write_hashes(file, english)
        assert after.sections == before.sections
        assert set(after.of) == {"title", "intro"} & set(after.anchors)
        assert file.read_text(encoding="utf-8").endswith(f"\n+++\n{body}")

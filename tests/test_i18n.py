"""Which language is chosen, and what is said in it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from tests.support.catalogues import (
    SOURCES,
    TEMPLATE,
    NotExtractable,
    as_mo,
    as_po,
    extracted,
    po_file,
    texts,
    translated,
    updated,
)
from wslab.i18n import (
    LANGUAGES,
    N_,
    NN_,
    SOURCE,
    Sentence,
    _,
    choose_language,
    joined,
    language,
    ngettext,
    sentence,
    set_language,
    spoken,
)
from wslab.wire.events import Phase, State
from wslab.wire.jsonform import dump


@pytest.fixture(autouse=True)
def _back_to_the_source() -> Iterator[None]:
    yield
    set_language(SOURCE)


@pytest.mark.parametrize(
    ("option", "saved", "environment", "chosen"),
    [
        ("ja", "en", {"LC_ALL": "en_US.UTF-8"}, "ja"),
        (None, "ja", {"LC_ALL": "en_US.UTF-8"}, "ja"),
        (None, "xx", {"LANG": "ja_JP.UTF-8"}, "ja"),
        (None, None, {"LC_ALL": "", "LANG": "ja_JP"}, "ja"),
        (None, None, {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        (None, None, {"LC_MESSAGES": "ja", "LANG": "de_DE.UTF-8"}, "ja"),
        (None, None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, None, {}, "en"),
    ],
)
def test_by_hand_before_saved_before_locale(
    option: str | None, saved: str | None, environment: dict[str, str], chosen: str
) -> None:
    assert choose_language(option, saved, environment) == chosen


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=f"'xx'.*{', '.join(LANGUAGES)}"):
        set_language("xx")
    assert language() == SOURCE


def test_the_sources_need_no_catalogue() -> None:
    set_language(SOURCE)
    assert _("Connect") == N_("Connect") == "Connect"
    assert [ngettext("{n} row", "{n} rows", n).format(n=n) for n in (1, 2)] == ["1 row", "2 rows"]


# --- sentences


def test_a_sentence_is_english_for_everything_but_people() -> None:
    why = sentence("the server sent Close {close}", close="1000 normal closure")
    assert why == "the server sent Close 1000 normal closure"
    assert spoken(why) == why
    set_language("ja")
    assert spoken(why) == "サーバーが Close 1000 normal closure を送りました"
    state = State(1, 0.0, 0.0, 1, Phase.CLOSING, "server", why, 1000)
    assert json.loads(dump(state))["why"] == "the server sent Close 1000 normal closure"


def test_a_sentence_survives_in_an_exception() -> None:
    set_language("ja")
    assert spoken(str(ValueError(sentence("no answer")))) == "答えなし"


def test_only_sentences_in_a_sentence_are_translated() -> None:
    set_language("ja")
    assert spoken(sentence("{who} closed with {close}", who="the server", close="none")) == (
        "the serverが none で閉じました"
    )
    assert spoken(sentence("{who} closed with {close}", who=sentence("the server"), close="x")) == (
        "サーバーが x で閉じました"
    )
    assert spoken("the server") == "the server"


def test_sentences_can_be_put_together() -> None:
    both = joined(": ", (sentence("no answer"), "{x}"))
    assert both == "no answer: {x}"
    assert isinstance(both, Sentence)
    set_language("ja")
    assert spoken(both) == "答えなし: {x}"


def test_nothing_is_not_the_header_of_the_catalogue() -> None:
    set_language("ja")
    assert _("") == ""
    assert spoken(sentence("")) == ""


def test_two_forms_of_a_constant() -> None:
    assert NN_("{count} byte", "{count} bytes") == ("{count} byte", "{count} bytes")


# --- catalogues


TRANSLATIONS = [code for code in LANGUAGES if code != SOURCE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def placeholders(text: str) -> set[str]:
    return {
        f"{name}!{conversion}:{spec}"
        for _text, name, spec, conversion in Formatter().parse(text)
        if name is not None
    }


def test_the_template_is_that_of_the_sources(template: Catalog) -> None:
    assert TEMPLATE.read_bytes() == as_po(template), "run `make translations`"


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_translations_have_every_text_and_no_other(code: str, template: Catalog) -> None:
    assert po_file(code).read_bytes() == as_po(updated(code, template)), "run `make translations`"


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_text_is_translated_with_its_placeholders(code: str) -> None:
    for message in translated(code):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        assert all(strings(message)), f"not translated: {message.id!r}"
        # Not all texts are formatted: those with braces that are none are the same in both.
        wanted = placeholders(ids(message)[-1])
        for text in strings(message):
            assert placeholders(text) == wanted, (message.id, text)
            assert text.count("\n") == ids(message)[0].count("\n"), (message.id, text)


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_what_the_program_reads_is_what_was_translated(code: str) -> None:
    assert po_file(code).with_suffix(".mo").read_bytes() == as_mo(translated(code)), "run `make translations`"


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_violations_keep_the_section_that_they_begin_with(code: str) -> None:
    for message in translated(code):
        first = ids(message)[0].split(" ")[0]
        if "#" in first and first[0] != "#":
            assert strings(message)[0].startswith(f"{first} ")


def test_an_f_string_cannot_be_extracted() -> None:
    with pytest.raises(NotExtractable, match=r"here\.py:2"):
        list(texts('x = 1\n_(f"a {x}")', "here.py"))


def test_texts_are_found_where_the_calls_are_that_mark_them() -> None:
    source = """
_("a" "b").format(x=_("c"))
Binding("k", "act", "label", tooltip="tip")
ngettext("one", "many", n)
_(CONSTANT)
"""
    assert list(texts(source)) == ["ab", "c", "label", "tip", ("one", "many")]


def test_nothing_that_is_thrown_away_is_called_like_the_look_up() -> None:
    found = []
    for path in SOURCES.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            nodes = list(ast.walk(function))
            stored = any(
                isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store)
                for node in nodes
            )
            called = any(
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
                for node in nodes
            )
            if stored and called:
                found.append(f"{path}:{function.lineno}")
    assert not found

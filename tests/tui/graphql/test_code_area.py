from __future__ import annotations

import asyncio

import pytest
from textual.app import App, ComposeResult

from tests.support.waiting import until
from wslab.tui.graphql.code_area import CodeArea, _by_line
from wslab.tui.graphql.spans import Span, graphql_spans
from wslab.tui.keys import LAB_KEYS


class OneArea(App[None]):
    def compose(self) -> ComposeResult:
        yield CodeArea(graphql_spans, "query A {\n  a\n}\n")

    @property
    def area(self) -> CodeArea:
        return self.query_one(CodeArea)


def test_spans_are_cut_at_the_ends_of_lines() -> None:
    text = "ab\n\ncd\nef"
    assert _by_line(text, [Span(0, 1, "x"), Span(1, 8, "y"), Span(8, 9, "z")]) == {
        0: [Span(0, 1, "x"), Span(1, 2, "y")],
        1: [Span(0, 0, "y")],
        2: [Span(0, 2, "y")],
        3: [Span(0, 1, "y"), Span(1, 2, "z")],
    }


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_what_is_typed_is_coloured(theme: str) -> None:
    app = OneArea()
    async with app.run_test(size=(40, 10)) as pilot:
        app.theme = theme
        area = app.area
        await pilot.pause()

        def coloured() -> list[str]:
            return [span_text for line in range(area.document.line_count) for span_text in pieces(line)]

        def pieces(line: int) -> list[str]:
            text = area.get_line(line)
            return [text.plain[span.start : span.end] for span in text.spans if span.style]

        assert coloured() == ["query"]
        area.append('mutation B { b(x: """\nlong\n""") }')
        assert coloured() == ["query", "mutation", '"""', "long", '"""']
        await pilot.pause()
        assert any("mutation B" in strip.text for strip in app.screen._compositor.render_strips())


async def test_appending_keeps_what_was_there_and_goes_to_what_is_new() -> None:
    app = OneArea()
    async with app.run_test(size=(40, 10)):
        area = app.area
        area.append("{ b }")
        assert area.text == "query A {\n  a\n}\n\n{ b }\n"
        assert area.cursor_location == (4, 0)
        assert area.text[area.place :] == "{ b }\n"
        area.undo()
        assert area.text == "query A {\n  a\n}\n"
        area.load_text(" \n")
        area.append("{ b }")
        assert area.text == "{ b }\n"
        assert area.place == 0


async def test_what_is_pasted_steers_nothing() -> None:
    app = OneArea()
    async with app.run_test(size=(40, 10)) as pilot:
        app.area.load_text("a\x1b[2J\x9b\x7f\tb")
        await pilot.pause()
        strips = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "a␛[2J�␡" in strips
        assert "\x1b" not in strips


async def test_keys_of_the_lab_work_in_it() -> None:
    taken = {key for binding in LAB_KEYS for key in binding.key.split(",") if len(key) > 1 and key[0] == "f"}
    app = OneArea()
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=(40, 10)) as pilot:
        app.area.focus()
        await until(lambda: app.focused is app.area, "the editor to have the keyboard")
        assert taken.isdisjoint(app.area._bindings.key_to_bindings)
        assert app.area.check_consume_key("slash", None)
        assert not app.area.check_consume_key("f6", None)
        await pilot.press("/", "x", "enter", "ctrl+z")
        assert "query A {" in app.area.text

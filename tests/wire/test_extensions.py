"""Lists in headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.extensions import Extension, parse_extensions, parse_tokens


@pytest.mark.parametrize(
    ("values", "expected", "legal"),
    [
        ([], [], True),
        (["foo"], [Extension("foo")], True),
        (["foo, bar; baz=2"], [Extension("foo"), Extension("bar", (("baz", "2"),))], True),
        (["foo;a", "bar"], [Extension("foo", (("a", None),)), Extension("bar")], True),
        (["permessage-deflate; client_max_window_bits = \"10\""],
         [Extension("permessage-deflate", (("client_max_window_bits", "10"),))], True),
        ([" ,foo ,, bar,"], [Extension("foo"), Extension("bar")], True),
        (["foo; a; a=1"], [Extension("foo", (("a", None), ("a", "1")))], True),
        (['foo; a="x\\y"'], [Extension("foo", (("a", "xy"),))], True),
        (["foo;"], [Extension("foo")], False),
        (["foo; ;a"], [Extension("foo")], False),
        (["foo=1"], [Extension("foo")], False),
        (["foo; a="], [Extension("foo", (("a", None),))], False),
        (['foo; a="b c"'], [Extension("foo", (("a", "b c"),))], False),
        (['foo; a="open'], [Extension("foo", (("a", None),))], False),
        (["foo bar, baz"], [Extension("foo"), Extension("baz")], False),
        (["@@, foo"], [Extension("foo")], False),
    ],
)  # fmt: skip
def test_parsing(values: list[str], expected: list[Extension], legal: bool) -> None:
    assert parse_extensions(values) == (tuple(expected), legal)


TOKEN = st.text("abcXYZ019-_.!#", min_size=1, max_size=8)


@given(st.lists(st.tuples(TOKEN, st.lists(st.tuples(TOKEN, st.none() | TOKEN), max_size=3)), max_size=4))
def test_what_is_written_is_read(parts: list[tuple[str, list[tuple[str, str | None]]]]) -> None:
    extensions = tuple(Extension(name, tuple(params)) for name, params in parts)
    assert parse_extensions([", ".join(map(str, extensions))]) == (extensions, True)
    assert parse_extensions(map(str, extensions)) == (extensions, True)


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=3))
def test_nothing_raises(values: list[str]) -> None:
    extensions, _ = parse_extensions(values)
    assert all(extension.name for extension in extensions)
    assert all(parse_tokens(values))


def test_tokens() -> None:
    assert parse_tokens(["keep-alive, Upgrade", "X"]) == ["keep-alive", "upgrade", "x"]
    assert parse_tokens([" Chat ,,b"], keep_case=True) == ["Chat", "b"]

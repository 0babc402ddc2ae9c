"""Which language is chosen, and what is said in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wslab.i18n import LANGUAGES, N_, SOURCE, _, choose_language, language, ngettext, set_language


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

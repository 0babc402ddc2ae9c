"""Which language the lab speaks: gettext catalogues under `locale/`, chosen at start and changed in place.

Texts are looked up when they are shown, not when a module is loaded, so that the language can change while
the lab runs: `_("text")` inside functions, `N_("text")` around constants and `_(CONSTANT)` where they are
shown.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from pathlib import Path

LANGUAGES: dict[str, str] = {"en": "English", "ja": "日本語"}
"""Every language there is by its code, each with its name in itself. The first is that of the sources."""
SOURCE = next(iter(LANGUAGES))
DOMAIN = "wslab"
FOLDER = Path(__file__).parent / "locale"

_current = SOURCE
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def language() -> str:
    """Return the code of the language in use."""
    return _current


def set_language(code: str) -> None:
    """Speak a language from now on.

    Raises:
        ValueError: there is none of that code; the message lists those there are.
    """
    global _current, _catalogue
    if code not in LANGUAGES:
        raise ValueError(f"there is no language {code!r}; there are {', '.join(LANGUAGES)}")
    _catalogue = gettext.NullTranslations() if code == SOURCE else gettext.translation(DOMAIN, FOLDER, [code])
    _current = code


def choose_language(option: str | None, saved: str | None, environment: Mapping[str, str]) -> str:
    """Return the language to speak: what the command line says, else what was saved, else the locale.

    A locale whose language is not there means the language of the sources.

    Args:
        option: code given by hand; must be one of `LANGUAGES`.
        saved: code remembered from before, if any.
        environment: with `LC_ALL`, `LC_MESSAGES` and `LANG`, of which the first that is set counts (POSIX).
    """
    if option is not None:
        return option
    if saved in LANGUAGES:
        return saved
    locale = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), ""
    )
    code = locale.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else SOURCE


def _(text: str) -> str:
    """Return a text in the language in use; as it is where that has no translation."""
    return _catalogue.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a text that fits a number, in the language in use."""
    return _catalogue.ngettext(one, many, number)


def N_(text: str) -> str:
    """Mark a constant for translation; the text itself stays as it is."""
    return text

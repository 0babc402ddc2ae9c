"""Which language the lab speaks: gettext catalogues under `locale/`, chosen at start and changed in place.

Texts are looked up when they are shown, not when a module is loaded, so that the language can change while
the lab runs: `_("text")` inside functions, `N_("text")` around constants and `_(CONSTANT)` where they are
shown. What is kept, such as why a connection ended, is a `sentence`: English in events, recordings and
comparisons, and in the language in use where `spoken` shows it.

Not translated are names that the field has: states, opcodes, names of close codes, header names. Nor are
what is typed (keys, commands and their arguments), violations as identifiers, JSON, and the help of the
command line, which manuals and scripts quote.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
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
    # Under the empty text a catalogue keeps its own header.
    return _catalogue.gettext(text) if text else text


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a text that fits a number, in the language in use."""
    return _catalogue.ngettext(one, many, number)


def N_(text: str) -> str:
    """Mark a constant for translation; the text itself stays as it is."""
    return text


class Sentence(str):
    """A text of the lab that is kept: it is English, and `spoken` says it in the language in use."""

    template: str
    """The text as catalogues have it."""
    values: dict[str, object]
    """What stands for the `{names}` in it. Sentences among them are translated as well, nothing else is."""

    def __str__(self) -> str:
        """Stay what it is: so it survives as the message of an exception."""
        return self


def sentence(template: str, /, **values: object) -> Sentence:
    """Make a text that is kept in English and can be said in every language.

    Args:
        template: the text in English, with `{names}` where `values` go; marked like those of `_`.
        values: what goes there.
    """
    made = Sentence(template.format(**values) if values else template)
    made.template = template
    made.values = values
    return made


def joined(separator: str, texts: Iterable[str]) -> Sentence:
    """Put texts one behind the other; those that are sentences stay such."""
    values = {f"part{number}": text for number, text in enumerate(texts)}
    return sentence(separator.join(f"{{{name}}}" for name in values), **values)


def spoken(text: str) -> str:
    """Return a text as it is to be shown: a `Sentence` in the language in use, anything else as it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: spoken(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return _(text.template).format(**values) if values else _(text.template)


def NN_(one: str, many: str) -> tuple[str, str]:
    """Mark the two forms of a constant for translation, for `ngettext` to choose from."""
    return one, many

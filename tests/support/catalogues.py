"""The catalogues of translations: extracted from the sources, brought up to date, compiled.

`make translations` runs this. What it writes depends on the sources and the translations alone, never on the
day, so that a test can tell whether it was run.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from wslab.i18n import DOMAIN, FOLDER, LANGUAGES, SOURCE

SOURCES = FOLDER.parent
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
WIDTH = 100
"""Columns of a catalogue. Longer texts are folded."""
PLACES: dict[str, tuple[int | str, ...]] = {
    "_": (0,),
    "N_": (0,),
    "sentence": (0,),
    "_key": (2, 4),
    "Binding": (2, "tooltip"),
    "CommandSpec": (2,),
    "EchoService": (2,),
}
"""Which arguments of which calls are texts for people. Of `ngettext` and `NN_` it is the first two, as one message."""

_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class NotExtractable(ValueError):
    """A text that is made before it is looked up, so that no catalogue can have it."""


def texts(source: str, name: str = "source") -> Iterator[str | tuple[str, str]]:
    """Yield every text in a source file that is to be translated, in their order; pairs have a plural.

    Raises:
        NotExtractable: an f-string stands where a catalogue needs a constant.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        function = call.func.id if isinstance(call.func, ast.Name) else ""
        if function in ("ngettext", "NN_"):
            one, many = (_constant(argument, name) for argument in call.args[:2])
            if one and many:
                yield one, many
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        for place in PLACES.get(function, ()):
            if isinstance(place, int):
                argument = call.args[place] if place < len(call.args) else None
            else:
                argument = named.get(place)
            if text := _constant(argument, name):
                yield text


def _constant(argument: ast.expr | None, name: str) -> str:
    """Return a text that stands in the source; empty where a variable does, whose text is marked elsewhere."""
    if isinstance(argument, ast.JoinedStr):
        raise NotExtractable(
            f"{name}:{argument.lineno}: an f-string cannot be translated: use {{name}} and .format(name=…)"
        )
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def extracted() -> Catalog:
    """Return the template: every text of the sources, with the files that it stands in."""
    catalog = _plain(Catalog(charset="utf-8"))
    catalog.header_comment = "# What wslab says, to be translated."
    for path in sorted(SOURCES.rglob("*.py")):
        place = path.relative_to(SOURCES.parents[1]).as_posix()
        for text in texts(path.read_text(encoding="utf-8"), place):
            catalog.add(text, locations=[(place, 1)])
    return catalog


def po_file(language: str) -> Path:
    """Return where the translations into a language are."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def translated(language: str) -> Catalog:
    """Return the translations into a language as they are."""
    path = po_file(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8")
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """Return the translations into a language with the texts of a template: none more, none less."""
    catalog = translated(language)
    # No guesses: a translation that no longer fits is missing, and a test says so.
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = f"# What wslab says, in {language}."
    return _plain(catalog)


def _plain(catalog: Catalog) -> Catalog:
    """Take out of the header what changes from day to day or would name somebody."""
    catalog.project, catalog.version = "wslab", "1"
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.creation_date = catalog.revision_date = _NO_DAY
    catalog.fuzzy = False
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Return a catalogue as text."""
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """Return a catalogue as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    """Write template, translations and compiled translations anew, and tell what is not translated."""
    template = extracted()
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_po(template))
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalog = updated(language, template)
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(as_mo(catalog))
        missing = [message.id for message in catalog if message.id and not message.string]
        print(f"{language}: {len(catalog)} texts, {len(missing)} of them not translated")
        for text in missing:
            print(f"  {text!r}")


if __name__ == "__main__":
    main()

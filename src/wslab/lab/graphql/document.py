"""Takes a GraphQL document apart, so that one operation of it can be started.

What is sent is the operation at the cursor with the fragments it needs. So another one that is not finished
yet does no harm, and an anonymous one may stand beside others. Nothing is validated: that is the server's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from wslab.i18n import sentence
from wslab.wire.graphql.document import KINDS, tokens

LONGEST = 100_000
"""Characters of a document at most."""
FRAGMENT = "fragment"


class Definition(NamedTuple):
    """One operation or fragment of a document, finished or not."""

    kind: str
    """One of `KINDS` or `FRAGMENT`; empty where it begins with something else."""
    name: str | None
    start: int
    """Where it begins, in characters."""
    end: int
    """Where what follows it begins."""
    spreads: tuple[str, ...]
    """The fragments that it names."""
    lead: int
    """Where the comments above it begin; its start where there are none."""


class Request(NamedTuple):
    """What is to be sent to start an operation."""

    query: str
    kind: str
    """One of `KINDS`; empty where the document does not tell."""
    name: str | None
    variables: dict[str, Any] | None
    lines: tuple[int, ...]
    """For each line of `query` the line of the document it comes from; both are counted from 1."""


def definitions(document: str) -> list[Definition]:
    """Return what a document is made of, in its order."""
    found: list[Definition] = []
    reader = _Reader()
    for what, text, start in tokens(document):
        if what != "comment":
            done = reader.take(what, text, start)
            if done is not None:
                found.append(done)
        elif not found or "\n" in document[found[-1].end : start]:
            reader.lead(start)
    rest = reader.rest(len(document.rstrip()))
    return [*found, rest] if rest is not None else found


class _Reader:
    """Puts definitions together from tokens."""

    def __init__(self) -> None:
        self._depth = 0
        self._begin()

    def _begin(self) -> None:
        self._start: int | None = None
        self._lead: int | None = None
        self._kind = ""
        self._name: str | None = None
        self._named = False
        self._spread = False
        self._spreads: list[str] = []

    def take(self, what: str, text: str, start: int) -> Definition | None:
        """Take a token; return the definition that ends with it."""
        if self._start is None:
            if what == "close":
                return None  # one too many
            self._start = start
            self._kind = text if text in (*KINDS, FRAGMENT) else "query" if text == "{" else ""
        elif self._depth == 0 and not self._named and what != "open":
            self._name = text if what == "name" else None
            self._named = True
        if self._spread and what == "name" and text != "on":
            self._spreads.append(text)
        self._spread = what == "spread"
        if what == "open":
            self._named = self._named or self._depth == 0
            self._depth += 1
        elif what == "close":
            self._depth = max(0, self._depth - 1)
            if text == "}" and self._depth == 0:
                return self.rest(start + 1)
        return None

    def lead(self, start: int) -> None:
        """Take a comment, which belongs to what comes below it."""
        if self._start is None and self._lead is None:
            self._lead = start

    def rest(self, end: int) -> Definition | None:
        """End the definition that is open; None where none is."""
        if self._start is None:
            return None
        lead = self._start if self._lead is None else self._lead
        spreads = tuple(dict.fromkeys(self._spreads))
        made = Definition(self._kind, self._name, self._start, end, spreads, lead)
        self._depth = 0
        self._begin()
        return made


def request_at(document: str, place: int, variables: dict[str, Any] | None) -> Request:
    """Return what to send for the operation at a place of a document.

    Between two operations it is the one before, in front of all of them the first.

    Args:
        document: the document; its line ends are those of any system.
        place: in characters.
        variables: values of its variables.

    Raises:
        ValueError: there is no operation, or it is not clear which is meant.
    """
    if len(document) > LONGEST:
        raise ValueError(
            sentence("the document has {count} characters: at most {most}", count=len(document), most=LONGEST)
        )
    place -= document.count("\r\n", 0, place)
    document = document.replace("\r\n", "\n").replace("\r", "\n")
    every = definitions(document)
    chosen = _chosen(every, place)
    sent = {each.start for each in (chosen, *_needed(chosen, every))}
    lines: list[int] = []
    texts: list[str] = []
    for part in (each for each in every if each.start in sent):
        text = document[part.start : part.end]
        first = document.count("\n", 0, part.start) + 1
        lines += range(first, first + text.count("\n") + 1)
        texts.append(text)
    return Request("\n".join(texts), chosen.kind, chosen.name, variables, tuple(lines))


def _chosen(every: list[Definition], place: int) -> Definition:
    executable = [each for each in every if each.kind != FRAGMENT]
    if not executable:
        raise ValueError(
            sentence(
                "the document has no operation: write one such as {example}",
                example="subscription { clock { n at } }",
            )
        )
    if len(executable) == 1:
        return executable[0]
    here = next((each for each in reversed(every) if each.lead <= place), executable[0])
    if here.kind == FRAGMENT:
        if place <= here.end:
            why = sentence(
                "the cursor is in the fragment {name}: put it into the operation that is to run",
                name=str(here.name),
            )
            raise ValueError(why)
        here = next((each for each in reversed(executable) if each.lead <= place), executable[0])
    return here


def _needed(chosen: Definition, every: list[Definition]) -> list[Definition]:
    """Return the fragments that an operation names, and those that they name."""
    fragments: dict[str, list[Definition]] = {}
    for each in every:
        if each.kind == FRAGMENT and each.name is not None:
            fragments.setdefault(each.name, []).append(each)
    needed: list[Definition] = []
    names = list(chosen.spreads)
    while names:
        for fragment in fragments.pop(names.pop(), ()):
            needed.append(fragment)
            names += fragment.spreads
    return needed

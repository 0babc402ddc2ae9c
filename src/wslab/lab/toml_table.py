"""TOML whose values are taken out one by one, each checked, so that a wrong file is refused in plain words.

A message names the file, the way to the key, what was found and what would be right:
`…/lesson.toml: step 2: expect 1: text is 7; it must be text`. Tables of a list are counted from 1.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from wslab.units import parse_duration

FORMAT = 1
"""The version of the files that this lab reads."""

Choice = TypeVar("Choice", bound=str)

LONGEST_FOUND = 200
"""Characters of a wrong value that a message shows at most."""


class CourseError(Exception):
    """A file of a course is not as it must be.

    The message names the file, the key or line, what was found and what would be right.
    """


def read_text(file: Path) -> str:
    """Return what a file holds; every line end becomes a line feed.

    Raises:
        CourseError: it is not there, can't be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{file}: there is no such file") from None
    except OSError as error:
        raise CourseError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a TOML file. Everything that takes a value out raises `CourseError` where it is wrong."""

    file: Path
    where: str
    """Stands before a key in messages, such as `server.` or `step 2: expect 1: `; empty at the top."""
    values: Mapping[str, Any]
    """What stands there, unchecked."""

    @classmethod
    def read(cls, file: Path, keys: Collection[str]) -> Table:
        """Return the top of a file, in which no other keys may stand.

        Where ``format`` is one of the keys, the file has to have one that this lab reads.
        """
        return cls.parse(file, read_text(file), keys)

    @classmethod
    def parse(cls, file: Path, text: str, keys: Collection[str]) -> Table:
        """Return the top of a text as `read` does; ``file`` stands in messages."""
        try:
            values = tomllib.loads(text)
        except ValueError as error:  # also for numbers of more digits than Python converts
            raise CourseError(f"{file}: not TOML: {error}") from None
        except RecursionError:
            raise CourseError(f"{file}: lists or tables are nested too deeply") from None
        table = cls(file, "", values)
        # The format comes first: a newer one has keys that this reader does not know.
        if "format" in keys:
            table._check_format()
        table.only(keys)
        return table

    def __contains__(self, key: object) -> bool:
        return key in self.values

    def error(self, key: str, found: object, right: str) -> CourseError:
        """Return what to raise where a value is wrong: what was found, and what it must be."""
        shown = repr(found)
        if len(shown) > LONGEST_FOUND:
            shown = shown[: LONGEST_FOUND - 1] + "…"
        return CourseError(f"{self.file}: {self.where}{key} is {shown}; it must be {right}")

    def only(self, keys: Collection[str]) -> None:
        """Refuse every other key."""
        for key in self.values:
            if key not in keys:
                raise CourseError(
                    f"{self.file}: {self.where}{key} is not a key; the keys are {', '.join(sorted(keys))}"
                )

    def get(self, key: str, right: str) -> Any:
        """Return a value as it stands there."""
        try:
            return self.values[key]
        except KeyError:
            raise CourseError(f"{self.file}: {self.where}{key} is missing; it must be {right}") from None

    def text(self, key: str, pattern: re.Pattern[str], right: str) -> str:
        """Return a text that matches a pattern from end to end; ``right`` says what that is in words."""
        value = self.get(key, right)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.error(key, value, right)
        return value

    def one_of(self, key: str, choices: Collection[Choice]) -> Choice:
        """Return a text that is one of these."""
        right = " or ".join(choices) or "left out"
        value = self.get(key, right)
        for choice in choices:
            if value == choice:
                return choice
        raise self.error(key, value, right)

    def texts(self, key: str, pattern: re.Pattern[str], right: str) -> tuple[str, ...]:
        """Return a list of at least one text, each of which matches a pattern from end to end."""
        value = self.get(key, f"a list: {right}")
        if not isinstance(value, list) or not value:
            raise self.error(key, value, f"a list of at least one: {right}")
        for item in value:
            if not isinstance(item, str) or not pattern.fullmatch(item):
                raise self.error(key, item, right)
        return tuple(value)

    def number(self, key: str, low: int, high: int) -> int:
        """Return a whole number between two bounds, both included."""
        right = f"a whole number from {low} to {high}"
        value = self.get(key, right)
        if type(value) is not int or not low <= value <= high:
            raise self.error(key, value, right)
        return value

    def duration(self, key: str, longest: str) -> float:
        """Return the seconds of a duration such as `300ms`: more than none, and ``longest`` at most."""
        right = f"a duration such as 300ms or 2s, at most {longest}"
        value = self.get(key, right)
        try:
            seconds = parse_duration(value) if isinstance(value, str) else 0.0
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= parse_duration(longest):
            raise self.error(key, value, right)
        return seconds

    def table(self, key: str, keys: Collection[str]) -> Table:
        """Return a table inside this one, in which no other keys may stand."""
        right = f"a table with {', '.join(sorted(keys))}"
        value = self.get(key, right)
        if not isinstance(value, dict):
            raise self.error(key, value, right)
        table = Table(self.file, f"{self.where}{key}.", value)
        table.only(keys)
        return table

    def tables(self, key: str) -> list[Table]:
        """Return a list of at least one table. The keys in them are for the caller to check."""
        right = f"at least one [[{key}]]"
        value = self.get(key, right)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.error(key, value, right)
        return [Table(self.file, f"{self.where}{key} {place}: ", item) for place, item in enumerate(value, 1)]

    def _check_format(self) -> None:
        value = self.get("format", str(FORMAT))
        if type(value) is int and value > FORMAT:
            raise self.error(
                "format", value, f"{FORMAT}: this file was written for a newer wslab, so update wslab"
            )
        if type(value) is not int or value != FORMAT:
            raise self.error("format", value, str(FORMAT))

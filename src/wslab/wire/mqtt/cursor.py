"""Reads the fields of one packet, and notes each of them where somebody asks (MQTT 5 section 1.5).

There is one parser for both uses. When nobody asks for the fields, names and words are passed along and not
looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.rules import Fault, Rule

Words = Callable[[int], str]
"""Says a number in words."""


class BrokenOff(Exception):
    """Nothing more can be read of the packet; why is among the faults. Never leaves this package."""


class Cursor:
    """A place in the bytes of one packet."""

    __slots__ = ("at", "data", "end", "faults", "fields", "group", "short", "version")

    def __init__(self, data: bytes, version: int, fields: list[Field] | None = None) -> None:
        """Start at the first byte.

        Args:
            data: the whole packet.
            version: protocol level, which decides what the rules are called.
            fields: where to note the fields, or None.
        """
        self.data = data
        self.at = 0
        self.end = len(data)
        self.version = version
        self.faults: list[Fault] = []
        self.fields = fields
        self.group = ""
        self.short = rules.TRUNCATED
        """The rule that is broken where the bytes up to `end` are not enough."""

    def fault(self, rule: Rule, detail: str = "", offset: int | None = None) -> None:
        """Note that a rule is broken, if the version has it."""
        if rule.applies(self.version):
            at = self.at if offset is None else offset
            self.faults.append(Fault(rule, rule.reference(self.version), detail, at))

    def byte(self, name: str, words: Words = str) -> int:
        """Read one byte."""
        return self._number(name, 1, words)

    def two(self, name: str, words: Words = str) -> int:
        """Read a Two Byte Integer."""
        return self._number(name, 2, words)

    def four(self, name: str, words: Words = str) -> int:
        """Read a Four Byte Integer."""
        return self._number(name, 4, words)

    def variable(self, name: str, words: Words = str, too_long: Rule = rules.NUMBER_TOO_LONG) -> int:
        """Read a Variable Byte Integer (section 1.5.5).

        Args:
            name: of the field.
            words: says the value in words.
            too_long: the rule that is broken where it goes on after four bytes.
        """
        value, shift, start = 0, 0, self.at
        while True:
            if self.at >= self.end:
                self.at = start
                self.broken(self.short, name)
            part = self.data[self.at]
            self.at += 1
            value |= (part & 0x7F) << shift
            if part < 0x80:
                break
            shift += 7
            if shift == 28:
                self.note(name, start, "?")
                self.broken(too_long, name)
        if shift and not part:
            self.fault(rules.LENGTH_NOT_SHORTEST, name, start)
        if self.fields is not None:
            self.note(name, start, words(value))
        return value

    def string(self, name: str) -> str:
        """Read a UTF-8 Encoded String; what is not UTF-8 is noted and replaced."""
        start = self.at
        raw = self._prefixed(name)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.fault(rules.NOT_UTF8, name, start + 2)
            text = raw.decode("utf-8", "replace")
        if "\0" in text:
            self.fault(rules.NULL_CHARACTER, name, start + 2)
        if self.fields is not None and raw:
            self.note(name, start + 2, text)
        return text

    def binary(self, name: str) -> bytes:
        """Read Binary Data."""
        start = self.at
        raw = self._prefixed(name)
        if self.fields is not None and raw:
            self.note(name, start + 2, _bytes(len(raw)))
        return raw

    def rest(self, name: str) -> bytes:
        """Read what is left."""
        start, self.at = self.at, self.end
        if self.fields is not None and start < self.end:
            self.note(name, start, _bytes(self.end - start))
        return self.data[start : self.end]

    def bits(self, name: str, mask: int, offset: int, value: str) -> None:
        """Note a part of a byte that has been read."""
        if self.fields is not None:
            self.fields.append(Field(name, offset, 1, value, group=self.group, mask=mask))

    def note(self, name: str, start: int, value: str) -> None:
        """Note a field that reaches from a byte to here."""
        if self.fields is not None:
            self.fields.append(Field(name, start, self.at - start, value, group=self.group))

    def broken(self, rule: Rule, detail: str) -> NoReturn:
        """Note a rule whose breach leaves nothing to read.

        Raises:
            BrokenOff: always.
        """
        self.fault(rule, detail)
        self.stop()

    def stop(self) -> NoReturn:
        """Read no further.

        Raises:
            BrokenOff: always.
        """
        raise BrokenOff

    def _number(self, name: str, size: int, words: Words) -> int:
        start = self.at
        if start + size > self.end:
            self.broken(self.short, name)
        self.at = start + size
        value = int.from_bytes(self.data[start : start + size], "big")
        if self.fields is not None:
            self.note(name, start, words(value))
        return value

    def _prefixed(self, name: str) -> bytes:
        start = self.at + 2
        if start > self.end:
            self.broken(self.short, name)
        length = self.data[self.at] << 8 | self.data[self.at + 1]
        self.at = start
        if self.fields is not None:
            self.note(f"{name} length", start - 2, str(length))
        if start + length > self.end:
            self.broken(self.short, name)
        self.at = start + length
        return self.data[start : self.at]


def _bytes(number: int) -> str:
    return f"{number} byte" + ("s" if number != 1 else "")

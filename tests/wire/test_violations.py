"""The texts of the rules."""

from __future__ import annotations

import re

from wslab.wire import violations as rule

TEXTS = {name: text for name, text in vars(rule).items() if name.isupper() and isinstance(text, str)}


def test_every_text_names_its_source_and_section_first() -> None:
    assert len(TEXTS) > 25
    for name, text in TEXTS.items():
        assert re.fullmatch(r"(6455|7692|9110|9112|lab)#[0-9a-z.-]+ \S.*", text), name


def test_no_two_rules_share_a_text() -> None:
    assert len(set(TEXTS.values())) == len(TEXTS)


def test_first_bytes_of_rfc_6455_alone() -> None:
    table = rule.of_first_byte(False, False)
    assert len(table) == 256
    legal = {first for first in range(256) if not table[first]}
    assert legal == {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A}


def test_compression_adds_rsv1_at_the_start_of_messages() -> None:
    plain, deflate = rule.of_first_byte(False, False), rule.of_first_byte(True, False)
    legal = {first for first in range(256) if not deflate[first] and plain[first]}
    assert legal == {0x41, 0x42, 0xC1, 0xC2}


def test_an_unknown_extension_may_use_every_reserved_bit_and_opcode() -> None:
    table = rule.of_first_byte(False, True)
    assert {first for first in range(256) if table[first]} == {
        first for first in range(128) if first & 8
    }  # fragmented control frames

from __future__ import annotations

import pytest

from wslab.i18n import LANGUAGES, set_language
from wslab.lab.binary.assembled import assemble
from wslab.lab.binary.damage import Damage, hit
from wslab.lab.binary.draft import example
from wslab.tui.binary.message_notes import damage_note, field_note
from wslab.tui.widgets.text_blocks import wrap
from wslab.wire.labproto.layout import Type

SAMPLE = assemble(example(Type.SAMPLE), sequence=1, now=0)


def test_the_field_that_is_edited_is_explained() -> None:
    told, bad = field_note(SAMPLE, "sensor", 1)
    assert told.startswith("bytes 12 to 13: Which sensor: ")
    assert told.endswith("(it is a whole number from 0 to 65535, also as 0x2a)")
    assert not bad
    assert field_note(SAMPLE, "version", 1)[0].startswith("byte 0: ")
    assert field_note(SAMPLE, "", 1) == ("32 bytes. A reader finds nothing wrong.", False)


def test_what_is_wrong_comes_first() -> None:
    wrong = assemble(example(Type.SAMPLE).with_text("sensor", "many"), sequence=1, now=0)
    for name in ("sensor", ""):
        told, bad = field_note(wrong, name, 1)
        assert told.startswith("sensor is 'many': it is a whole number")
        assert bad
    assert not field_note(wrong, "value", 1)[1]


def test_what_a_reader_will_say_is_said_before_it_is_sent() -> None:
    forbidden = assemble(example(Type.STREAM_START).with_text("interval", "5"), sequence=1, now=0)
    assert field_note(forbidden, "interval", 1) == (
        "A reader says BAD_VALUE: interval is 5: it is from 10 to 3600000",
        True,
    )


def test_what_a_damage_does() -> None:
    assert damage_note(None, None).startswith("Name a byte")
    damage = Damage(25, 0x01)
    told = damage_note(hit(SAMPLE, damage, 1), damage)
    assert told == "Byte 25 is in value: 35 becomes 34. No reader can notice it."
    damage = Damage(1, 0x54)
    assert "A reader says UNKNOWN_TYPE: type is 0x55" in damage_note(hit(SAMPLE, damage, 1), damage)


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_note_fits_into_its_two_lines(language: str) -> None:
    set_language(language)
    for kind in (*Type, None):
        draft = example(kind, version=2)
        draft = draft.with_text("flags", f"{draft.text('flags')} CHECKSUM")
        for row in assemble(draft, sequence=1, now=0).rows:
            texts = {"right": draft} | {"wrong": draft.with_text(row.name, "zz zz zz zz zz zz zz zz zz zz")}
            for each in texts.values():
                told, _bad = field_note(assemble(each, sequence=1, now=0), row.name, 2)
                assert len(wrap(told, 74)) <= 2, told

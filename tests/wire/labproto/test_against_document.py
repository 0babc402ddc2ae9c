"""`docs/binary-protocol.md` against the code: every example, every table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

from wslab.wire.labproto.bodies import NumberKind, Tag
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.explain import explain
from wslab.wire.labproto.layout import LAYOUTS, SUBPROTOCOLS, ErrorCode, Flag, Tail, Type
from wslab.wire.labproto.problems import error_for
from wslab.wire.labproto.reader import read

DOCUMENT = (Path(__file__).parents[3] / "docs" / "binary-protocol.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Example:
    """A block of bytes in the document."""

    line: int
    agreed: int
    note: str
    """`wrong`, `answer` or empty."""
    fields: tuple[tuple[bytes, str, str], ...]
    """Bytes, name, value."""

    @property
    def data(self) -> bytes:
        return b"".join(raw for raw, _, _ in self.fields)


def examples() -> list[Example]:
    found = []
    for block in re.finditer(r"^```bytes v(\d) ?(\w*)\n(.*?)^```$", DOCUMENT, re.M | re.S):
        fields: list[tuple[bytes, str, str]] = []
        for line in block[3].splitlines():
            # Eight bytes take 23 columns at most; what follows from the 24th on is the name.
            raw, name, value = bytes.fromhex(line[:24]), line[24:42].strip(), line[42:]
            if name:
                fields.append((raw, name, value))
            else:
                fields[-1] = (fields[-1][0] + raw, *fields[-1][1:])
        line_number = DOCUMENT.count("\n", 0, block.start()) + 1
        found.append(Example(line_number, int(block[1]), block[2], tuple(fields)))
    return found


EXAMPLES = examples()
BY_LINE = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line{example.line}")


@BY_LINE
def test_every_field_of_every_example(example: Example) -> None:
    data = example.data
    told = [
        (data[field.offset : field.end], field.name, field.value)
        for message in explain(data, example.agreed)
        for field in message.fields
    ]
    assert told == list(example.fields)


@BY_LINE
def test_what_is_said_to_be_wrong_is_and_nothing_else_is(example: Example) -> None:
    problems = [problem for item in read(example.data, example.agreed) for problem in item.problems]
    assert bool(problems) == (example.note == "wrong")


@BY_LINE
def test_what_is_right_is_written_as_it_was_read(example: Example) -> None:
    for item in read(example.data, example.agreed):
        if item.body is not None and item.header is not None:
            version, _, flags, _, sequence = item.header
            written = encode(item.body, sequence=sequence, flags=flags, version=version)
            assert written == example.data


def test_every_wrong_example_is_followed_by_its_answer() -> None:
    pairs = [
        (example, EXAMPLES[index + 1]) for index, example in enumerate(EXAMPLES) if example.note == "wrong"
    ]
    assert len(pairs) >= 4
    for example, answer in pairs:
        (item,) = read(example.data, example.agreed)
        assert item.header is not None
        error = encode(error_for(item.problems[0]), sequence=item.header.sequence, flags=Flag.ANSWER)
        assert (answer.note, answer.data) == ("answer", error)


def test_every_type_that_is_not_trivial_has_an_example() -> None:
    shown = {value.split()[-1] for example in EXAMPLES for _, name, value in example.fields if name == "type"}
    assert shown >= {kind.name for kind in Type} - {"STREAM_STOP", "FILE_FORGET"}


# --- tables -----------------------------------------------------------------------------------------------


def rows() -> list[list[str]]:
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in DOCUMENT.splitlines()
        if line.startswith("|")
    ]


def test_the_table_of_types() -> None:
    senders = {(True, True): "both", (True, False): "client", (False, True): "server"}
    told = [row for row in rows() if re.fullmatch("0x[0-9A-F]{2}", row[0]) and len(row) == 4]
    assert told == [
        [
            f"0x{kind:02X}",
            layout.type.name,
            senders[layout.by_client, layout.by_server],
            layout.section.removeprefix("binary#"),
        ]
        for kind, layout in LAYOUTS.items()
    ]


def test_the_table_of_flags() -> None:
    told = [row[:2] for row in rows() if re.fullmatch("0x[0-9a-f]{4}", row[0])]
    assert told == [[f"0x{flag:04x}", flag.name] for flag in Flag]


def test_the_table_of_errors() -> None:
    told = [row[:2] for row in rows() if row[0].isdigit() and row[1].isupper()]
    assert told == [[str(int(code)), code.name] for code in ErrorCode]


def test_the_table_of_extensions() -> None:
    told = [row[:2] for row in rows() if re.fullmatch("0x[0-9a-f]{2}", row[0]) and len(row) == 3]
    assert told == [[f"0x{tag:02x}", tag.name] for tag in Tag]


def test_the_table_of_subprotocols() -> None:
    assert [row[0] for row in rows() if row[0].endswith(".wslab")] == list(SUBPROTOCOLS.values())


def test_the_kinds_of_numbers_and_the_states() -> None:
    (kinds,) = (row[2] for row in rows() if row[0] == "kind")
    assert kinds.endswith(", ".join(f"{kind} {kind.name}" for kind in NumberKind))


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_table_of_fields(kind: int) -> None:
    layout = LAYOUTS[kind]
    codes = {"B": "u8", "H": "u16", "I": "u32", "Q": "u64", "d": "f64"}
    fields = [(part.name, codes[part.code]) for part in layout.parts]
    if len(fields) == 1:
        assert f"`{fields[0][0]}` ({fields[0][1]})" in DOCUMENT
        return
    if layout.tail in (Tail.TEXT, Tail.NAME, Tail.DATA, Tail.VALUES):
        kinds = {Tail.DATA: "bytes", Tail.VALUES: ""}
        fields.append((layout.tail.value, kinds.get(layout.tail, "text")))
    table = [(row[0], row[1]) for row in rows()]
    windows = [table[at : at + len(fields)] for at in range(len(table))]
    assert fields in windows


def test_every_section_there_is_a_rule_from_exists() -> None:
    sections = {layout.section for layout in LAYOUTS.values()}
    sections |= {part.section for layout in LAYOUTS.values() for part in layout.parts}
    for section in sections | {
        f"binary#{each}" for each in ("3.1", "3.2", "3.3", "3.4", "3.5", "8.1", "8.2")
    }:
        assert re.search(rf"^### {re.escape(section.removeprefix('binary#'))} ", DOCUMENT, re.M), section


def test_the_check_value_of_the_crc() -> None:
    assert f"`0x{crc32(b'123456789'):08x}`" in DOCUMENT

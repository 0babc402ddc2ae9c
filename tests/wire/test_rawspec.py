"""What a learner types into the raw client."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wslab.wire import rawspec
from wslab.wire.encoder import apply_mask, close_body, encode_frame, minimal_form
from wslab.wire.rawspec import BUILDERS, OPTIONS, RawSpecError, completions, parse_raw

KEY = bytes.fromhex("37fa213d")


def parse(text: str) -> bytes:
    """Read a specification with a key that is known."""
    return parse_raw(text, new_key=lambda: KEY)


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("81 85 37fa213d 7f9f4d5158", "818537fa213d7f9f4d5158"),
        ("818537fa213d7f9f4d5158", "818537fa213d7f9f4d5158"),
        ("0x81 0x85 0x37FA213D 7f:9f:4d:51:58", "818537fa213d7f9f4d5158"),
        ("0x81,0x00", "8100"),
        ('81 02 "hi"', "81026869"),
        ("  ff*3 00 ", "ffffff00"),
        ('bytes "GET"', "474554"),
        ('text "Hello"', "818537fa213d7f9f4d5158"),
        ("text 'Hello'", "818537fa213d7f9f4d5158"),
        ('TEXT"Hello"', "818537fa213d7f9f4d5158"),
        ('text mask=0 "Hello"', "810548656c6c6f"),
        ('text mask=1 "Hello"', "818537fa213d7f9f4d5158"),
        ('text "Hello" mask=00000000', "81850000000048656c6c6f"),
        ('mask=0x00000000 text "Hello"', "81850000000048656c6c6f"),
        ('text fin=0 mask=0 "Hel"; cont fin=1 mask=0 "lo"', "010348656c80026c6f"),
        ("binary mask=0 00ff10", "820300ff10"),
        ("binary mask=0 00 ff 10", "820300ff10"),
        ('ping mask=0 "x"', "890178"),
        ("pong mask=0", "8a00"),
        ("close mask=0", "8800"),
        ("close mask=0 1000", "880203e8"),
        ('close mask=0 1002 "bye"', "880503ea627965"),
        ('close mask=0 1007 "\\xff"', "880303efff"),
        ("opcode=8 mask=0 03", "880103"),
        ("opcode=3 rsv1=1 mask=0", "c300"),
        ("opcode=0xB mask=0", "8b00"),
        ("text rsv=7 mask=0", "f100"),
        ("text rsv=7 rsv2=0 mask=0", "d100"),
        ("text rsv2=1 rsv3=1 mask=0", "b100"),
        ('text len=200 mask=0 "hi"', "817e00c86869"),
        ('text form=64 mask=0 "hi"', "817f00000000000000026869"),
        ('text form=16 mask=0 "hi"', "817e00026869"),
        ("text form=64 len=0xffffffffffffffff mask=0", "817fffffffffffffffff"),
        ('text mask=0 "\\n\\r\\t\\0\\"\\\'\\\\"', "81070a0d09002227" + "5c"),
        ('text mask=0 "\\xff\\u00e9\\U0001f600é"', "8109ffc3a9f09f9880c3a9"),
        ('text mask=0 "\\ud800"', "8103eda080"),
        ('text mask=0 "a" "b"', "81026162"),
        (";; ping mask=0 ; ;", "8900"),
    ],
)
def test_what_is_typed_is_what_is_sent(text: str, wire: str) -> None:
    assert parse(text).hex() == wire


def test_text_is_repeated() -> None:
    assert parse('ping mask=0 "a"*126') == encode_frame(9, b"a" * 126)
    assert parse('text mask=0 "ab" * 3 "c"*0') == encode_frame(1, b"ababab")
    assert parse("binary mask=0 00*70000") == encode_frame(2, bytes(70000))


def test_every_masked_frame_takes_a_new_key() -> None:
    keys = iter([b"\1\1\1\1", b"\2\2\2\2"])
    wire = parse_raw('text fin=0 "a"; ping mask=0; cont mask=03030303; cont "b"', new_key=lambda: next(keys))
    assert wire == (
        encode_frame(1, b"a", fin=False, mask=b"\1\1\1\1")
        + encode_frame(9)
        + encode_frame(0, mask=b"\3\3\3\3")
        + encode_frame(0, b"b", mask=b"\2\2\2\2")
    )


@pytest.mark.parametrize(
    ("text", "token", "position", "says"),
    [
        ("", "", 1, "nothing to send"),
        (" ; ", "", 1, 'text "hi"'),
        ("tex 'hi'", "tex", 1, "did you mean text?"),
        ("hello", "hello", 1, "neither hexadecimal nor the beginning of a frame"),
        ('"hi"', '"hi"', 1, 'text "…" for a frame'),
        ("text hello", "hello", 6, 'in quotes: "hello"'),
        ("text \\xc0\\xaf", "\\xc0\\xaf", 6, 'in quotes: "\\xc0\\xaf"'),
        ("text é\x1b", "é\x1b", 6, "in quotes: 'é\\x1b'"),
        ("ping a*126", "a", 6, 'did you mean 0a, or the text "a"?'),
        ("text cafe", "cafe", 6, "write text 'cafe' or, for bytes, binary cafe"),
        ("text “hi”", "“hi”", 6, 'use "'),
        ('text "hi', '"hi', 6, 'close it with "'),
        ('text "a\\q"', "\\q", 8, "no such escape"),
        ('text "a\\x4"', "\\x4", 8, "\\xff (a byte)"),
        ('text "a\\', "\\", 8, "no such escape"),
        ('text "\\U00110000"', "\\U00110000", 7, "no such escape"),
        ("81 8", "8", 4, "did you mean 08?"),
        ("0x81,0x5", "0x81,0x5", 1, "did you mean 05?"),
        ('text fim=0 "hi"', "fim=0", 6, "did you mean fin=?"),
        ("text zzz=0", "zzz=0", 6, "there are fin= rsv="),
        ("text fin=2", "fin=2", 6, "write a number from 0 to 1"),
        ("text fin=", "fin=", 6, "'' is not a value of fin="),
        ("text fin=0 fin=1", "fin=1", 12, "twice"),
        ("opcode=16", "opcode=16", 1, "from 0 to 15"),
        ("text opcode=2", "opcode=2", 6, "leave out text or opcode=2"),
        ("fin=0 00", "fin=0", 1, "of which frame?"),
        ("bytes fin=0 00", "fin=0", 7, "have no options"),
        ("text ping", "ping", 6, "put a ; before ping"),
        ('00 text "a"', "text", 4, "begin with text"),
        ("text mask=2", "mask=2", 6, "eight hexadecimal digits"),
        ("text mask=37fa21", "mask=37fa21", 6, "no masking key"),
        ("text form=8", "form=8", 6, "form=7, form=16 or form=64"),
        ('text form=7 "a"*126', "form=7", 6, "write form=16, or a smaller len="),
        ("text len=18446744073709551616", "len=18446744073709551616", 6, "from 0 to"),
        ("text len=-1", "len=-1", 6, "not a value of len="),
        ("close bye", "bye", 7, "'bye' is not a close code"),
        ("close 65536", "65536", 7, "from 0 to 65535"),
        ('close "bye"', '"bye"', 7, 'close 1000 "bye"'),
        ("ping *3", "*3", 6, "nothing before it to repeat"),
        ('ping "a"*x', "*x", 9, "no number of times"),
        ('ping "a"*', "*", 9, "no number of times"),
        ('ping "a"*99999999', "*99999999", 9, "16 MiB is the most"),
        ('ping "a"*9000000 "a"*9000000', "*9000000", 21, "16 MiB is the most"),
        ("ping 00*9000000;ping 00*9000000", "*9000000", 24, "16 MiB is the most"),
        ('ping; pong fin=3 "x"', "fin=3", 12, "fin=3"),
        ("text ٣", "٣", 6, "in quotes"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_cure(
    text: str, token: str, position: int, says: str
) -> None:
    with pytest.raises(RawSpecError) as caught:
        parse(text)
    assert (caught.value.token, caught.value.position) == (token, position)
    assert says in str(caught.value)
    assert caught.value.fix


def test_a_message_never_holds_what_could_steer_a_terminal() -> None:
    for text in (
        "\x1b[31m",
        "text \x1b[31m",
        "text \x1b=1",
        'ping "\x1b',
        'close "\x1b[31m"',
        "text fin=\x1b",
    ):
        with pytest.raises(RawSpecError) as caught:
            parse(text)
        assert str(caught.value).isprintable()


def read_or_refused(text: str) -> None:
    """Check that a text gives bytes, or an error that points into the text."""
    refused: RawSpecError | None = None
    wire = b""
    try:
        wire = parse(text)
    except RawSpecError as error:
        refused = error
    if refused is None:
        assert wire
    else:
        assert 1 <= refused.position <= len(text) + 1
        assert text.startswith(refused.token, refused.position - 1)


@settings(deadline=None)
@given(st.text())
@example('text "\\')
@example("*")
@example("=")
@example(":")
@example("0x")
@example("text fin=٣")
@example('"\ud800"')
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


WORDS = (
    *BUILDERS,
    *(f"{name}=" for name in OPTIONS),
    *("fin=0", "rsv1=1", "mask=0", "form=16", "len=9", "opcode=3", "00", "0x", "1000", "*2", '"a"'),
    *(";", " ", '"', "'", "\\", "\\x0", "=", ":", "é", "\n"),
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_any_mix_of_its_words_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=60), st.sampled_from(["", " ", ":"]))
def test_hexadecimal_comes_back(data: bytes, separator: str) -> None:
    assert parse(data.hex(separator) if separator else data.hex()) == data


def quoted(data: bytes) -> str:
    """Write bytes as a string of the syntax."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data) + '"'


@st.composite
def frames(draw: st.DrawFn) -> tuple[str, bytes]:
    """A specification of one frame and the bytes it stands for."""
    payload = draw(st.binary(max_size=140))
    fin, rsv = draw(st.booleans()), draw(st.integers(0, 7))
    mask = draw(st.none() | st.just(KEY) | st.binary(min_size=4, max_size=4))
    declared = draw(st.none() | st.integers(0, 70000) | st.just(2**64 - 1))
    length = len(payload) if declared is None else declared
    form = draw(st.sampled_from([f for f in (7, 16, 64) if f >= minimal_form(length)]))
    word = draw(st.sampled_from(["text", "binary", "cont", "ping", "pong", "opcode=3", "opcode=0xf"]))
    opcode = BUILDERS[word][0] if word in BUILDERS else int(word[7:], 0)
    assert opcode is not None
    options = [
        f"fin={int(fin)}",
        f"rsv={rsv}",
        "mask=0" if mask is None else "mask=1" if mask == KEY else f"mask={mask.hex()}",
        f"form={form}",
    ]
    if declared is not None:
        options.append(f"len={declared}")
    parts = [word, *draw(st.permutations(options)), quoted(payload)]
    wire = encode_frame(
        opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form, declared_length=declared
    )
    return " ".join(parts), wire


@settings(deadline=None)
@given(st.lists(frames(), min_size=1, max_size=4))
def test_any_frame_can_be_written(specs: list[tuple[str, bytes]]) -> None:
    assert parse(" ; ".join(text for text, _ in specs)) == b"".join(wire for _, wire in specs)


@settings(deadline=None)
@given(st.integers(0, 65535), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_close_can_be_written(code: int, reason: str) -> None:
    wire = parse(f"close {code} {quoted(reason.encode())}")
    assert apply_mask(wire[6:], KEY) == close_body(code, reason)


def test_words_are_completed() -> None:
    assert completions("te") == ["text "]
    assert completions("text f") == ["text fin=", "text form="]
    assert completions("text fin=0; co") == ["text fin=0; cont "]
    assert completions("p") == ["ping ", "pong "]
    assert completions("opc") == ["opcode="]
    assert completions("") == []
    assert completions("text ") == []
    assert completions('text "f') == []
    assert completions('text "f"') == []


def test_the_limit_holds_before_memory_is_taken() -> None:
    with pytest.raises(RawSpecError, match="too many bytes"):
        parse(f"binary 00*{rawspec.LIMIT}*99999999999999999999")

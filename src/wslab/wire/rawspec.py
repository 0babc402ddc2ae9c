r"""What a learner types into the raw client, read as bytes.

Either the bytes themselves in hexadecimal, or a builder that makes a frame of them, legal or not:

    81 85 37fa213d 7f9f4d5158
    text fin=0 "Hel"; cont "lo"
    close 1002 "bye"
    opcode=3 rsv1=1 mask=0 00ff10
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, NoReturn

from wslab.wire.encoder import LENGTH_LIMITS, close_body, encode_frame, minimal_form
from wslab.wire.events import Opcode

LIMIT = 16 * 2**20
"""Bytes that one specification may make. `"a"*N` is quickly written."""

BUILDERS: dict[str, tuple[int | None, str]] = {
    "text": (Opcode.TEXT, "a TEXT frame"),
    "binary": (Opcode.BINARY, "a BINARY frame"),
    "cont": (Opcode.CONT, "a continuation: the next frame of a message begun with fin=0"),
    "ping": (Opcode.PING, "a Ping"),
    "pong": (Opcode.PONG, "a Pong"),
    "close": (Opcode.CLOSE, 'a Close frame: close, close 1000 or close 1000 "reason"'),
    "bytes": (None, "no frame: the bytes as they are"),
}
"""Opcode and description of each word that begins a frame."""

OPTIONS: dict[str, str] = {
    "fin": "0 or 1: whether this is the last frame of its message (1)",
    "rsv": "0 to 7: the three reserved bits as one number (0)",
    "rsv1": "0 or 1: RSV1 by itself, the compression bit",
    "rsv2": "0 or 1: RSV2 by itself",
    "rsv3": "0 or 1: RSV3 by itself",
    "mask": "0 for none, 1 for a new key, or a key such as 37fa213d (1)",
    "len": "the length to declare, true or not (the payload's own)",
    "form": "7, 16 or 64: bits of the length field (the shortest that fits)",
    "opcode": "0 to 15, the reserved ones included, in place of a word such as text",
}
"""What each `name=value` takes; its default in parentheses."""

EXAMPLES: tuple[tuple[str, str], ...] = (
    ('text "hello"', "a correct message"),
    ('text mask=0 "hello"', "a client frame without a mask"),
    ('text fin=0 "Hel"; cont "lo"', "one message in two frames"),
    ('text fin=0 "Hel"; ping "?"; cont "lo"', "a Ping amid the frames of a message"),
    ('cont "lo"', "a continuation of nothing"),
    ('text "\\xff"', "a text that is not UTF-8"),
    ('ping "a"*126', "a control frame that is too long"),
    ('ping fin=0 "x"', "a control frame that is fragmented"),
    ('text rsv1=1 "hello"', "a reserved bit that is set"),
    ("opcode=3", "an opcode that has no meaning"),
    ('text form=64 "short"', "a length in more bits than it needs"),
    ('text len=200 "hi"', "a length larger than the payload"),
    ('close 1000 "bye"', "a Close frame with code and reason"),
    ("close 1005", "a code that must never be sent"),
    ("opcode=8 03", "a Close frame of one byte"),
    ("binary 00 ff 10", "three bytes, written in hexadecimal"),
    ("81 85 37fa213d 7f9f4d5158", "a whole frame in hexadecimal"),
    ('bytes "GET / HTTP/1.1\\r\\n\\r\\n"', "something that is no frame at all"),
)
"""Specifications worth trying and what each makes."""

HELP = "\n".join(
    (
        "Bytes in hexadecimal, or a frame: a word, options, then text in quotes or hex.",
        "Several are joined by ;",
        "",
        *(f"  {name:<8} {text}" for name, (_, text) in BUILDERS.items()),
        "",
        *(f"  {name + '=':<8} {text}" for name, text in OPTIONS.items()),
        "",
        '  "TEXT"   knows \\n \\r \\t \\0 \\" \\\\, bytes as \\xff, characters as \\u00e9',
        '  "a"*126  repeats what stands before it; so does 00*126',
        "",
        *(f"  {spec:<38}  {text}" for spec, text in EXAMPLES),
    )
)
"""The whole syntax, one screen of it."""


class RawSpecError(ValueError):
    """A specification that says nothing that could be sent.

    Attributes:
        token: the text that is wrong; empty where something is missing.
        position: where it stands, from 1.
        fix: what would be right.
    """

    def __init__(self, token: str, position: int, what: str, fix: str) -> None:
        where = f"{_short(token)} at character {position}" if token else f"at character {position}"
        super().__init__(f"{where}: {what}; {fix}")
        self.token = token
        self.position = position
        self.fix = fix


class _Token(NamedTuple):
    kind: Literal["word", "string", "repeat", "end"]
    text: str
    position: int
    data: bytes = b""
    """What a string stands for."""
    value: str = ""
    """What follows the `=` of an option or the `*` of a repeat."""


@dataclass(slots=True)
class _Part:
    """What stands between two semicolons."""

    name: _Token | None = None
    options: dict[str, _Token] = field(default_factory=dict)
    code: int | None = None
    payload: list[bytes] = field(default_factory=list)
    first: _Token | None = None
    """The first token of the payload."""
    size: int = 0
    """Bytes of the payload."""

    def add(self, token: _Token, data: bytes) -> None:
        """Add bytes to the payload."""
        self.first = self.first or token
        self.payload.append(data)
        self.size += len(data)


_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\s;\"'*]+")
_REPEAT = re.compile(r"\*\s*([^\s;\"'*]*)")
_PLAIN = re.compile(r"[^\\\"']+")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt0\"'\\]))")
_NUMBER = re.compile(r"0[xX]([0-9a-fA-F]{1,16})|([0-9]{1,20})")
_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)")
_SIMPLE = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0"}
_TOO_MANY = ("that makes too many bytes", f"{LIMIT // 2**20} MiB is the most")
_STRAIGHT = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"}


def parse_raw(text: str, *, new_key: Callable[[], bytes]) -> bytes:
    """Return the bytes that a specification stands for; `HELP` has its syntax.

    Args:
        text: hexadecimal or builders, several joined by `;`.
        new_key: gives four bytes of masking key. Called for each frame that is to be masked and names no key.

    Raises:
        RawSpecError: the text cannot be read or asks for more than the bits of a frame hold.
    """
    made = bytearray()
    part = _Part()
    for token in _tokens(text):
        if token.kind != "end":
            _take(part, token)
            if len(made) + part.size > LIMIT:
                _fail(token, *_TOO_MANY)
            continue
        made += _build(part, new_key)
        part = _Part()
    if not made:
        raise RawSpecError("", 1, "nothing to send", 'write bytes such as 81 00 or a frame such as text "hi"')
    return bytes(made)


def _short(text: str) -> str:
    """Return a text in quotes, cut where it is long and with escapes for what cannot be printed."""
    return repr(text if len(text) <= 24 else text[:23] + "…")


def _fail(token: _Token, what: str, fix: str) -> NoReturn:
    raise RawSpecError(token.text, token.position, what, fix)


def _tokens(text: str) -> list[_Token]:
    """Cut the text into tokens; every part, the last one too, is closed by an `end`."""
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
        if at == len(text):
            break
        character = text[at]
        if character == ";":
            token, end = _Token("end", ";", at + 1), at + 1
        elif character in "\"'":
            token, end = _string(text, at)
        elif character == "*":
            match = _REPEAT.match(text, at)
            assert match is not None
            token, end = _Token("repeat", match[0], at + 1, value=match[1]), match.end()
        else:
            match = _WORD.match(text, at)
            assert match is not None
            token, end = _Token("word", match[0], at + 1), match.end()
        found.append(token)
        at = end
    found.append(_Token("end", "", len(text) + 1))
    return found


def _string(text: str, start: int) -> tuple[_Token, int]:
    """Read the string that begins at an index; return it and the index after it."""
    quote = text[start]
    data = bytearray()
    at = start + 1
    while at < len(text):
        if text[at] == quote:
            return _Token("string", text[start : at + 1], start + 1, bytes(data)), at + 1
        if text[at] != "\\":
            plain = _PLAIN.match(text, at)
            piece = plain[0] if plain else text[at]
            data += piece.encode(errors="surrogatepass")
            at += len(piece)
            continue
        escape = _ESCAPE.match(text, at)
        if escape is None or int(escape[3] or "0", 16) > 0x10FFFF:
            wrong = re.match(r"\\(?:[xuU][0-9a-fA-F]{0,8}|.?)", text[at:], re.DOTALL)
            _fail(
                _Token("string", wrong[0] if wrong else "\\", at + 1),
                "no such escape",
                'there are \\n \\r \\t \\0 \\" \\\\, \\xff (a byte), \\u00e9 and \\U0001f600 (characters)',
            )
        byte, short, long, simple = escape.groups()
        if byte:
            data += bytes.fromhex(byte)
        elif simple:
            data += _SIMPLE.get(simple, simple.encode())
        else:
            # Half a surrogate pair makes bytes that are not UTF-8: worth sending once.
            data += chr(int(short or long, 16)).encode(errors="surrogatepass")
        at = escape.end()
    _fail(_Token("string", text[start:], start + 1), "the text does not end", f"close it with {quote}")


def _take(part: _Part, token: _Token) -> None:
    """Add one token to a part."""
    if token.kind == "repeat":
        _repeat(part, token)
    elif token.kind == "string":
        part.add(token, token.data)
    else:
        _take_word(part, token)


def _repeat(part: _Part, token: _Token) -> None:
    count = _NUMBER.fullmatch(token.value)
    if not part.payload:
        _fail(token, "there is nothing before it to repeat", 'write it like "a"*126')
    if count is None or count[1]:
        _fail(token, "this is no number of times", 'write it like "a"*126')
    last = part.payload[-1]
    if len(last) * int(count[2]) > LIMIT:
        _fail(token, *_TOO_MANY)
    part.payload[-1] = last * int(count[2])
    part.size += len(part.payload[-1]) - len(last)


def _take_word(part: _Part, token: _Token) -> None:
    name, equals, value = token.text.partition("=")
    name = name.lower()
    if equals:
        if name not in OPTIONS:
            _fail(token, f"there is no option {_short(name)}", _nearest(name, OPTIONS, "="))
        if name in part.options:
            _fail(token, f"{name}= stands here twice", "keep one of them")
        part.options[name] = token._replace(value=value)
    elif name in BUILDERS:
        if part.name is not None:
            _fail(token, "a second frame begins here", f"put a ; before {name}")
        if part.payload:
            _fail(token, "it must stand before the payload", f"begin with {name}, or put a ; before it")
        part.name = token
    elif part.name is not None and part.name.text.lower() == "close" and part.code is None:
        part.code = _number(token, token.text, 0xFFFF, "a close code", "such as 1000")
    elif all(pieces := [_HEX.fullmatch(piece) for piece in re.split("[:,]", token.text)]):
        digits = [piece[1] for piece in pieces if piece is not None]
        for odd in (piece for piece in digits if len(piece) % 2):
            _fail(token, "a byte has two hexadecimal digits", f"did you mean 0{odd[:24]}?")
        part.add(token, bytes.fromhex("".join(digits)))
    elif token.text[0] in _STRAIGHT:
        _fail(token, "typographic quotes are no quotes here", f"use {_STRAIGHT[token.text[0]]}")
    elif part.name is None and not part.options and not part.payload:
        _fail(token, "neither hexadecimal nor the beginning of a frame", _nearest(name, BUILDERS, ""))
    else:
        _fail(token, "neither hexadecimal nor an option", f"a text stands in quotes: {_short(token.text)}")


def _nearest(name: str, known: Iterable[str], mark: str) -> str:
    near = difflib.get_close_matches(name[:24], known, n=1)
    return f"did you mean {near[0]}{mark}?" if near else "there are " + " ".join(k + mark for k in known)


def _number(token: _Token, text: str, most: int, what: str, example: str) -> int:
    match = _NUMBER.fullmatch(text)
    value = -1 if match is None else int(match[1], 16) if match[1] else int(match[2])
    if not 0 <= value <= most:
        _fail(token, f"{_short(text)} is not {what}", f"write a number from 0 to {most}, {example}")
    return value


def _option(part: _Part, name: str, most: int, default: int) -> int:
    token = part.options.get(name)
    if token is None:
        return default
    return _number(token, token.value, most, f"a value of {name}=", f"such as {name}={most}")


def _build(part: _Part, new_key: Callable[[], bytes]) -> bytes:
    """Return the bytes of one part, none where the part is empty."""
    payload = b"".join(part.payload)
    word = part.name.text.lower() if part.name else ""
    opcode = BUILDERS[word][0] if word else None
    if opcode is None and not part.options:
        return _bytes_as_they_are(part, payload)
    if word == "bytes":
        token = next(iter(part.options.values()))
        _fail(token, "bytes as they are have no options", "name a frame, such as binary, instead of bytes")
    if "opcode" in part.options:
        token = part.options["opcode"]
        if part.name is not None:
            _fail(token, f"{word} has an opcode already", f"leave out {word} or {token.text[:24]}")
        opcode = _option(part, "opcode", 15, 0)
    if opcode is None:
        token = next(iter(part.options.values()))
        _fail(token, "of which frame?", f"begin with an opcode, such as text {token.text[:24]}")
    if word == "text" and part.first is not None and part.first.kind == "word":
        text = part.first.text[:24]
        _fail(part.first, "a text stands in quotes", f"write text {text!r} or, for bytes, binary {text}")
    if word == "close":
        if part.first is not None and part.code is None:
            _fail(
                part.first,
                "a reason needs a code before it",
                'write it like close 1000 "bye" (or opcode=8 …)',
            )
        payload = close_body(part.code, payload)
    return _frame(part, opcode, payload, new_key)


def _bytes_as_they_are(part: _Part, payload: bytes) -> bytes:
    if part.name is None and part.first is not None and part.first.kind == "string":
        _fail(part.first, "of which frame?", 'write text "…" for a frame, bytes "…" for bytes as they are')
    return payload


def _frame(part: _Part, opcode: int, payload: bytes, new_key: Callable[[], bytes]) -> bytes:
    rsv = _option(part, "rsv", 7, 0)
    for name, bit in (("rsv1", 4), ("rsv2", 2), ("rsv3", 1)):
        if name in part.options:
            rsv = rsv | bit if _option(part, name, 1, 0) else rsv & ~bit
    declared = _option(part, "len", LENGTH_LIMITS[64], len(payload))
    form = minimal_form(declared)
    if token := part.options.get("form"):
        form = _option(part, "form", 64, 0)
        if form not in LENGTH_LIMITS:
            _fail(token, f"there is no form of {form} bits", "write form=7, form=16 or form=64")
        if declared > LENGTH_LIMITS[form]:
            what = f"{form} bits hold lengths up to {LENGTH_LIMITS[form]}, this one is {declared}"
            _fail(token, what, f"write form={minimal_form(declared)}, or a smaller len=")
    mask = _mask(part.options.get("mask"), new_key)
    fin = bool(_option(part, "fin", 1, 1))
    return encode_frame(
        opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form, declared_length=declared
    )


def _mask(token: _Token | None, new_key: Callable[[], bytes]) -> bytes | None:
    value = "1" if token is None else token.value
    if value in ("0", "1"):
        return new_key() if value == "1" else None
    assert token is not None
    if not re.fullmatch(r"(?:0[xX])?[0-9a-fA-F]{8}", value):
        fix = "write mask=0 for none, mask=1 for a new key, or eight hexadecimal digits such as mask=37fa213d"
        _fail(token, "this is no masking key", fix)
    return bytes.fromhex(value[-8:])


def completions(text: str) -> list[str]:
    """Return the whole texts that a text could become: its last word begun, ended.

    Nothing where the end stands inside a string or is no beginning of a word or option.
    """
    try:
        tokens = _tokens(text)
    except RawSpecError:
        return []
    last = tokens[-2] if len(tokens) > 1 else None
    if last is None or last.kind != "word" or last.position + len(last.text) != len(text) + 1:
        return []
    begins = len(tokens) == 2 or tokens[-3].kind == "end"
    words = [*(f"{name} " for name in BUILDERS if begins), *(f"{name}=" for name in OPTIONS)]
    start = text[: last.position - 1]
    return [start + word for word in words if word.startswith(last.text.lower())]

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

from wslab.i18n import N_, _
from wslab.wire.encoder import LENGTH_LIMITS, close_body, encode_frame, minimal_form
from wslab.wire.events import Opcode

LIMIT = 16 * 2**20
"""Bytes that one specification may make. `"a"*N` is quickly written."""

BUILDERS: dict[str, tuple[int | None, str]] = {
    "text": (Opcode.TEXT, N_("a TEXT frame")),
    "binary": (Opcode.BINARY, N_("a BINARY frame")),
    "cont": (Opcode.CONT, N_("a continuation: the next frame of a message begun with fin=0")),
    "ping": (Opcode.PING, N_("a Ping")),
    "pong": (Opcode.PONG, N_("a Pong")),
    "close": (Opcode.CLOSE, N_('a Close frame: close, close 1000 or close 1000 "reason"')),
    "bytes": (None, N_("no frame: the bytes as they are")),
}
"""Opcode and description of each word that begins a frame."""

OPTIONS: dict[str, str] = {
    "fin": N_("0 or 1: whether this is the last frame of its message (1)"),
    "rsv": N_("0 to 7: the three reserved bits as one number (0)"),
    "rsv1": N_("0 or 1: RSV1 by itself, the compression bit"),
    "rsv2": N_("0 or 1: RSV2 by itself"),
    "rsv3": N_("0 or 1: RSV3 by itself"),
    "mask": N_("0 for none, 1 for a new key, or a key such as 37fa213d (1)"),
    "len": N_("the length to declare, true or not (the payload's own)"),
    "form": N_("7, 16 or 64: bits of the length field (the shortest that fits)"),
    "opcode": N_("0 to 15, the reserved ones included, in place of a word such as text"),
}
"""What each `name=value` takes; its default in parentheses."""


class RawSpecError(ValueError):
    """A specification that says nothing that could be sent.

    Attributes:
        token: the text that is wrong; empty where something is missing.
        position: where it stands, from 1.
        fix: what would be right.
    """

    def __init__(self, token: str, position: int, what: str, fix: str) -> None:
        where = _("at character {position}").format(position=position)
        if token:
            where = _("{token} at character {position}").format(token=_short(token), position=position)
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
_STRAIGHT = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"}


def parse_raw(text: str, *, new_key: Callable[[], bytes]) -> bytes:
    """Return the bytes that a specification stands for; `rawhelp.raw_help` has its syntax.

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
                _too_many(token)
            continue
        made += _build(part, new_key)
        part = _Part()
    if not made:
        raise RawSpecError(
            _(""), 1, _("nothing to send"), 'write bytes such as 81 00 or a frame such as text "hi"'
        )
    return bytes(made)


def _short(text: str) -> str:
    """Return a text in quotes, cut where it is long and with escapes for what cannot be printed."""
    return repr(text if len(text) <= 24 else text[:23] + "…")


def _quoted(text: str) -> str:
    """Return a text as it would stand in a specification, where its escapes have but one backslash."""
    if '"' in text or not text.isprintable():
        return _short(text)
    return f'"{text}"' if len(text) <= 24 else f'"{text[:23]}…"'


def _fail(token: _Token, what: str, fix: str) -> NoReturn:
    raise RawSpecError(token.text, token.position, what, fix)


def _too_many(token: _Token) -> NoReturn:
    _fail(token, _("that makes too many bytes"), _("{count} MiB is the most").format(count=LIMIT // 2**20))


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
                _("no such escape"),
                _('there are \\n \\r \\t \\0 \\" \\\\, \\xff (a byte), \\u00e9 and \\U0001f600 (characters)'),
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
    end = _("close it with {quote}").format(quote=quote)
    _fail(_Token("string", text[start:], start + 1), _("the text does not end"), end)


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
        _fail(token, _("there is nothing before it to repeat"), _('write it like "a"*126'))
    if count is None or count[1]:
        _fail(token, _("this is no number of times"), _('write it like "a"*126'))
    last = part.payload[-1]
    if len(last) * int(count[2]) > LIMIT:
        _too_many(token)
    part.payload[-1] = last * int(count[2])
    part.size += len(part.payload[-1]) - len(last)


def _take_word(part: _Part, token: _Token) -> None:
    name, equals, value = token.text.partition("=")
    name = name.lower()
    if equals:
        if name not in OPTIONS:
            _fail(
                token, _("there is no option {name}").format(name=_short(name)), _nearest(name, OPTIONS, "=")
            )
        if name in part.options:
            _fail(token, _("{name}= stands here twice").format(name=name), _("keep one of them"))
        part.options[name] = token._replace(value=value)
    elif name in BUILDERS:
        if part.name is not None:
            _fail(token, _("a second frame begins here"), _("put a ; before {name}").format(name=name))
        if part.payload:
            _fail(
                token,
                _("it must stand before the payload"),
                _("begin with {name}, or put a ; before it").format(name=name),
            )
        part.name = token
    elif part.name is not None and part.name.text.lower() == "close" and part.code is None:
        part.code = _number(token, token.text, 0xFFFF, _("a close code"), _("such as 1000"))
    elif all(pieces := [_HEX.fullmatch(piece) for piece in re.split("[:,]", token.text)]):
        digits = [piece[1] for piece in pieces if piece is not None]
        for odd in (piece for piece in digits if len(piece) % 2):
            fix = _("did you mean 0{digits}?")
            if part.name is not None and not odd.isdigit():
                fix = _("did you mean 0{digits}, or the text {text}?")
            _fail(
                token,
                _("a byte has two hexadecimal digits"),
                fix.format(digits=odd[:24], text=_quoted(odd)),
            )
        part.add(token, bytes.fromhex("".join(digits)))
    elif token.text[0] in _STRAIGHT:
        _fail(
            token,
            _("typographic quotes are no quotes here"),
            _("use {quote}").format(quote=_STRAIGHT[token.text[0]]),
        )
    elif part.name is None and not part.options and not part.payload:
        _fail(token, _("neither hexadecimal nor the beginning of a frame"), _nearest(name, BUILDERS, ""))
    else:
        _fail(
            token,
            _("neither hexadecimal nor an option"),
            _("a text stands in quotes: {text}").format(text=_quoted(token.text)),
        )


def _nearest(name: str, known: Iterable[str], mark: str) -> str:
    near = difflib.get_close_matches(name[:24], known, n=1)
    if near:
        return _("did you mean {name}?").format(name=near[0] + mark)
    return _("there are {names}").format(names=" ".join(k + mark for k in known))


def _number(token: _Token, text: str, most: int, what: str, example: str) -> int:
    match = _NUMBER.fullmatch(text)
    value = -1 if match is None else int(match[1], 16) if match[1] else int(match[2])
    if not 0 <= value <= most:
        _fail(
            token,
            _("{text} is not {what}").format(text=_short(text), what=what),
            _("write a number from 0 to {most}, {example}").format(most=most, example=example),
        )
    return value


def _option(part: _Part, name: str, most: int, default: int) -> int:
    token = part.options.get(name)
    if token is None:
        return default
    return _number(
        token,
        token.value,
        most,
        _("a value of {name}=").format(name=name),
        _("such as {name}={most}").format(name=name, most=most),
    )


def _build(part: _Part, new_key: Callable[[], bytes]) -> bytes:
    """Return the bytes of one part, none where the part is empty."""
    payload = b"".join(part.payload)
    word = part.name.text.lower() if part.name else ""
    opcode = BUILDERS[word][0] if word else None
    if opcode is None and not part.options:
        return _bytes_as_they_are(part, payload)
    if word == "bytes":
        token = next(iter(part.options.values()))
        _fail(
            token, _("bytes as they are have no options"), _("name a frame, such as binary, instead of bytes")
        )
    if "opcode" in part.options:
        token = part.options["opcode"]
        if part.name is not None:
            _fail(
                token,
                _("{word} has an opcode already").format(word=word),
                _("leave out {word} or {option}").format(word=word, option=token.text[:24]),
            )
        opcode = _option(part, "opcode", 15, 0)
    if opcode is None:
        token = next(iter(part.options.values()))
        _fail(
            token,
            _("of which frame?"),
            _("begin with an opcode, such as text {option}").format(option=token.text[:24]),
        )
    if word == "text" and part.first is not None and part.first.kind == "word":
        text = part.first.text[:24]
        _fail(
            part.first,
            _("a text stands in quotes"),
            _("write text {text!r} or, for bytes, binary {text}").format(text=text),
        )
    if word == "close":
        if part.first is not None and part.code is None:
            _fail(
                part.first,
                _("a reason needs a code before it"),
                _('write it like close 1000 "bye" (or opcode=8 …)'),
            )
        payload = close_body(part.code, payload)
    return _frame(part, opcode, payload, new_key)


def _bytes_as_they_are(part: _Part, payload: bytes) -> bytes:
    if part.name is None and part.first is not None and part.first.kind == "string":
        _fail(
            part.first, _("of which frame?"), _('write text "…" for a frame, bytes "…" for bytes as they are')
        )
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
            _fail(
                token,
                _("there is no form of {form} bits").format(form=form),
                _("write form=7, form=16 or form=64"),
            )
        if declared > LENGTH_LIMITS[form]:
            what = _("{form} bits hold lengths up to {most}, this one is {declared}").format(
                form=form, most=LENGTH_LIMITS[form], declared=declared
            )
            fix = _("write form={form}, or a smaller len=").format(form=minimal_form(declared))
            _fail(token, what, fix)
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
        fix = _(
            "write mask=0 for none, mask=1 for a new key, or eight hexadecimal digits such as mask=37fa213d"
        )
        _fail(token, _("this is no masking key"), fix)
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

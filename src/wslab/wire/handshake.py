"""The opening handshake: what was offered and chosen, and every reason why it failed (RFC 6455 section 4)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from wslab.i18n import N_, Sentence, joined, sentence
from wslab.wire import deflate
from wslab.wire import violations as rule
from wslab.wire.events import Body, Http
from wslab.wire.extensions import Extension, parse_extensions, parse_tokens
from wslab.wire.head import read_status

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the server appends to the key (RFC 6455 section 1.3)."""

_VERSION = re.compile(r"HTTP/(\d)\.(\d)$")


@dataclass(frozen=True, slots=True)
class AcceptWorking:
    """How `Sec-WebSocket-Accept` comes from `Sec-WebSocket-Key`, step by step (RFC 6455 section 4.2.2)."""

    key: str
    guid: str
    joined: str
    """Key and GUID, one behind the other."""
    sha1_hex: str
    """SHA-1 of that, 40 hexadecimal digits."""
    accept: str
    """The 20 bytes of the SHA-1 in base64."""


def accept_working(key: str) -> AcceptWorking:
    """Work out the answer to a key, valid or not."""
    joined = key + GUID
    # A header value was read as Latin-1, so this gives the bytes of the wire back.
    digest = hashlib.sha1(joined.encode("latin-1", "replace"), usedforsecurity=False)
    accept = base64.b64encode(digest.digest()).decode()
    return AcceptWorking(key, GUID, joined, digest.hexdigest(), accept)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a request and its answer agree on, and why they do not."""

    ok: bool
    """Whether frames may follow: the answer is a 101 and no rule is broken."""
    status: int | None
    """HTTP status of the answer, None where there is none."""
    reason: str
    url_path: str
    """The request target, such as `/chat?room=1`."""
    host: str
    subprotocols_offered: tuple[str, ...]
    subprotocol: str | None
    extensions_offered: tuple[Extension, ...]
    extensions: tuple[Extension, ...]
    accept: AcceptWorking | None
    """The working of the answer that the key demands, None where there was no key."""
    accept_received: str | None
    failures: tuple[str, ...]
    """Every reason against it, as `6455#4.1 plain words`."""


def values(message: Http | None, name: str) -> list[str]:
    """Return the values of every header of a name, in order."""
    if message is None:
        return []
    return [value for header, value in message.headers if header.lower() == name]


def asks_for_websocket(request: Http | None) -> bool:
    """Whether a request names `websocket` in its Upgrade header (RFC 6455 section 4.1)."""
    return "websocket" in parse_tokens(values(request, "upgrade"))


def examine(request: Http | None, response: Http | None, body: Body | None = None) -> Handshake:
    """Judge an opening handshake from its two heads.

    Args:
        request: None where it was not seen; nothing is then said about what was offered.
        response: None where none came.
        body: what came with an answer other than 101; its first line is quoted.
    """
    failures: list[str] = []
    status = read_status(response.start_line) if response is not None else None
    keys = values(request, "sec-websocket-key")
    accepts = values(response, "sec-websocket-accept")
    offered_subprotocols = parse_tokens(values(request, "sec-websocket-protocol"), keep_case=True)
    subprotocols = values(response, "sec-websocket-protocol")
    offered, offers_legal = parse_extensions(values(request, "sec-websocket-extensions"))
    extensions, extensions_legal = parse_extensions(values(response, "sec-websocket-extensions"))
    working = accept_working(keys[0]) if keys else None

    if request is not None:
        failures += _judge_request(request, keys)
        if not offers_legal:
            failures.append(sentence("6455#9.1 the client's Sec-WebSocket-Extensions header is malformed"))
    if response is None:
        failures.append(sentence("6455#4.1 the server did not answer"))
    elif status is None:
        failures.append(
            sentence(
                "6455#4.1 the server's answer is not HTTP: {start_line}",
                start_line=_quote(response.start_line),
            )
        )
    elif status.code != HTTPStatus.SWITCHING_PROTOCOLS:
        failures.append(_refusal(status.code, status.reason, response, body))
    elif rule.HEAD_CUT in response.violations or rule.HEAD_TOO_LONG in response.violations:
        failures.append(
            sentence(
                "6455#4.1 the server's answer has no end; {length} bytes of it were read",
                length=response.length,
            )
        )
    else:
        failures += _judge_response(response, status.version, working, accepts)
        if request is not None or subprotocols:
            failures += _judge_subprotocol(request, offered_subprotocols, subprotocols)
        if not extensions_legal:
            failures.append(sentence("6455#9.1 the server's Sec-WebSocket-Extensions header is malformed"))
        failures += _judge_extensions(offered if request is not None else None, extensions)

    path, host = "", values(request, "host")
    if request is not None:
        parts = request.start_line.split(" ")
        path = parts[1] if len(parts) > 1 else ""
    return Handshake(
        ok=not failures,
        status=status.code if status else None,
        reason=status.reason if status else "",
        url_path=path,
        host=host[0] if host else "",
        subprotocols_offered=tuple(offered_subprotocols),
        subprotocol=subprotocols[0] if subprotocols else None,
        extensions_offered=offered,
        extensions=extensions,
        accept=working,
        accept_received=accepts[0] if accepts else None,
        failures=tuple(failures),
    )


def _judge_request(request: Http, keys: Sequence[str]) -> list[str]:
    """What the client got wrong (sections 4.1 and 4.2.1)."""
    failures: list[str] = []
    method, _, rest = request.start_line.partition(" ")
    if method != "GET":
        failures.append(
            sentence("6455#4.1 the request's method must be GET, it is {method}", method=_quote(method))
        )
    version = _VERSION.search(rest)
    if version is None or (int(version[1]), int(version[2])) < (1, 1):
        failures.append(sentence("6455#4.1 the request must be HTTP/1.1 or later"))
    hosts = values(request, "host")
    if not hosts:
        failures.append(sentence("6455#4.1 the request has no Host header"))
    failures += _judge_upgrade(request, _UPGRADE_OF_REQUEST)
    if not keys:
        failures.append(sentence("6455#4.1 the request has no Sec-WebSocket-Key header"))
    elif not _is_key(keys[0]):
        failures.append(
            sentence(
                "6455#4.1 Sec-WebSocket-Key must be 16 bytes in base64, {key} is not", key=_quote(keys[0])
            )
        )
    versions = values(request, "sec-websocket-version")
    if not versions:
        failures.append(
            sentence("6455#4.1 the request has no Sec-WebSocket-Version header: 13 is the one to send")
        )
    elif versions[0] != "13":
        failures.append(
            sentence(
                "6455#4.1 Sec-WebSocket-Version must be 13, it is {version}", version=_quote(versions[0])
            )
        )
    for name, found in (
        ("Host", hosts),
        ("Sec-WebSocket-Key", keys),
        ("Sec-WebSocket-Version", versions),
    ):
        if len(found) > 1:
            failures.append(
                sentence(
                    "6455#11.3 the request has {count} {name} headers, only one is allowed",
                    count=len(found),
                    name=name,
                )
            )
    return failures


_UPGRADE_OF_REQUEST = (
    N_("6455#4.1 the request has no {name} header: `{name}: {shown}` is the one to send"),
    N_("6455#4.1 the request's {name} header must name {shown}, it is {found}"),
)
_UPGRADE_OF_ANSWER = (
    N_("6455#4.1 the answer has no {name} header: `{name}: {shown}` is the one to send"),
    N_("6455#4.1 the answer's {name} header must name {shown}, it is {found}"),
)


def _judge_upgrade(message: Http, rules: tuple[str, str]) -> list[str]:
    failures: list[str] = []
    missing, wrong = rules
    for name, wanted in (("Upgrade", "websocket"), ("Connection", "upgrade")):
        found = values(message, name.lower())
        shown = "Upgrade" if wanted == "upgrade" else wanted
        if not found:
            failures.append(sentence(missing, name=name, shown=shown))
        elif wanted not in parse_tokens(found):
            failures.append(sentence(wrong, name=name, shown=shown, found=_quote(", ".join(found))))
    return failures


def _judge_response(
    response: Http, version: str, working: AcceptWorking | None, accepts: Sequence[str]
) -> list[str]:
    """What the server got wrong besides what it chose (sections 4.1 and 4.2.2)."""
    failures: list[str] = []
    if version < "1.1":
        failures.append(
            sentence("6455#4.2.2 the answer must be HTTP/1.1 or later, it is HTTP/{version}", version=version)
        )
    failures += _judge_upgrade(response, _UPGRADE_OF_ANSWER)
    if not accepts:
        failures.append(sentence("6455#4.1 the answer has no Sec-WebSocket-Accept header"))
    elif working is not None and accepts[0] != working.accept:
        failures.append(
            sentence(
                "6455#4.1 Sec-WebSocket-Accept must be {accept} for this key, it is {received}",
                accept=working.accept,
                received=_quote(accepts[0]),
            )
        )
    for name in ("Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"):
        found = len(values(response, name.lower()))
        if found > 1:
            failures.append(
                sentence(
                    "6455#11.3 the answer has {count} {name} headers, only one is allowed",
                    count=found,
                    name=name,
                )
            )
    return failures


def _judge_subprotocol(request: Http | None, offered: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Section 4.1: a server chooses one of the subprotocols offered, or none."""
    if request is None or not chosen or chosen[0] in offered:
        return []
    choice = ", ".join(offered) if offered else sentence("none")
    return [
        sentence(
            "6455#4.1 the server chose the subprotocol {name}; offered: {offered}",
            name=_quote(chosen[0]),
            offered=choice if isinstance(choice, Sentence) else _clip(choice),
        )
    ]


def _judge_extensions(offered: Sequence[Extension] | None, chosen: Sequence[Extension]) -> list[str]:
    """Section 4.1 and RFC 7692 section 5: a server chooses among what was offered."""
    failures: list[str] = []
    names = [extension.name for extension in chosen]
    for name in dict.fromkeys(names):
        if offered is not None and name not in [offer.name for offer in offered]:
            failures.append(
                sentence(
                    "6455#4.1 the server chose the extension {name}, which was not offered", name=_quote(name)
                )
            )
        if names.count(name) > 1:
            failures.append(
                sentence("6455#9.1 the server chose the extension {name} more than once", name=_quote(name))
            )
    for extension in chosen:
        if extension.name == deflate.NAME:
            offers = [offer for offer in offered or () if offer.name == deflate.NAME]
            failures += deflate.judge_choice(extension, offers)
    return failures


def _refusal(code: int, reason: str, response: Http, body: Body | None) -> str:
    """Section 4.1: any status but 101 is HTTP's own, and the handshake did not happen."""
    name = f"{code} {reason}".strip()
    parts = [
        sentence("6455#4.1 the server answered {name} instead of 101 Switching Protocols", name=_clip(name))
    ]
    location, versions = values(response, "location"), values(response, "sec-websocket-version")
    if 300 <= code < 400 and location:
        parts.append(sentence("; it points to {place}", place=_quote(location[0])))
    if code == HTTPStatus.UPGRADE_REQUIRED and versions:
        parts.append(sentence("; it speaks WebSocket version {version}", version=_clip(", ".join(versions))))
    if body is not None:
        line = next(
            (line for line in body.preview.decode("utf-8", "replace").splitlines() if line.strip()), ""
        )
        if line:
            parts.append(sentence("; it says {text}", text=_quote(line.strip())))
    return joined("", parts)


def _is_key(key: str) -> bool:
    try:
        decoded = base64.b64decode(key.encode("latin-1", "replace"), validate=True)
    except binascii.Error:
        return False
    # Sixteen bytes are 24 characters of base64: 22 that carry bits and two of padding.
    return len(decoded) == 16 and len(key) == 24


def _clip(text: str) -> str:
    return text if len(text) <= 120 else text[:119] + "…"


def _quote(text: str) -> str:
    return repr(_clip(text))

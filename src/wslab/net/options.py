"""What a connection is to be opened with, checked before anything leaves this machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from websockets.exceptions import InvalidProxy, InvalidURI
from websockets.extensions.base import ClientExtensionFactory
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.proxy import get_proxy, parse_proxy
from websockets.uri import WebSocketURI, parse_uri

from wslab.i18n import N_, sentence
from wslab.wire.decoding.choosing import AUTO, check_choice

_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_HOST = re.compile(r"[!-~]+")
_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
_OWN_HEADERS = frozenset({
    "host", "upgrade", "connection", "content-length", "transfer-encoding",
    "sec-websocket-key", "sec-websocket-version", "sec-websocket-accept",
    "sec-websocket-extensions", "sec-websocket-protocol",
})  # fmt: skip
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


class UsageError(ValueError):
    """What was asked for cannot be done. The message names the value and what would be right."""


@dataclass(frozen=True, slots=True)
class DeflateOffer:
    """What to offer for permessage-deflate (RFC 7692 section 7.1). The defaults are what browsers offer."""

    server_no_context_takeover: bool = False
    """Ask the server to start each message with an empty window."""
    client_no_context_takeover: bool = False
    """Tell the server that the client does so."""
    server_max_window_bits: int | None = None
    """Ask the server for a window of at most 2 to this power bytes: 8 to 15."""
    client_max_window_bits: int | Literal[True] | None = True
    """The same for the client: 9 to 15 (zlib has no 8), True to leave it to the server, None to be silent."""

    def __post_init__(self) -> None:
        bits = self.server_max_window_bits
        if bits is not None and not 8 <= bits <= 15:
            raise UsageError(
                sentence("server_max_window_bits {bits}: write a number from 8 to 15", bits=bits)
            )
        bits = self.client_max_window_bits
        if bits is not None and bits is not True and not 9 <= bits <= 15:
            raise UsageError(
                sentence("client_max_window_bits {bits}: write a number from 9 to 15", bits=bits)
            )

    def __str__(self) -> str:
        """Return the parameters as a handshake writes them."""
        parameters = self.factory().get_request_params()
        return "; ".join(name if value is None else f"{name}={value}" for name, value in parameters)

    @classmethod
    def parse(cls, text: str) -> DeflateOffer:
        """Read parameters as a handshake writes them, with `;`, `,` or spaces between them.

        Those that are not named keep their defaults. `client_max_window_bits` alone leaves it to the server.

        Raises:
            UsageError: a parameter is not one of the four, or has a value that it cannot have.
        """
        values: dict[str, Any] = {}
        for parameter in re.split(r"[;,\s]+", text.strip(" ;,")):
            name, equals, value = parameter.lower().partition("=")
            if name not in cls.__dataclass_fields__:
                raise UsageError(f"{name!r} is no parameter: there are {', '.join(cls.__dataclass_fields__)}")
            if name.endswith("takeover"):
                if equals:
                    raise UsageError(f"{name} takes no value, not {value!r}")
                values[name] = True
            elif not equals and name.startswith("client"):
                values[name] = True
            elif not re.fullmatch("[0-9]{1,2}", value):
                raise UsageError(f"{name} {value!r}: write a number, such as {name}=10")
            else:
                values[name] = int(value)
        return cls(**values)

    def factory(self) -> ClientPerMessageDeflateFactory:
        """Return what makes the offer and the extension in the library."""
        return ClientPerMessageDeflateFactory(
            self.server_no_context_takeover,
            self.client_no_context_takeover,
            self.server_max_window_bits,
            self.client_max_window_bits,
            # The library's own choice: half the memory of zlib's default for nearly the same size.
            compress_settings={"memLevel": 5},
        )


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """Everything that decides how a connection is opened and kept.

    Durations are in seconds, sizes in bytes.

    Raises:
        UsageError: an option is wrong.
    """

    url: str
    """`ws://` or `wss://`; `http://` and `https://` mean the same. `user:password@` becomes basic
    authentication."""
    headers: tuple[tuple[str, str], ...] = ()
    """Added to the request, after those of the handshake."""
    subprotocols: tuple[str, ...] = ()
    """Offered in this order of preference (RFC 6455 section 1.9)."""
    origin: str | None = None
    compression: bool = True
    """Whether to offer permessage-deflate."""
    deflate: DeflateOffer | None = None
    """What to offer where compression is on; None is the default offer."""
    keepalive: float | None = 20
    """Time between pings of our own; None for none."""
    keepalive_timeout: float | None = 20
    """How long to wait for the pong before the connection is given up; None for ever."""
    max_size: int | None = 2**20
    """Largest message to accept; None for no limit."""
    proxy: str | bool | None = True
    """True follows the environment, but never for loopback; a URL names a proxy; None or False go direct."""
    ca_file: str | None = None
    """PEM file with certificate authorities to trust beside those of the system."""
    insecure: bool = False
    """Whether to accept any certificate."""
    open_timeout: float = 10
    """From the first packet to the end of the handshake, redirects included."""
    close_timeout: float = 5
    """How long to wait for the answer to a Close frame."""
    preview_limit: int = 4096
    """Bytes of each payload to keep for display."""
    decoding: str = AUTO
    """By what messages are decoded, one of `CHOICES` of `wslab.wire.decoding.choosing`."""
    target: WebSocketURI = field(init=False, repr=False, compare=False)
    """The URL taken apart."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "target", _parse_url(self.url))
        _check_headers(self.headers)
        names = {name.lower() for name, _ in self.headers}
        if "authorization" in names and self.target.user_info:
            raise UsageError(
                sentence("the URL holds a user and password and there is an Authorization header: drop one")
            )
        if "origin" in names and self.origin is not None:
            raise UsageError(sentence("Origin is given twice, as an option and as a header: drop one"))
        if self.origin is not None:
            _check_value("origin", self.origin)
        _check_subprotocols(self.subprotocols)
        for name in ("keepalive", "keepalive_timeout", "open_timeout", "close_timeout", "max_size"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(sentence("{name} {value}: write a number above 0", name=name, value=value))
        if self.preview_limit < 0:
            raise UsageError(
                sentence(
                    "preview_limit {preview_limit}: write 0 or more bytes", preview_limit=self.preview_limit
                )
            )
        try:
            check_choice(self.decoding)
        except ValueError as error:
            raise UsageError(error.args[0]) from None
        if isinstance(self.proxy, str):
            try:
                parse_proxy(self.proxy)
            except (InvalidProxy, ValueError) as error:
                what = error.msg if isinstance(error, InvalidProxy) else error
                raise UsageError(
                    sentence("proxy: {error}; write it like http://host:port", error=what)
                ) from None
        if self.ca_file is not None and not Path(self.ca_file).is_file():
            raise UsageError(sentence("ca_file {file!r}: there is no such file", file=self.ca_file))

    @property
    def uri(self) -> str:
        """The URL with the scheme `ws` or `wss`, for the library. May hold a password."""
        return _normalise(self.url)

    @property
    def shown_url(self) -> str:
        """The same URL for people: without the password."""
        return shown(self.uri)

    @property
    def place(self) -> str:
        """`host:port` of the server, as it is written in a URL."""
        return f"{bracketed(self.target.host)}:{self.target.port}"

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine."""
        return is_loopback(self.target.host)

    def proxy_url(self) -> str | None:
        """Return the proxy that the connection goes through, or None where it goes straight to the server.

        The environment (`https_proxy`, `no_proxy` and their kin) is asked anew each time.
        """
        if isinstance(self.proxy, str):
            return self.proxy
        if not self.proxy or self.loopback:
            return None
        return get_proxy(self.target)

    def extensions(self) -> list[ClientExtensionFactory] | None:
        """Return the extensions to offer, None for none."""
        return [(self.deflate or DeflateOffer()).factory()] if self.compression else None

    def redirected(self, location: str) -> ConnectOptions:
        """Return these options for the place that a redirect names.

        Credentials stay behind where scheme, host or port change, so that no other server gets them.

        Raises:
            UsageError: the location is no WebSocket URL, or leads from TLS to plain text.
        """
        there = replace(self, url=urljoin(self.uri, location), headers=())
        old, new = self.target, there.target
        if old.secure and not new.secure:
            raise UsageError(
                sentence("the redirect to {url} leads from TLS to plain text", url=there.shown_url)
            )
        headers = self.headers
        if (old.secure, old.host, old.port) != (new.secure, new.host, new.port):
            headers = tuple((name, value) for name, value in headers if name.lower() not in _CREDENTIALS)
        return replace(there, headers=headers)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback (RFC 6761 section 6.3 for names)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """Return a host as it stands in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def shown(url: str) -> str:
    """Return a URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:***@{place}"))


def _normalise(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return _SCHEMES.get(scheme.lower(), scheme) + mark + rest


def _parse_url(url: str) -> WebSocketURI:
    if not url:
        raise UsageError(sentence("there is no URL: write one like ws://localhost:8080/"))
    bad = next((c for c in url if c <= " " or c == "\x7f"), None)
    if bad is not None:
        raise UsageError(
            sentence(
                "the URL holds {character!r}: write it as %{code:02X}, or drop it",
                character=bad,
                code=ord(bad),
            )
        )
    scheme, mark, _ = url.partition("://")
    if not mark:
        raise UsageError(
            sentence("the URL {url!r} has no scheme: write ws://{url}, or wss://{url} for TLS", url=url)
        )
    if scheme.lower() not in _SCHEMES:
        raise UsageError(sentence("the URL begins with {scheme}://: write ws:// or wss://", scheme=scheme))
    try:
        if urlsplit(url).port == 0:
            raise UsageError(
                sentence("the URL names port 0: write the port that the server listens on, 1 to 65535")
            )
        target = parse_uri(_normalise(url))
    except InvalidURI as error:
        reasons = {
            "hostname isn't provided": N_("names no host: write one like ws://localhost:8080/"),
            "fragment identifier is meaningless": N_(
                "has a fragment: drop # and the rest (RFC 6455 section 3)"
            ),
            "username provided without password": N_(
                "has a user without a password: write user:password@host"
            ),
        }
        reason = sentence(reasons[error.msg]) if error.msg in reasons else error.msg
        raise UsageError(sentence("the URL {url!r} {reason}", url=shown(url), reason=reason)) from None
    except UsageError:
        raise
    except (
        ValueError
    ) as error:  # a port that is no number, brackets that do not match, a host that IDNA refuses
        raise UsageError(sentence("the URL cannot be read: {error}", error=str(error))) from None
    # International names are normalised, and that can bring forth a space.
    if not _HOST.fullmatch(target.host):
        raise UsageError(sentence("the URL cannot be read: {host!r} is no host name", host=target.host))
    return target


def _check_headers(headers: Sequence[tuple[str, str]]) -> None:
    for name, value in headers:
        if not _TOKEN.fullmatch(name):
            raise UsageError(
                sentence("header name {name!r}: letters, digits and - only, no spaces or colons", name=name)
            )
        if name.lower() in _OWN_HEADERS:
            raise UsageError(
                sentence(
                    "header {name}: the handshake sets it itself. The raw client can send any request",
                    name=name,
                )
            )
        _check_value(f"header {name}", value)


def _check_value(what: str, value: str) -> None:
    # A line break would end the header and let the rest of the value pass for another one.
    if not _HEADER_VALUE.fullmatch(value):
        raise UsageError(
            sentence(
                "{what}: {value!r} holds a character that no header may carry, such as a line break",
                what=what,
                value=value,
            )
        )


def _check_subprotocols(names: Sequence[str]) -> None:
    for name in names:
        if not _TOKEN.fullmatch(name):
            raise UsageError(
                sentence("subprotocol {name!r}: letters, digits and - only (RFC 6455 section 4.1)", name=name)
            )
    if len(set(names)) != len(names):
        raise UsageError(
            sentence(
                "subprotocols {names}: each may be offered once (RFC 6455 section 4.1)",
                names=", ".join(names),
            )
        )

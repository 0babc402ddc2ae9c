"""What the tap changes in requests, so that the server behind it takes them for its own.

Nothing but three values is ever changed: the target `/` where the upstream URL has a path of its own, `Host`,
and `Origin` where it names the tap itself; a foreign Origin is something a server may want to refuse. Order
and spelling of the headers, spaces and line ends stay as they were, and what is not a request of HTTP/1 goes
through as it is.
"""

from __future__ import annotations

import re

from wslab.net.options import ConnectOptions, bracketed
from wslab.wire import violations as rule
from wslab.wire.body import BodyReader
from wslab.wire.events import Direction
from wslab.wire.head import Head, HeadReader

_METHOD = re.compile(rb"[A-Z-]{0,20}")
_REQUEST_LINE = re.compile(rb"([A-Z-]{1,20}) (/?)([^ \r\n]*)( HTTP/1\.\d\r?\n)")
_HEADER = re.compile(rb"(?im)^(host|origin)(:[ \t]*)([^\r\n]*?)([ \t]*\r?\n)")
_VERSION = b"HTTP/1."
_PORTS = {"ws": 80, "wss": 443, "http": 80, "https": 443}


class RequestRewriter:
    """Passes the bytes of a client on as the upstream server wants them, in any portion.

    A head is kept until it is complete; everything else is handed on at once. Rules that a request breaks
    stay broken: this is for people who want to see what a server makes of that.
    """

    def __init__(self, options: ConnectOptions) -> None:
        """Write for the server that `options.url` names."""
        target = options.target
        host, origin = own_names(options)
        self._host = host.encode()
        self._origin = origin.encode()
        self._path = (target.path or "/").encode()
        self._query = target.query.encode()
        self._held = bytearray()
        self._reader = HeadReader(Direction.C2S)
        self._body: BodyReader | None = None
        self._verbatim = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the client; return those that are to be sent now."""
        passed = b""
        while data and not self._verbatim:
            if self._body is not None:
                end = self._body.feed(data)
                passed += data[:end]
                data = data[end:]
                if self._body.done:
                    self._body = None
                continue
            self._held += data
            found = self._reader.feed(data)
            if found is not None:
                head, data = found
                passed += self._rewrite(head)
            elif _may_become_a_request(self._held):
                return passed
            else:
                data = self.finish()
        return passed + data

    def finish(self) -> bytes:
        """Return what was kept of a head that will not be completed: the client ended its direction."""
        self._verbatim = True
        held = bytes(self._held)
        self._held.clear()
        return held

    def _rewrite(self, head: Head) -> bytes:
        """Return the head that was just completed as the server wants it, and see what comes after it."""
        raw = bytes(self._held[: head.length])
        self._held.clear()
        blank = len(raw) - len(raw.lstrip(b"\r\n"))
        line = _REQUEST_LINE.match(raw, blank)
        if line is None or rule.HEAD_TOO_LONG in head.violations:
            self._verbatim = True
            return raw
        names = {name.lower() for name, _ in head.headers}
        if "upgrade" in names or line[1] == b"CONNECT":
            self._verbatim = True
        else:
            empty = names.isdisjoint(("content-length", "transfer-encoding"))
            self._body = None if empty else BodyReader(head.headers, 0)
        hosts = [value for name, value in head.headers if name.lower() == "host"]
        own_place = hosts[0] if hosts else ""

        def replace(header: re.Match[bytes]) -> bytes:
            name, colon, value, end = header.groups()
            if name.lower() == b"host":
                value = self._host
            elif _names(value.decode("latin-1"), own_place):
                value = self._origin
            return name + colon + value + end

        start = raw[:blank] + line[1] + b" " + self._target(line[2], line[3]) + line[4]
        return start + _HEADER.sub(replace, raw[line.end() :])

    def _target(self, slash: bytes, rest: bytes) -> bytes:
        if not slash or (rest and not rest.startswith(b"?")):
            return slash + rest
        queries = [query for query in (self._query, rest[1:]) if query]
        return self._path + (b"?" + b"&".join(queries) if queries else rest)


def own_names(options: ConnectOptions) -> tuple[str, str]:
    """Return what the server calls itself in `Host`, and the `Origin` of its own pages (RFC 6454)."""
    target = options.target
    scheme = "https" if target.secure else "http"
    port = "" if target.port == _PORTS[scheme] else f":{target.port}"
    place = f"{bracketed(target.host)}{port}"
    return place, f"{scheme}://{place}"


def _may_become_a_request(held: bytearray) -> bool:
    """Whether a head that has not ended can still be one of HTTP/1."""
    line, end, _ = bytes(held).lstrip(b"\r\n").partition(b"\n")
    if end:
        return _REQUEST_LINE.fullmatch(line + end) is not None
    method, _, rest = line.partition(b" ")
    version = rest.partition(b" ")[2]
    return _METHOD.fullmatch(method) is not None and _VERSION.startswith(version[: len(_VERSION)])


def _names(origin: str, place: str) -> bool:
    """Whether an Origin (RFC 6454) is that of a page from `place`, the value of a Host header."""
    scheme, mark, authority = origin.partition("://")
    port = f":{_PORTS.get(scheme.lower(), '')}"
    return bool(mark) and authority.lower().removesuffix(port) == place.lower().removesuffix(port)

"""TLS for connections to `wss://`: whom to trust, and what was agreed on."""

from __future__ import annotations

import asyncio
import ssl

from wslab.i18n import sentence
from wslab.net.options import ConnectOptions, UsageError

INSECURE = sentence(
    "the server's certificate is not checked: anybody in between could read and change everything"
)
"""The warning that goes with the option ``insecure``."""


def client_context(options: ConnectOptions) -> ssl.SSLContext | None:
    """Return the TLS settings for a connection, None where its URL does without TLS.

    Raises:
        UsageError: the CA file holds no certificate.
    """
    if not options.target.secure:
        return None
    context = ssl.create_default_context()
    if options.ca_file is not None:
        try:
            context.load_verify_locations(options.ca_file)
        except (ssl.SSLError, OSError) as error:
            raise UsageError(
                sentence(
                    "ca_file {ca_file!r} holds no certificate in PEM form: {error}",
                    ca_file=options.ca_file,
                    error=str(error),
                )
            ) from None
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def describe_transport(transport: asyncio.BaseTransport, *, accepted: bool = False) -> str:
    """Return both ends of a connection and how it is encrypted: `127.0.0.1:4 > 127.0.0.1:8, TLSv1.3 …`.

    Args:
        transport: one end of it.
        accepted: whether the other side opened it, so that it comes first.
    """
    ends = [transport.get_extra_info(name) for name in ("sockname", "peername")]
    if accepted:
        ends.reverse()
    text = " > ".join(_address(end) for end in ends)
    tls = transport.get_extra_info("ssl_object")
    if tls is None:
        return text
    cipher = tls.cipher()
    return f"{text}, {tls.version()}" + (f" {cipher[0]}" if cipher else "")


def _address(name: object) -> str:
    if isinstance(name, tuple) and len(name) >= 2:
        host, port = name[:2]
        return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
    return str(name) if name else "?"

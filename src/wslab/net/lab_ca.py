"""The lab's own certificate authority, for TLS where the lab listens.

It is made on first use and stays, so that clients have to trust it once. Its key never leaves its folder;
what servers get is a fresh key and a certificate that is valid for days.

`cryptography` is imported when something is made or read: it takes some tenths of a second, and most runs of
the lab need none of it.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names and addresses that every certificate is for."""
CA_LIFE = datetime.timedelta(days=3 * 365)
LEAF_LIFE = datetime.timedelta(days=14)
SKEW = datetime.timedelta(days=1)
"""How far a clock may be behind."""


class LabCAError(Exception):
    """The authority cannot be made or used. The message names the file and what to do."""


class LabCA:
    """A certificate authority in a folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; nothing is read or written before it is needed.

        Args:
            folder: its own, such as `$XDG_STATE_HOME/wslab/ca`. It must not hold anything else.
        """
        self._folder = folder

    @property
    def file(self) -> Path:
        """The certificate in PEM form, for clients to trust."""
        return self._folder / CERTIFICATE

    def server_context(
        self, hosts: Iterable[str] = (), now: datetime.datetime | None = None
    ) -> ssl.SSLContext:
        """Return TLS settings of a server, with a new certificate of this authority.

        Args:
            hosts: names and addresses that it is for, beside those of loopback.
            now: the time from which it counts; None for the present.

        Raises:
            LabCAError: the authority cannot be made, read or used.
        """
        now = now or datetime.datetime.now(datetime.UTC)
        authority, key = self._load(now)
        names = dict.fromkeys((*LOOPBACK, *hosts))
        chain = _issue(authority, key, names, now)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # OpenSSL reads files only; this one is for its owner alone and gone at once.
        with tempfile.TemporaryDirectory(prefix="wslab-") as folder:
            path = Path(folder) / "leaf.pem"
            _write_private(path, chain)
            context.load_cert_chain(path)
        return context

    def _load(self, now: datetime.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        try:
            if not self._folder.exists():
                self._make(now)
            certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
            key = serialization.load_pem_private_key((self._folder / KEY).read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise LabCAError(
                f"the lab's certificate authority in {self._folder} cannot be used: {error}. {_ANEW}"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise LabCAError(f"{self._folder / KEY} is not the key of {self.file}. {_ANEW}")
        if certificate.not_valid_after_utc < now + LEAF_LIFE:
            raise LabCAError(
                f"{self.file} is valid until {certificate.not_valid_after_utc:%Y-%m-%d} only. {_ANEW}"
            )
        return certificate, key

    def _make(self, now: datetime.datetime) -> None:
        """Make the authority. Both files appear at once, and of two makers one wins."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _authority(key, now)
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f"{self._folder.name}-", dir=self._folder.parent))
        try:
            _write_private(made / KEY, _private_pem(key))
            (made / CERTIFICATE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            with suppress(FileExistsError):
                _rename(made, self._folder)
        finally:
            if made.exists():
                shutil.rmtree(made)


_ANEW = "Remove that folder, and the next start makes a new one, which clients have to trust anew"


def _rename(made: Path, place: Path) -> None:
    """Give a folder its name.

    Raises:
        FileExistsError: somebody else was faster.
    """
    try:
        made.rename(place)
    except OSError:
        if place.exists():
            raise FileExistsError(str(place)) from None
        raise


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that nobody but its owner could ever read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime.datetime) -> x509.Certificate:
    """Return a certificate that vouches for itself and for others (RFC 5280 section 4.2.1)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    name = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "wslab"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"wslab lab CA {now:%Y-%m-%d}"),
    ])  # fmt: skip
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _issue(
    authority: x509.Certificate, key: ec.EllipticCurvePrivateKey, hosts: Iterable[str], now: datetime.datetime
) -> bytes:
    """Return a new private key and its certificate for some hosts, as one PEM file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    own = ec.generate_private_key(ec.SECP256R1())
    try:
        names = [_general_name(host) for host in hosts]
    except ValueError as error:
        raise LabCAError(f"no certificate can be for such a host: {error}") from error
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wslab")]))
        .issuer_name(authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return _private_pem(own) + certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(host: str) -> x509.GeneralName:
    from cryptography import x509

    if not host:
        raise ValueError("its name is empty")
    try:
        return x509.IPAddress(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode().lower())


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )

"""The lab's certificate authority: made once, kept private, and trusted by whoever names its file."""

from __future__ import annotations

import asyncio
import datetime
import multiprocessing
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from tests.support.tapped import Peer
from tests.support.waiting import until
from wslab.net.lab_ca import CA_LIFE, KEY, LEAF_LIFE, LabCA, LabCAError

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@pytest.fixture
def authority(tmp_path: Path) -> LabCA:
    return LabCA(tmp_path / "wslab" / "ca")


async def meet(
    context: ssl.SSLContext, trust: ssl.SSLContext, host: str, address: str = "127.0.0.1"
) -> bytes:
    """Do a TLS handshake and return the server's certificate."""
    loop = asyncio.get_running_loop()
    server_side: list[Peer] = []

    def accept() -> Peer:
        server_side.append(Peer())
        return server_side[-1]

    server = await loop.create_server(accept, address, 0, ssl=context)
    try:
        port = server.sockets[0].getsockname()[1]
        _, peer = await loop.create_connection(Peer, address, port, ssl=trust, server_hostname=host)
        certificate = peer.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        assert isinstance(certificate, bytes)
        peer.transport.abort()
        await until(lambda: server_side and all(p.lost for p in (*server_side, peer)), "the end")
        return certificate
    finally:
        server.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "lab.example", "192.0.2.7"])
async def test_clients_that_trust_the_file_trust_the_server(authority: LabCA, host: str) -> None:
    context = authority.server_context(["Lab.example", "192.0.2.7"])
    trust = ssl.create_default_context(cafile=authority.file)
    # What later versions of Python check by default.
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    certificate = x509.load_der_x509_certificate(await meet(context, trust, host))
    assert certificate.not_valid_after_utc <= NOW + LEAF_LIFE + datetime.timedelta(minutes=10)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


async def test_other_hosts_are_not_covered(authority: LabCA) -> None:
    context = authority.server_context()
    trust = ssl.create_default_context(cafile=authority.file)
    with pytest.raises(ssl.SSLCertVerificationError, match="ostname mismatch"):
        await meet(context, trust, "lab.example")


def test_it_is_made_once_and_its_key_is_private(authority: LabCA) -> None:
    authority.server_context()
    first = authority.file.read_bytes()
    key = authority.file.with_name(KEY)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(authority.file.parent.stat().st_mode) == 0o700
    authority.server_context()
    assert authority.file.read_bytes() == first
    assert b"PRIVATE" not in first
    assert [path.name for path in authority.file.parent.parent.iterdir()] == ["ca"]


def _make(folder: Path) -> bytes:
    authority = LabCA(folder)
    authority.server_context()
    return authority.file.read_bytes()


def test_many_at_once_get_the_same_one(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        files = pool.map(_make, [tmp_path / "ca"] * 8, chunksize=1)
    assert len(set(files)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


@pytest.mark.parametrize("file", ["ca.pem", KEY])
def test_files_that_are_broken_are_named(authority: LabCA, file: str) -> None:
    authority.server_context()
    (authority.file.parent / file).write_text("nothing")
    with pytest.raises(LabCAError, match="Remove that folder") as caught:
        authority.server_context()
    assert str(authority.file.parent) in str(caught.value)


def test_a_key_of_another_authority_is_noticed(authority: LabCA, tmp_path: Path) -> None:
    other = LabCA(tmp_path / "other")
    other.server_context()
    authority.server_context()
    authority.file.with_name(KEY).write_bytes(other.file.with_name(KEY).read_bytes())
    with pytest.raises(LabCAError, match="is not the key of"):
        authority.server_context()


def test_an_authority_near_its_end_is_refused(authority: LabCA) -> None:
    authority.server_context(now=NOW)
    authority.server_context(now=NOW + CA_LIFE - LEAF_LIFE)
    with pytest.raises(LabCAError, match="is valid until"):
        authority.server_context(now=NOW + CA_LIFE)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabCAError, match="cannot be used"):
        LabCA(tmp_path / "file" / "ca").server_context()


@pytest.mark.parametrize("host", ["", "a..b", "x" * 64])
def test_hosts_that_are_none(authority: LabCA, host: str) -> None:
    with pytest.raises(LabCAError, match="no certificate"):
        authority.server_context([host])


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = "import sys, wslab.net.lab_ca; sys.exit('cryptography' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

"""TLS as a learner meets it: certificates good and bad, and what is said about them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.recorder import Recorder
from tests.support.tls_server import Authority, self_signed_server
from tests.support.waiting import until
from wslab.net.client import Client, ConnectFailed
from wslab.net.options import ConnectOptions, UsageError
from wslab.net.raw import RawClient
from wslab.net.tls import INSECURE, client_context
from wslab.wire.clock import Clock
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Event, Phase, State, Tcp


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


async def greet(talk: Conversation) -> None:
    await talk.upgrade(encode_frame(1, b"hi"))
    await talk.reader.readexactly(8)
    await talk.send(encode_frame(8, b"\x03\xe8"))


def client_for(url: str, **options: Any) -> tuple[Client, Recorder]:
    log = Recorder()
    return Client(ConnectOptions(url, **options), 1, Clock(), log), log


async def refusal(url: str, **options: Any) -> ConnectFailed:
    client, log = client_for(url, **options)
    with pytest.raises(ConnectFailed) as caught:
        await client.open()
    assert log.phases == [Phase.CONNECTING, Phase.ERROR]
    return caught.value


async def test_a_certificate_of_a_named_authority(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.server()) as server:
        client, log = client_for(server.url, ca_file=authority.ca_file)
        await client.open()
        await client.close()
    assert client.warnings == ()
    assert log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED]
    assert "TLSv1.3" in log.of(Tcp)[0].detail
    log.check_order()


async def test_an_unknown_authority(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.server()) as server:
        error = await refusal(server.url)
    assert error.explanation.kind == "certificate"
    assert "authority that this machine does not know" in error.why
    assert not error.retry


async def test_a_self_signed_certificate(tmp_path: Path) -> None:
    async with FaultyServer(greet, tls=self_signed_server(tmp_path)) as server:
        error = await refusal(server.url.replace("127.0.0.1", "localhost"))
    assert "self-signed" in error.why


async def test_an_expired_certificate(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.expired_server()) as server:
        error = await refusal(server.url, ca_file=authority.ca_file)
    assert "has expired" in error.why


@pytest.mark.parametrize(("host", "words"), [("127.0.0.1", "another address"), ("localhost", "another host")])
async def test_a_certificate_for_somebody_else(authority: Authority, host: str, words: str) -> None:
    async with FaultyServer(greet, tls=authority.server("example.test")) as server:
        error = await refusal(server.url.replace("127.0.0.1", host), ca_file=authority.ca_file)
    assert words in error.why


@pytest.mark.parametrize("kind", [Client, RawClient])
async def test_insecure_accepts_anything_and_warns(tmp_path: Path, kind: type[Client | RawClient]) -> None:
    async with FaultyServer(greet, tls=self_signed_server(tmp_path)) as server:
        log = Recorder()
        client = kind(ConnectOptions(server.url, insecure=True), 1, Clock(), log)
        await client.open()
        client.abort()
    assert client.warnings == (INSECURE,)
    opened = next(state for state in log.of(State) if state.phase is Phase.OPEN)
    assert opened.why == INSECURE


async def test_the_raw_client_checks_certificates_too(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.server()) as server:
        client = RawClient(ConnectOptions(server.url), 1, Clock(), Recorder())
        with pytest.raises(ConnectFailed, match="does not know"):
            await client.open()
        client = RawClient(ConnectOptions(server.url, ca_file=authority.ca_file), 1, Clock(), Recorder())
        await client.open()
        client.finish()
        assert (await client.wait_closed()).phase is Phase.CLOSED


async def test_tls_to_a_server_without_it() -> None:
    async def script(talk: Conversation) -> None:
        await talk.reader.read(1)
        await talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with FaultyServer(script) as server:
        error = await refusal(server.url.replace("ws://", "wss://"))
    assert error.explanation.kind == "tls"
    assert "ws://" in error.why


async def test_plain_text_to_a_server_with_tls(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.server()) as server:
        error = await refusal(server.url.replace("wss://", "ws://"))
    assert error.explanation.kind in ("garbage", "cut", "reset")


async def test_a_server_that_hangs_up_on_tls() -> None:
    async def script(talk: Conversation) -> None:
        await talk.reader.read(1)

    async with FaultyServer(script) as server:
        error = await refusal(server.url.replace("ws://", "wss://"))
    assert "TLS handshake" in error.why


async def test_a_tls_handshake_that_is_not_finished() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, log = client_for(server.url.replace("ws://", "wss://"))
        opening = asyncio.ensure_future(client.open())  # noqa: TID251
        await until(lambda: server.conversations and server.conversations[0].received, "the first packet")
        assert client._opening is not None
        client._opening.reschedule(asyncio.get_running_loop().time())
        with pytest.raises(ConnectFailed, match="did not finish the TLS handshake"):
            await opening
        await until(lambda: server.ended, "the end at the server")
    log.check_order()


async def test_a_server_with_an_old_tls_version_only(authority: Authority) -> None:
    context = authority.server()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    client = ssl.create_default_context()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    async with FaultyServer(greet, tls=context) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("wslab.net.client.client_context", lambda _: client)
            error = await refusal(server.url)
    # The alert that says why can be overtaken by the reset behind it.
    assert error.explanation.kind == "tls"
    assert "the TLS handshake" in error.why


async def test_an_encrypted_connection_that_breaks(authority: Authority) -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(1, b"hi") + encode_frame(1, b"half")[:3])
        await talk.reader.read(1)
        talk.writer.transport.abort()

    async with FaultyServer(script, tls=authority.server()) as server:
        client, log = client_for(server.url, ca_file=authority.ca_file)
        await client.open()
        await client.ping()
        state = await client.wait_closed()
    assert (state.phase, state.code) == (Phase.ERROR, 1006)
    log.check_order()


async def test_a_redirect_to_tls_takes_the_ca_file_along(authority: Authority) -> None:
    async with FaultyServer(greet, tls=authority.server()) as target:

        async def script(talk: Conversation) -> None:
            await talk.read_head()
            await talk.send(f"HTTP/1.1 307 There\r\nLocation: {target.url}\r\n\r\n".encode())

        async with FaultyServer(script) as server:
            client, _ = client_for(server.url, ca_file=authority.ca_file)
            await client.open()
            await client.close()


async def test_a_redirect_from_tls_to_plain_text_is_not_followed(authority: Authority) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")

    async with FaultyServer(script, tls=authority.server()) as server:
        error = await refusal(server.url, ca_file=authority.ca_file)
    assert "from TLS to plain text" in error.why


async def test_a_ca_file_without_certificates(tmp_path: Path) -> None:
    path = tmp_path / "empty.pem"
    path.write_text("nothing")
    options = ConnectOptions("wss://localhost/", ca_file=str(path))
    with pytest.raises(UsageError, match="holds no certificate"):
        client_context(options)
    error = await refusal("wss://localhost:1/", ca_file=str(path))
    assert "holds no certificate" in error.why


def test_no_tls_for_ws() -> None:
    assert client_context(ConnectOptions("ws://localhost/")) is None


async def test_a_flood_over_tls_arrives_in_full(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wslab.net.tap.SLICE", 0)

    async def script(talk: Conversation) -> None:
        await talk.upgrade(b"".join(encode_frame(2, b"x" * 1000) for _ in range(2000)))
        await greet_end(talk)

    async def greet_end(talk: Conversation) -> None:
        await talk.send(encode_frame(8, b"\x03\xe8"))
        await talk.reader.readexactly(8)

    async with FaultyServer(script, tls=authority.server()) as server:
        got: list[str | bytes] = []
        log = Recorder()
        options = ConnectOptions(server.url, ca_file=authority.ca_file)
        client = Client(options, 1, Clock(), log, on_message=got.append)
        await client.open()
        state = await client.wait_closed()
        await until(lambda: server.ended, "the server's end")
    assert len(got) == 2000
    assert state.code == 1000
    log.check_order()


async def test_giving_up_while_certificates_are_read(authority: Authority) -> None:
    log = Recorder()

    def sink(events: Sequence[Event]) -> None:
        log(events)
        if isinstance(events[0], State) and events[0].phase is Phase.CONNECTING:
            asyncio.get_running_loop().call_soon(client.abort)

    async with FaultyServer(greet, tls=authority.server()) as server:
        client = Client(ConnectOptions(server.url, ca_file=authority.ca_file), 1, Clock(), sink)
        with pytest.raises(ConnectFailed, match="given up"):
            await client.open()
    assert log.phases == [Phase.CONNECTING, Phase.CLOSED]
    assert not log.of(Tcp)

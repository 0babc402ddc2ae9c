"""The basic server, path by path, over real sockets."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus, NegotiationError
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.typing import Subprotocol

from tests.support.basic_server import BINARY, CLOSE, CONT, MESSAGES, PING, PONG, TEXT, echoes, to
from tests.support.bundled_server import RunningServer, running
from tests.support.raw_http import HANDSHAKE, ask, upgraded

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/echo",
        "/compress",
        "/compress?from=1KiB",
        "/fragment?size=1KiB&ping=1",
        "/limit?size=1MiB",
        "/slow?delay=0s",
        "/pong",
        "/drop?after=1h",
    ],
)
async def test_messages_come_back_as_they_were_sent(basic: RunningServer, path: str) -> None:
    async with to(basic, path) as client:
        for message in MESSAGES:
            await client.send(message)
            assert await client.recv() == message


async def test_a_ping_is_answered_with_its_payload(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/") as raw:
        raw.send(PING, b"are you there?")
        pong = await raw.frame()
    assert (pong.opcode, pong.payload) == (PONG, b"are you there?")


async def test_the_server_masks_nothing_and_compresses_nothing_unless_asked(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/", "Sec-WebSocket-Extensions: permessage-deflate") as raw:
        raw.send(TEXT, b"readable readable readable")
        frame = await raw.frame()
    assert "sec-websocket-extensions" not in raw.answer.headers
    assert (frame.rsv, frame.payload) == (0, b"readable readable readable")


# --- /json ---------------------------------------------------------------------------------------------


async def test_json_comes_back_with_the_time(basic: RunningServer) -> None:
    async with to(basic, "/json") as client:
        await client.send('{"a": [1, 2.5, null, "é"]}')
        answer = json.loads(await client.recv())
    assert answer["type"] == "echo"
    assert answer["data"] == {"a": [1, 2.5, None, "é"]}
    assert answer["server_time"].endswith("Z")


async def test_what_is_not_json_is_told_so_and_the_connection_stays_open(basic: RunningServer) -> None:
    async with to(basic, "/json") as client:
        for wrong in ("", "{", "NaN", "[1e999]", '"\\ud800"', "9" * 5000, "[" * 100_000, b"{}"):
            await client.send(wrong)
            answer = json.loads(await client.recv())
            assert (answer["type"], answer["code"]) == ("error", "INVALID_JSON")
            assert answer["message"]
        await client.send("1")
        assert json.loads(await client.recv())["data"] == 1


# --- messages of the server ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "size", "pieces"),
    [
        (b"hello", 2, [b"he", b"ll", b"o"]),
        (b"hell", 2, [b"he", b"ll"]),
        (b"hello", 5, [b"hello"]),
        (b"hello", 99, [b"hello"]),
        (b"", 1, [b""]),
        ("é".encode(), 1, [b"\xc3", b"\xa9"]),
    ],
)
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_fragments_have_the_size_that_was_asked_for(
    basic: RunningServer, payload: bytes, size: int, pieces: list[bytes], opcode: int
) -> None:
    async with upgraded(basic.port, f"/fragment?size={size}") as raw:
        raw.send(opcode, payload)
        frames = [await raw.frame() for _ in pieces]
    assert [frame.payload for frame in frames] == pieces
    assert [frame.opcode for frame in frames] == [opcode] + [CONT] * (len(pieces) - 1)
    assert [frame.fin for frame in frames] == [False] * (len(pieces) - 1) + [True]


async def test_thousands_of_fragments_make_one_message(basic: RunningServer) -> None:
    async with to(basic, "/fragment?size=1") as client:
        await client.send("abc" * 1000)
        assert await client.recv() == "abc" * 1000


async def test_a_ping_between_the_fragments_of_a_message(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/fragment?size=3&ping=1&pause=1ms") as raw:
        raw.send(TEXT, b"hello")
        frames = [await raw.frame() for _ in range(3)]
    assert [(frame.opcode, frame.fin, frame.payload) for frame in frames] == [
        (TEXT, False, b"hel"), (PING, True, b"in between"), (CONT, True, b"lo"),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "other"), [("text", "binary"), ("binary", "text")])
async def test_messages_of_the_other_kind_are_unsupported(
    basic: RunningServer, kind: str, other: str
) -> None:
    messages: dict[str, str | bytes] = {"text": "hello", "binary": b"hello"}
    async with to(basic, f"/only?kind={kind}") as client:
        await client.send(messages[kind])
        assert await client.recv() == messages[kind]
        await client.send(messages[other])
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1003, f"only {kind} messages, please")


async def test_a_limit_counts_all_fragments_of_a_message(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/limit?size=10") as raw:
        raw.send(TEXT, b"x" * 10)
        assert (await raw.frame()).payload == b"x" * 10
        raw.send(TEXT, b"x" * 6, fin=False)
        raw.send(CONT, b"x" * 5)
        close = await raw.frame()
    assert (close.opcode, close.payload[:2]) == (CLOSE, (1009).to_bytes(2))


async def test_one_big_message_then_echo(basic: RunningServer) -> None:
    async with to(basic, "/big?size=2MiB") as client:
        assert len(await client.recv()) == 2 * 2**20
        assert await echoes(client)


async def test_a_big_message_runs_into_the_limit_of_the_client(basic: RunningServer) -> None:
    async with to(basic, "/big?size=2MiB", max_size=2**20) as client:
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.sent is not None
    assert closed.value.sent.code == 1009


async def test_the_request_as_it_was_received(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/headers", "X-tWice: a", "X-Twice: b") as raw:
        received = json.loads((await raw.frame()).payload)
        raw.send(TEXT, b"echo")
        assert (await raw.frame()).payload == b"echo"
    assert (received["type"], received["method"], received["path"]) == ("headers", "GET", "/headers")
    assert received["headers"][-2:] == [["X-tWice", "a"], ["X-Twice", "b"]]
    assert ["Sec-WebSocket-Version", "13"] in received["headers"]


async def test_the_time_keeps_coming_and_messages_are_echoed(basic: RunningServer) -> None:
    async with to(basic, "/time?every=1ms") as client:
        times = [json.loads(await client.recv()) for _ in range(5)]
        await client.send("x")
        async with asyncio.timeout(20):
            while await client.recv() != "x":
                pass
    assert [time["n"] for time in times] == [1, 2, 3, 4, 5]
    assert all(time["type"] == "time" and time["server_time"].endswith("Z") for time in times)
    assert times == sorted(times, key=lambda time: str(time["server_time"]))


@pytest.mark.parametrize(
    ("query", "count", "size"),
    [
        ("rate=1000&for=50ms", 50, 64),
        ("rate=60000&size=52&for=500ms", 30_000, 52),
        ("rate=7&for=300ms&size=2", 2, 2),
        ("rate=1&for=1ms", 0, 0),
        ("rate=200000&size=1&for=100ms", 20_000, 1),
        ("rate=1000&size=64KiB&for=200ms", 200, 65536),
    ],
)
async def test_a_flood_has_exactly_as_many_messages_as_it_says(
    basic: RunningServer, query: str, count: int, size: int
) -> None:
    async with to(basic, f"/flood?{query}") as client:
        messages = [message async for message in client]
    *flood, last = messages
    summary = json.loads(last)
    assert (summary["type"], summary["sent"]) == ("flood", count)
    assert flood == [f"{n:0{size}}"[-size:] for n in range(1, count + 1)]
    assert (client.close_code, client.close_reason) == (1000, "flood over")


async def test_a_flood_waits_for_a_slow_reader_and_others_are_served_meanwhile(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/flood?rate=100000&size=4KiB&for=100ms") as raw:
        # Nothing is read here: 40 MB do not fit into the buffers of the system.
        async with to(basic, "/echo") as other:
            assert await echoes(other)
        count = 0
        while (frame := await raw.frame()).payload[:1] != b"{":
            count += 1
        assert count == json.loads(frame.payload)["sent"] == 10_000


async def test_a_flood_ends_with_its_client(basic: RunningServer) -> None:
    # With a queue the client would stop reading where it is full, and then never see the answer to its Close.
    async with to(basic, "/flood?rate=1000&for=10m", max_queue=None) as client:
        await client.recv()
    async with to(basic, "/echo") as other:
        assert await echoes(other)
    assert client.close_code == 1000


async def test_pings_of_any_payload(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/ping?every=10ms&payload=caf%C3%A9+au+lait") as raw:
        for _ in range(3):
            ping = await raw.frame()
            assert (ping.opcode, ping.payload) == (PING, "café au lait".encode())
            raw.send(PONG, ping.payload)


async def test_patience_with_a_missing_pong_ends(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/ping?every=10ms&patience=50ms") as raw:
        assert (await raw.frame()).opcode == PING
        close = await raw.frame()
    assert (close.opcode, close.payload[:2]) == (CLOSE, (1011).to_bytes(2))


async def test_no_second_ping_before_the_first_is_answered(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/ping?every=10ms") as raw:
        assert (await raw.frame()).opcode == PING
        raw.send(TEXT, b"x")
        assert (await raw.frame()).opcode == TEXT
        raw.send(PONG, b"learning-ping")
        assert (await raw.frame()).opcode == PING


async def test_pongs_that_nobody_asked_for(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/pong?every=10ms&payload=hi") as raw:
        for _ in range(3):
            pong = await raw.frame()
            assert (pong.opcode, pong.payload) == (PONG, b"hi")
        raw.send(TEXT, b"x")
        while (frame := await raw.frame()).opcode == PONG:
            pass
        assert frame.payload == b"x"


# --- slow and silent -------------------------------------------------------------------------------------


async def test_slow_answers_wait_and_pongs_do_not(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/slow?delay=300ms") as raw:
        raw.send(TEXT, b"x")
        raw.send(PING, b"p")
        assert (await raw.frame()).opcode == PONG
        assert (await raw.frame()).payload == b"x"


async def test_a_slow_handshake_is_beaten_by_a_quick_one(basic: RunningServer) -> None:
    order = []

    async def opens(path: str) -> None:
        async with to(basic, path):
            order.append(path)

    async with asyncio.timeout(30):
        await asyncio.gather(opens("/slow?handshake=500ms"), opens("/echo"))
    assert order == ["/echo", "/slow?handshake=500ms"]


async def test_a_slow_handshake_outlasts_an_impatient_client(basic: RunningServer) -> None:
    with pytest.raises(TimeoutError):
        await to(basic, "/slow?handshake=60s", open_timeout=0.2)


async def test_silence_has_no_pong_and_no_echo_but_answers_a_close(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/silent") as raw:
        raw.send(PING, b"one")
        for _ in range(100):
            raw.send(TEXT, b"x")
        raw.send(PING, b"two")
        raw.send(CLOSE, b"\x03\xe8")
        frame = await raw.frame()
    assert (frame.opcode, frame.payload) == (CLOSE, b"\x03\xe8")


async def test_silence_makes_a_keepalive_fail(basic: RunningServer) -> None:
    async with to(basic, "/silent", ping_interval=0.05, ping_timeout=0.1) as client:
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.sent is not None
    assert closed.value.sent.code == 1011


# --- the end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 4999]
)
async def test_a_close_code_and_its_reason(basic: RunningServer, code: int) -> None:
    async with to(basic, f"/close/{code}?reason=bis%20sp%C3%A4ter&after=10ms") as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, "bis später")


async def test_echo_until_the_close(basic: RunningServer) -> None:
    async with to(basic, "/close/4000?after=1h") as client:
        assert await echoes(client)


@pytest.mark.parametrize(
    ("rule", "code"), [("mask", 1002), ("utf8", 1007), ("close-code", 1002), ("interrupted", 1002)]
)
async def test_a_broken_rule_makes_a_client_leave(basic: RunningServer, rule: str, code: int) -> None:
    async with to(basic, f"/broken?rule={rule}") as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.sent is not None
    assert closed.value.sent.code == code


async def test_a_drop_by_fin_has_no_close_frame(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/drop?after=10ms") as raw:
        assert await raw.reader.read() == b""


async def test_a_drop_by_rst(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/drop?after=10ms&how=rst") as raw:
        with pytest.raises(ConnectionResetError):
            await raw.reader.read()


async def test_a_drop_is_1006_to_a_client(basic: RunningServer) -> None:
    async with to(basic, "/drop") as client:
        await client.wait_closed()
    assert client.close_code == 1006


async def test_a_message_over_the_limit_closes_with_1009(basic: RunningServer) -> None:
    async with to(basic, "/echo") as client:
        await client.send(b"x" * 2**20)
        assert len(await client.recv()) == 2**20
        await client.send(b"x" * (2**20 + 1))
        await client.wait_closed()
    assert client.close_code == 1009


async def test_whatever_bytes_come_the_server_goes_on() -> None:
    bytes_of = random.Random(6455).randbytes
    async with running("basic") as server:
        for length in (1, 2, 14, 100, 5000) * 5:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(bytes_of(length) + b"\r\n\r\n")
            writer.write_eof()
            with suppress(ConnectionError):
                await reader.read()
            writer.transport.abort()
            async with upgraded(server.port, "/json") as raw:
                raw.writer.write(bytes_of(length))
                raw.writer.write_eof()
                with suppress(ConnectionError):
                    await raw.reader.read()
        async with to(server, "/echo") as client:
            assert await echoes(client)
    assert [line for line in server.lines if line.get("level") in ("warning", "error")] == []


# --- before a connection opens: handshakes, refusals, wrong requests ------------------------------------


@pytest.mark.parametrize(
    ("query", "offered", "chosen"),
    [
        ("?choose=b", ["a", "b"], "b"),
        ("?choose=c", ["a", "b"], None),
        ("?choose=c", [], None),
        ("", ["a", "b"], "a"),
        ("", [], None),
        ("?choose=b&otherwise=refuse", ["a", "b"], "b"),
        ("?choose=chat.v2,chat.v1", ["chat.v1", "chat.v2"], "chat.v2"),
        ("?choose=chat.v2,chat.v1&prefer=client", ["chat.v1", "chat.v2"], "chat.v1"),
    ],
)
async def test_a_subprotocol_is_chosen_only_when_offered(
    basic: RunningServer, query: str, offered: list[str], chosen: str | None
) -> None:
    subprotocols = [Subprotocol(name) for name in offered] or None
    async with to(basic, "/subprotocol" + query, subprotocols=subprotocols) as client:
        assert client.subprotocol == chosen
        assert await echoes(client)


@pytest.mark.parametrize(
    ("query", "offer"), [("?choose=c&otherwise=refuse", "a, b"), ("?otherwise=refuse", "")]
)
async def test_a_strict_server_refuses_other_subprotocols(
    basic: RunningServer, query: str, offer: str
) -> None:
    headers = (f"Sec-WebSocket-Protocol: {offer}",) if offer else ()
    answer = await ask(basic.port, "/subprotocol" + query, *HANDSHAKE, *headers)
    assert answer.status == 400


async def test_a_subprotocol_that_was_not_offered_makes_a_client_fail(basic: RunningServer) -> None:
    path = "/subprotocol?choose=c&otherwise=force"
    async with upgraded(basic.port, path, "Sec-WebSocket-Protocol: a") as raw:
        assert raw.answer.headers["sec-websocket-protocol"] == "c"
    with pytest.raises(NegotiationError, match="unsupported subprotocol"):
        await to(basic, path, subprotocols=[Subprotocol("a")])


async def test_other_paths_agree_on_no_subprotocol(basic: RunningServer) -> None:
    async with to(basic, "/echo", subprotocols=[Subprotocol("chat")]) as client:
        assert client.subprotocol is None


@pytest.mark.parametrize(
    ("query", "agreed"),
    [
        ("", "permessage-deflate"),
        ("?server_no_context_takeover=1", "permessage-deflate; server_no_context_takeover"),
        ("?client_no_context_takeover=1", "permessage-deflate; client_no_context_takeover"),
        ("?client_max_window_bits=10&level=9", "permessage-deflate; client_max_window_bits=10"),
        ("?server_max_window_bits=9&level=0", "permessage-deflate; server_max_window_bits=9"),
    ],
)
async def test_compression_with_the_parameters_that_were_asked_for(
    basic: RunningServer, query: str, agreed: str
) -> None:
    offer = ClientPerMessageDeflateFactory(client_max_window_bits=True)
    async with to(basic, "/compress" + query, extensions=[offer]) as client:
        assert client.response is not None
        assert client.response.headers["Sec-WebSocket-Extensions"] == agreed
        for message in MESSAGES:
            await client.send(message)
            assert await client.recv() == message


async def test_no_compression_without_an_offer(basic: RunningServer) -> None:
    async with to(basic, "/compress", compression=None) as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert await echoes(client)


async def test_compression_is_declined_when_the_path_says_so(basic: RunningServer) -> None:
    async with to(basic, "/compress?decline=1") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert await echoes(client)


async def test_short_messages_stay_as_they_are_where_the_path_says_so(basic: RunningServer) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate"
    async with upgraded(basic.port, "/compress?from=100", offer) as raw:
        raw.send(TEXT, b"a" * 99)
        raw.send(TEXT, b"a" * 100)
        short, long = await raw.frame(), await raw.frame()
    assert (short.rsv, short.payload) == (0, b"a" * 99)
    assert (long.rsv, len(long.payload) < 50) == (4, True)


async def test_a_compressed_frame_has_its_bit_set(basic: RunningServer) -> None:
    async with upgraded(basic.port, "/compress", "Sec-WebSocket-Extensions: permessage-deflate") as raw:
        raw.send(TEXT, b"a" * 500)
        frame = await raw.frame()
    assert frame.rsv == 4
    assert len(frame.payload) < 50


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_the_token_opens(basic: RunningServer, scheme: str) -> None:
    async with to(basic, "/auth", additional_headers={"Authorization": f"{scheme} learn"}) as client:
        assert await echoes(client)


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Bearer realm="wslab"'),
        ("Basic bGVhcm46", 'Bearer realm="wslab"'),
        ("Bearer", 'Bearer realm="wslab", error="invalid_token"'),
        ("Bearer wrong", 'Bearer realm="wslab", error="invalid_token"'),
        ("Bearer leärn", 'Bearer realm="wslab", error="invalid_token"'),
    ],
)
async def test_no_token_no_connection(
    basic: RunningServer, authorization: str | None, challenge: str
) -> None:
    headers = () if authorization is None else (f"Authorization: {authorization}",)
    answer = await ask(basic.port, "/auth", *HANDSHAKE, *headers)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, challenge)


@pytest.mark.parametrize(
    ("status", "reason"), [(200, "OK"), (403, "Forbidden"), (503, "Service Unavailable"), (499, "Refused")]
)
async def test_a_handshake_refused_with_any_status(basic: RunningServer, status: int, reason: str) -> None:
    answer = await ask(basic.port, f"/reject/{status}", *HANDSHAKE)
    assert (answer.status, answer.reason) == (status, reason)
    assert str(status) in answer.body
    with pytest.raises(InvalidStatus) as refused:
        await to(basic, f"/reject/{status}")
    assert refused.value.response.status_code == status


async def test_a_redirect_is_followed(basic: RunningServer) -> None:
    async with to(basic, "/redirect?to=/close/4000%3Freason%3Dover+there") as client:
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.reason == "over there"


async def test_a_redirect_goes_to_echo_by_default(basic: RunningServer) -> None:
    answer = await ask(basic.port, "/redirect", *HANDSHAKE)
    assert (answer.status, answer.headers["location"]) == (302, "/echo")


@pytest.mark.parametrize("to_", ["//evil.example", "http://evil.example/", "evil", ""])
async def test_a_redirect_never_leaves_the_server(basic: RunningServer, to_: str) -> None:
    assert (await ask(basic.port, f"/redirect?to={to_}", *HANDSHAKE)).status == 400


async def test_a_redirect_adds_no_header(basic: RunningServer) -> None:
    answer = await ask(basic.port, "/redirect?to=/a%0d%0aX-Evil:%201", *HANDSHAKE)
    assert answer.status == 302
    assert "x-evil" not in answer.headers


# --- what is wrong -------------------------------------------------------------------------------------

WRONG = {
    "/time?every=soon": ["every", "'soon'", "50ms"],
    "/time?every=0s": ["every", "'0s'", "from 1ms to 1h"],
    "/time?evry=1s": ["'evry'", "every"],
    "/time?every=1s&every=2s": ["every", "twice"],
    "/flood?rate=0": ["rate", "'0'", "from 1 to 200000"],
    "/flood?rate=1e3": ["rate", "'1e3'", "whole number"],
    "/flood?size=2MiB": ["size", "'2MiB'", "1MiB"],
    "/flood?for=11m": ["for", "'11m'", "10m"],
    "/close/1005": ["1005", "Close frame"],
    "/close/1016": ["1016"],
    "/close/abc": ["'abc'", "4000"],
    "/close/99999": ["'99999'"],
    "/close/1000?after=2h": ["after", "'2h'"],
    "/close/1000?reason=" + "x" * 124: ["reason", "124", "123"],
    "/reject/101": ["'101'", "200 to 599"],
    "/reject/204": ["204", "body"],
    "/slow?delay=6m": ["delay", "5m"],
    "/slow?handshake=61s": ["handshake", "60s"],
    "/fragment?size=0": ["size", "'0'"],
    "/big?size=1GiB": ["size", "64MiB"],
    "/ping?payload=" + "x" * 126: ["payload", "126", "125"],
    "/ping?every=1ms": ["every", "10ms"],
    "/drop?how=politely": ["how", "'politely'", "fin, rst"],
    "/fragment?ping=yes": ["ping", "'yes'", "1 (yes)"],
    "/fragment?pause=2m": ["pause", "'2m'", "1m"],
    "/limit?size=2MiB": ["size", "1MiB"],
    "/only?kind=json": ["kind", "'json'", "text, binary"],
    "/broken?rule=all": ["rule", "'all'", "mask, rsv"],
    "/subprotocol?choose=a%0d%0ab": ["choose", "chat.v2,chat.v1"],
    "/subprotocol?otherwise=maybe": ["otherwise", "'maybe'", "none, refuse, force"],
    "/compress?from=2MiB": ["from", "1MiB"],
    "/compress?server_max_window_bits=8": ["server_max_window_bits", "from 9 to 15"],
    "/compress?client_max_window_bits=16": ["client_max_window_bits", "from 8 to 15"],
    "/compress?level=10": ["level", "from 0 to 9"],
    "/echo?x=1": ["'x'", "none"],
    "/?x": ["'x'", "name=value"],
}


@pytest.mark.parametrize("target", WRONG)
@pytest.mark.parametrize("headers", [HANDSHAKE, ()], ids=["websocket", "plain"])
async def test_what_is_wrong_is_named(basic: RunningServer, target: str, headers: tuple[str, ...]) -> None:
    answer = await ask(basic.port, target, *headers)
    assert answer.status == 400
    for words in WRONG[target]:
        assert words in answer.body


@pytest.mark.parametrize(
    "target", ["/nope", "/echo/", "/time/1", "/close", "/close/", "//echo", "/close/1000/x", "*"]
)
async def test_an_unknown_path_says_where_the_known_ones_are(basic: RunningServer, target: str) -> None:
    answer = await ask(basic.port, target, *HANDSHAKE)
    assert answer.status == 404
    assert "GET /" in answer.body


async def test_the_page_lists_every_path(basic: RunningServer) -> None:
    page = await ask(basic.port, "/")
    assert page.status == 200
    for path in (
        "/echo", "/json", "/fragment?size=4&pause=0s&ping=0", "/big?size=64KiB", "/headers",
        "/only?kind=text", "/limit?size=1KiB", "/broken?rule=mask", "/pong?every=1s&payload=still-here", "/time?every=1s",
        "/flood?rate=1000&size=64&for=5s", "/ping?every=1s&payload=learning-ping&patience=20s", "/slow?delay=1s&handshake=0s",
        "/silent", "/close/CODE?reason=&after=0s", "/drop?after=0s&how=fin", "/subprotocol?choose=…&prefer=server&otherwise=none",
        "/auth", "/reject/STATUS", "/redirect?to=/echo", "/health",
    ):  # fmt: skip
        assert f"\n{path}\n" in page.body
    for words in ("how: fin or rst", "prefer: server or client", "otherwise: none, refuse or force"):
        assert f"\n    {words}\n" in page.body


async def test_the_usage_of_every_path_is_itself_right(basic: RunningServer) -> None:
    page = await ask(basic.port, "/")
    usages = [line for line in page.body.splitlines() if line.startswith("/") and "…" not in line]
    assert len(usages) > 10
    for usage in usages:
        target = usage.replace("CODE", "4000").replace("STATUS", "404")
        assert (await ask(basic.port, target)).status != 400, usage


async def test_a_handshake_without_upgrade_is_told_to_upgrade(basic: RunningServer) -> None:
    answer = await ask(basic.port, "/", *HANDSHAKE[1:])
    assert (answer.status, answer.headers["upgrade"]) == (426, "websocket")


async def test_only_get_opens_a_websocket(basic: RunningServer) -> None:
    answer = await ask(basic.port, "/", *HANDSHAKE, method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


# --- options -------------------------------------------------------------------------------------------


async def test_the_keepalive_of_the_lab_can_be_read() -> None:
    async with running("basic", "--keepalive", "20ms") as server, upgraded(server.port, "/echo") as raw:
        for _ in range(2):
            ping = await raw.frame()
            assert (ping.opcode, ping.payload) == (PING, b"learning-ping")
            raw.send(PONG, ping.payload)


@pytest.mark.parametrize("path", ["/silent", "/ping?payload=other"])
async def test_paths_with_pings_of_their_own_or_none_have_no_keepalive(path: str) -> None:
    async with running("basic", "--keepalive", "1ms") as server:
        async with upgraded(server.port, "/echo") as other:
            assert (await other.frame()).payload == b"learning-ping"
        async with upgraded(server.port, path) as raw:
            for _ in range(20):
                raw.send(PING, b"x")
            raw.send(CLOSE, b"\x03\xe8")
            seen = []
            while not seen or seen[-1].opcode != CLOSE:
                seen.append(await raw.frame())
    assert b"learning-ping" not in [frame.payload for frame in seen]


@pytest.mark.parametrize("off", ["off", "0"])
async def test_the_keepalive_can_be_switched_off(off: str) -> None:
    async with (
        running("basic", "--keepalive", off) as server,
        upgraded(server.port, "/time?every=50ms") as raw,
    ):
        assert [(await raw.frame()).opcode for _ in range(3)] == [TEXT] * 3


async def test_another_token() -> None:
    async with running("basic", "--token", "s3cret") as server:
        async with to(server, "/auth", additional_headers={"Authorization": "Bearer s3cret"}) as client:
            assert await echoes(client)
        assert (await ask(server.port, "/auth", *HANDSHAKE, "Authorization: Bearer learn")).status == 401


async def test_compression_everywhere() -> None:
    async with running("basic", "--compression") as server, to(server, "/echo") as client:
        assert client.response is not None
        assert client.response.headers["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
        assert await echoes(client)


async def test_a_smaller_limit_and_none() -> None:
    async with running("basic", "--max-size", "1KiB") as server, to(server, "/echo") as client:
        await client.send("x" * 1025)
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
    async with running("basic", "--max-size", "off") as server, to(server, "/echo") as client:
        await client.send(b"x" * 3 * 2**20)
        assert len(await client.recv()) == 3 * 2**20

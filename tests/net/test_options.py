"""Options are checked before anything leaves this machine, and errors say what would be right."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wslab.net.options import ConnectOptions, DeflateOffer, UsageError, is_loopback, shown


@pytest.mark.parametrize(
    ("url", "uri", "place"),
    [
        ("ws://localhost", "ws://localhost", "localhost:80"),
        ("WSS://Example.test/a?b=c", "wss://Example.test/a?b=c", "example.test:443"),
        ("http://localhost:8080/", "ws://localhost:8080/", "localhost:8080"),
        ("https://h/", "wss://h/", "h:443"),
        ("ws://[::1]:9/", "ws://[::1]:9/", "[::1]:9"),
        ("ws://bücher.test/", "ws://bücher.test/", "xn--bcher-kva.test:80"),
    ],
)
def test_urls_that_are_taken(url: str, uri: str, place: str) -> None:
    options = ConnectOptions(url)
    assert (options.uri, options.place) == (uri, place)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "there is no URL"),
        ("localhost:8080", "write ws://localhost:8080"),
        ("ftp://h/", "begins with ftp://"),
        ("ws://", "names no host"),
        ("ws://:80/", "names no host"),
        ("ws://h/#part", "fragment"),
        ("ws://h/a b", "%20"),
        ("ws://h/\r\nX: y", "%0D"),
        ("ws://h/\t", "%09"),
        ("ws://user@h/", "user:password"),
        ("ws://h:port/", "cannot be read"),
        ("ws://h:70000/", "cannot be read"),
        ("ws://h:0/", "port 0"),
        ("ws://[::1/", "cannot be read"),
        ("ws://" + "ä" * 80 + "/", "cannot be read"),
    ],
)
def test_urls_that_are_not(url: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        ConnectOptions(url)
    assert words in str(caught.value)


@given(st.text(max_size=40))
@example("ws://h:٣/")
@example("ws://[v1.x]/")
@example("ws://a@b@c/")
@example("ws://h/\x85")
def test_any_text_is_a_url_or_a_usage_error(text: str) -> None:
    for url in (text, f"ws://{text}", f"wss://h/{text}"):
        with contextlib.suppress(UsageError):
            options = ConnectOptions(url)
            assert options.target.host
            assert not set("\r\n ") & set(options.target.resource_name + options.target.host)
            assert options.shown_url


def test_passwords_are_not_shown() -> None:
    options = ConnectOptions("ws://ada:secret@h:1/x")
    assert options.shown_url == "ws://ada:***@h:1/x"
    assert options.target.user_info == ("ada", "secret")
    with pytest.raises(UsageError) as caught:
        ConnectOptions("ws://ada:secret@h/#x")
    assert "secret" not in str(caught.value)
    assert shown("http://h/") == "http://h/"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"headers": (("X Y", "1"),)}, "header name"),
        ({"headers": (("", "1"),)}, "header name"),
        ({"headers": (("X", "a\r\nY: b"),)}, "line break"),
        ({"headers": (("X", "a\nb"),)}, "line break"),
        ({"headers": (("X", "\x00"),)}, "header X"),
        ({"headers": (("X", "€"),)}, "header X"),
        ({"headers": (("Host", "h"),)}, "handshake sets it"),
        ({"headers": (("sec-websocket-KEY", "h"),)}, "handshake sets it"),
        ({"headers": (("Authorization", "x"),), "url": "ws://a:b@h/"}, "drop one"),
        ({"headers": (("Origin", "x"),), "origin": "y"}, "drop one"),
        ({"origin": "a\r\nb"}, "origin"),
        ({"subprotocols": ("a b",)}, "subprotocol"),
        ({"subprotocols": ("",)}, "subprotocol"),
        ({"subprotocols": ("a", "a")}, "once"),
        ({"keepalive": 0}, "keepalive 0"),
        ({"keepalive_timeout": -1}, "keepalive_timeout -1"),
        ({"open_timeout": 0}, "open_timeout"),
        ({"open_timeout": float("nan")}, "open_timeout"),
        ({"close_timeout": 0}, "close_timeout"),
        ({"max_size": 0}, "max_size"),
        ({"preview_limit": -1}, "preview_limit"),
        ({"proxy": "gopher://h/"}, "proxy"),
        ({"proxy": "http://h:x/"}, "proxy"),
        ({"proxy": "http://user@h/"}, "proxy"),
        ({"ca_file": "/no/such/file"}, "no such file"),
    ],
)
def test_options_that_are_wrong(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        ConnectOptions(**{"url": "ws://h/"} | options)
    assert words in str(caught.value)


def test_options_that_are_right(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.touch()
    options = ConnectOptions(
        "ws://h/", headers=(("X", "ü\t1"), ("X", "2")), subprotocols=("a", "b"), keepalive=None, max_size=None,
        proxy="socks5h://h:1", ca_file=str(path), preview_limit=0,
    )  # fmt: skip
    assert options.proxy_url() == "socks5h://h:1"


@pytest.mark.parametrize(
    ("offer", "header"),
    [
        (DeflateOffer(), [("client_max_window_bits", None)]),
        (DeflateOffer(client_max_window_bits=None), []),
        (
            DeflateOffer(True, True, 8, 9),
            [
                ("server_no_context_takeover", None), ("client_no_context_takeover", None),
                ("server_max_window_bits", "8"), ("client_max_window_bits", "9"),
            ],
        ),
    ],
)  # fmt: skip
def test_deflate_offers(offer: DeflateOffer, header: list[tuple[str, str | None]]) -> None:
    extensions = ConnectOptions("ws://h/", deflate=offer).extensions()
    assert extensions is not None
    assert extensions[0].get_request_params() == header
    assert ConnectOptions("ws://h/", deflate=offer, compression=False).extensions() is None


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("server_max_window_bits=9", DeflateOffer(server_max_window_bits=9)),
        ("client_max_window_bits", DeflateOffer()),
        (
            " Server_No_Context_Takeover;client_no_context_takeover, client_max_window_bits=10;",
            DeflateOffer(True, True, None, 10),
        ),
    ],
)
def test_deflate_offers_are_read_as_handshakes_write_them(text: str, offer: DeflateOffer) -> None:
    assert DeflateOffer.parse(text) == offer
    assert DeflateOffer.parse(str(offer)) == offer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there are server_no_context_takeover, client_no_context_takeover, server_max_window_bits"),
        ("maybe", "'maybe' is no parameter"),
        ("factory", "'factory' is no parameter"),
        ("server_no_context_takeover=1", "takes no value, not '1'"),
        ("server_max_window_bits", "such as server_max_window_bits=10"),
        ("client_max_window_bits=", "such as client_max_window_bits=10"),
        ("server_max_window_bits=x", "server_max_window_bits 'x'"),
        ("server_max_window_bits=16", "from 8 to 15"),
        ("client_max_window_bits=8", "from 9 to 15"),
    ],
)
def test_deflate_offers_that_are_none(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        DeflateOffer.parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("bits", [7, 16, 0])
def test_window_bits_out_of_range(bits: int) -> None:
    with pytest.raises(UsageError, match=f"server_max_window_bits {bits}"):
        DeflateOffer(server_max_window_bits=bits)
    with pytest.raises(UsageError, match=f"client_max_window_bits {bits}"):
        DeflateOffer(client_max_window_bits=bits)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.test", "localhost.example.test", "10.0.0.1", "::2", "0.0.0.0", "1"]
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "all_proxy", "ws_proxy", "wss_proxy", "socks_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    assert ConnectOptions("wss://h.test/").proxy_url() == "http://proxy.test:3128"
    assert ConnectOptions("wss://h.test/", proxy=None).proxy_url() is None
    assert ConnectOptions("wss://h.test/", proxy=False).proxy_url() is None
    assert ConnectOptions("wss://127.0.0.1/").proxy_url() is None
    monkeypatch.setenv("no_proxy", "h.test")
    assert ConnectOptions("wss://h.test/").proxy_url() is None


@pytest.mark.parametrize(
    ("location", "url", "kept"),
    [
        ("/b", "wss://h/b", True),
        ("b?c", "wss://h/b?c", True),
        ("//h:443/b", "wss://h/b", True),
        ("https://h/b", "wss://h/b", True),
        ("wss://other/", "wss://other/", False),
        ("wss://h:444/", "wss://h:444/", False),
    ],
)
def test_redirects_keep_credentials_with_the_same_server_only(location: str, url: str, kept: bool) -> None:
    options = ConnectOptions("wss://h/a", headers=(("Cookie", "c"), ("X", "1"), ("authorization", "a")))
    there = options.redirected(location)
    assert (there.target.host, there.target.port) == (
        ConnectOptions(url).target.host, ConnectOptions(url).target.port,
    )  # fmt: skip
    assert there.target.resource_name == ConnectOptions(url).target.resource_name
    assert dict(there.headers) == ({"Cookie": "c", "X": "1", "authorization": "a"} if kept else {"X": "1"})


@pytest.mark.parametrize("location", ["ws://h/", "ftp://h/", "http://h/", "/a b"])
def test_redirects_that_are_not_followed(location: str) -> None:
    with pytest.raises(UsageError):
        ConnectOptions("wss://h/").redirected(location)


def test_a_decoding_that_is_none_is_named() -> None:
    with pytest.raises(UsageError, match="there is no decoding 'mqqt': choose one of auto"):
        ConnectOptions("ws://h/", decoding="mqqt")

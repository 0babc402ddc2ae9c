"""Whether a port is in use, as a server would find it."""

from __future__ import annotations

import socket

import pytest

from wslab.lab.ports import in_use


async def test_a_port_somebody_listens_on_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert await in_use(port)
        assert await in_use(port, ["--note", "x", "--host", "localhost"])
        assert await in_use(port, ["--host=0.0.0.0"])
        assert not await in_use(port, ["--host", "127.0.0.2"])
    assert not await in_use(port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", ""])
async def test_what_is_no_address_of_ours_is_not_in_use(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert await in_use(port, ["--host", host]) is (host == "")


async def test_options_that_make_no_sense_are_the_servers_to_refuse() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert await in_use(listener.getsockname()[1], ["--host"])


async def test_a_free_port_is_wanted() -> None:
    assert not await in_use(0)

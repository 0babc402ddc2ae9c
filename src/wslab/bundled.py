"""The servers and lessons that come with the lab: what there is and where it is.

`servers/` and `lessons/` are top-level folders of a checkout and lie inside the package in a wheel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class BundledError(Exception):
    """A bundled file or folder is not where it must be."""


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A bundled server, as far as it is known without starting it."""

    name: str
    port: int
    """The port it listens on unless told otherwise."""
    phase: int
    """The phase of the course that uses it first."""
    title: str

    @property
    def path(self) -> Path:
        """The file to run.

        Raises:
            BundledError: there is no such file.
        """
        path = folder("servers") / f"{self.name}.py"
        if not path.is_file():
            raise BundledError(f"the bundled server {self.name!r} is missing: no file {path}")
        return path

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that its process needs beside those of this one: none."""
        return {}


SERVERS: dict[str, ServerInfo] = {
    info.name: info
    for info in (
        ServerInfo("basic", 8080, 1, "echo and everything a client can meet: raw WebSocket"),
        ServerInfo("graphql", 8081, 2, "queries, mutations and subscriptions: GraphQL over WebSocket"),
        ServerInfo("mqtt", 8082, 2, "a broker for MQTT 3.1.1 and 5, or a tunnel to one: MQTT over WebSocket"),
        ServerInfo("binary", 8083, 2, "a binary protocol to learn from: telemetry, files, arrays of numbers"),
    )
}
"""Every bundled server by name. The one place where their ports are written."""


def folder(name: str) -> Path:
    """Return the folder `servers` or `lessons`, of a wheel or of a checkout.

    Raises:
        BundledError: neither has it.
    """
    package = Path(__file__).resolve().parent
    places = (package / name, package.parents[1] / name)
    for place in places:
        if place.is_dir():
            return place
    raise BundledError(f"no folder {name!r} at {' or '.join(map(str, places))}")

"""Which decoder a connection gets."""

from __future__ import annotations

import pytest

from wslab.wire.decoding.choosing import (
    AUTO,
    CHOICES,
    PROTOCOLS,
    SUBPROTOCOLS,
    Known,
    check_choice,
    decoders,
    protocol_of,
)
from wslab.wire.events import Direction
from wslab.wire.graphql.subprotocols import SUBPROTOCOLS as DIALECTS
from wslab.wire.labproto.layout import SUBPROTOCOLS as VERSIONS


@pytest.mark.parametrize(
    ("subprotocol", "choice", "known"),
    [
        (None, AUTO, None),
        ("chat", AUTO, None),
        ("mqtt", AUTO, Known("mqtt")),
        ("mqttv3.1", AUTO, Known("mqtt", "3.1")),
        ("graphql-ws", AUTO, Known("graphql", "graphql-ws")),
        ("v2.binary.wslab", AUTO, Known("binary", "2")),
        ("mqtt", "text", None),
        ("mqtt", "json", None),
        ("mqttv3.1", "mqtt", Known("mqtt", "3.1")),
        ("mqtt", "graphql", Known("graphql")),
        (None, "binary", Known("binary")),
    ],
)
def test_by_subprotocol_and_by_hand(subprotocol: str | None, choice: str, known: Known | None) -> None:
    assert protocol_of(subprotocol, choice) == known


def test_the_names_are_those_of_the_protocols() -> None:
    """They are written down a second time so that no protocol has to be loaded to choose one."""
    known = {name: found.version for name, found in SUBPROTOCOLS.items() if found.protocol == "graphql"}
    assert known == {name: name for name in DIALECTS}
    known = {name: found.version for name, found in SUBPROTOCOLS.items() if found.protocol == "binary"}
    assert known == {name: str(version) for version, name in VERSIONS.items()}


@pytest.mark.parametrize("known", [*SUBPROTOCOLS.values(), *map(Known, PROTOCOLS)], ids=str)
def test_every_protocol_has_decoders_for_both_directions(known: Known) -> None:
    made = decoders(known, preview_limit=10)
    assert set(made) == set(Direction)
    for decoder in made.values():
        decoder.begin(True)
        decoder.feed(b"{}")
        (unit,) = decoder.end(True)
        assert unit.protocol == known.protocol
        assert unit.violations


def test_a_choice_that_is_none_is_named() -> None:
    assert [check_choice(name) for name in CHOICES] == list(CHOICES)
    with pytest.raises(ValueError, match="there is no decoding 'mqqt': choose one of auto, text"):
        check_choice("mqqt")

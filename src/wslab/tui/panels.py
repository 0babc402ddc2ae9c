"""Who speaks each protocol in the app, and the controls for it, loaded when it is chosen."""

from __future__ import annotations

from typing import cast

from wslab.lab.client_side import Made, Speaker
from wslab.lab.workbench import Workbench
from wslab.tui.widgets.protocol_panel import CarryOut, ProtocolPanel, Say


def speakers(bench: Workbench) -> dict[str, Made]:
    """Return what makes the client of each protocol that speaks on the lab's own connection.

    Args:
        bench: whose connection they speak on.
    """

    def graphql() -> Speaker:
        from wslab.lab.graphql.client import GraphqlClient

        return GraphqlClient(bench.send_text, bench.clock)

    def binary() -> Speaker:
        from wslab.lab.binary.client import BinaryClient

        return BinaryClient(bench.send_binary, bench.clock)

    return {"graphql": graphql, "binary": binary}


def controls(
    protocol: str, bench: Workbench, speaker: Speaker | None, say: Say, carry_out: CarryOut
) -> ProtocolPanel | None:
    """Return the controls of a protocol; None where it is spoken by hand.

    Args:
        protocol: its name.
        bench: what the connection under study belongs to.
        speaker: the client that `speakers` made for it, if there is one.
        say: tells the learner something in passing.
        carry_out: runs an action; what goes wrong is said, not thrown.
    """
    if protocol == "graphql":
        from wslab.lab.graphql.client import GraphqlClient
        from wslab.tui.graphql.panel import GraphqlPanel

        return GraphqlPanel(cast("GraphqlClient", speaker), say, carry_out)
    if protocol == "binary":
        from wslab.lab.binary.client import BinaryClient
        from wslab.tui.binary.panel import BinaryPanel

        return BinaryPanel(cast("BinaryClient", speaker), say, carry_out)
    return _mqtt(bench, say, carry_out) if protocol == "mqtt" else None


def _mqtt(bench: Workbench, say: Say, carry_out: CarryOut) -> ProtocolPanel:
    """Return the controls of MQTT, whose client makes connections of its own."""
    from wslab.lab.mqtt.client import MqttClient
    from wslab.lab.mqtt.options import MqttOptions
    from wslab.tui.mqtt.panel import BROKER, MqttPanel

    async def reach(target: str) -> str:
        await bench.leave()
        return await bench.url(target)

    numbers = bench.follow(lambda: client.url, lambda: client.disconnect())
    client = MqttClient(bench.clock, bench.record, numbers, beside=bench.beside())
    settings = bench.settings
    options = MqttOptions(BROKER, insecure=settings.insecure, ca_file=settings.ca_file)
    return MqttPanel(client, say, carry_out, options=options, reach=reach)

"""The page of topics, without a connection."""

from __future__ import annotations

import itertools

from textual.app import App, ComposeResult

from wslab.lab.mqtt.client import MqttClient, Subscribed
from wslab.tui.mqtt.controls import Choice, Entry, Tick
from wslab.tui.mqtt.talk import Talk
from wslab.tui.pictures import screen_text
from wslab.wire.clock import Clock


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.client = MqttClient(Clock(), lambda _events: None, itertools.count(1))
        self.talk = Talk(self.client, "talk")

    def compose(self) -> ComposeResult:
        yield self.talk


async def test_what_is_typed() -> None:
    app = Host()
    async with app.run_test(size=(76, 12)):
        app.query_one("#mqtt-filter", Entry).value = "a/#"
        app.query_one("#mqtt-filter-qos", Choice).action_turn(2)
        app.query_one("#mqtt-topic", Entry).value = "a/b"
        app.query_one("#mqtt-payload", Entry).value = "ü"
        app.query_one("#mqtt-topic-qos", Choice).action_turn(1)
        app.query_one("#mqtt-retain", Tick).action_work()
        assert app.talk.wanted == ("a/#", 2)
        assert app.talk.message == ("a/b", "ü".encode(), 1, True)


async def test_what_came_is_shown() -> None:
    app = Host()
    async with app.run_test(size=(76, 12)) as pilot:
        app.client.topics.take("sensors/kitchen", b"\x1b[31m21.5", 1, True, 0.0)
        app.client.subscriptions["#"] = Subscribed("#", 2, 1, 5)
        app.talk.show()
        await pilot.pause()
        screen = screen_text(app)
        for text in (
            "▾ sensors",
            "1 message under it",
            "1 topic, 1 message, 9 B",
            "asked QoS 2, granted 1",
        ):
            assert text in screen
        app.talk.topics.focus()
        await pilot.press("down")
        await pilot.pause()
        assert "QoS 1, retained: ␛[31m21.5" in screen_text(app)

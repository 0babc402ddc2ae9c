"""The MQTT panel, by keyboard, at the sizes that it has on small and large screens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from tests.support.counting_broker import broking
from tests.support.mqtt_panel import LARGE, SMALL, a_panel
from wslab import i18n
from wslab.lab.mqtt.options import MqttOptions
from wslab.serving.mqtt.limits import Policy
from wslab.tui.keys import LAB_KEYS
from wslab.tui.mqtt.controls import Entry
from wslab.wire.events import Phase
from wslab.wire.mqtt.packets import Will

CONTROLS = {
    "connection": [
        "mqtt-url", "mqtt-version", "mqtt-client-id", "mqtt-clean", "mqtt-expiry", "mqtt-keep-alive", "mqtt-user",
        "mqtt-password", "mqtt-will-topic", "mqtt-will-qos", "mqtt-will-retain", "mqtt-will-message",
        "mqtt-ca", "mqtt-insecure", "mqtt-connect", "mqtt-disconnect", "mqtt-drop",
    ],
    "talk": [
        "mqtt-filter", "mqtt-filter-qos", "mqtt-subscribe", "mqtt-topic", "mqtt-topic-qos", "mqtt-retain",
        "mqtt-payload", "mqtt-publish", "mqtt-clear", "mqtt-topics", "mqtt-subscriptions",
    ],
}  # fmt: skip


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language(i18n.SOURCE)


# English at the small size is what every other test here has.
@pytest.mark.parametrize(("size", "language"), [(SMALL, "ja"), (LARGE, "en")], indirect=["language"])
async def test_every_control_is_reached_and_none_is_clipped(size: tuple[int, int], language: str) -> None:
    async with a_panel(size=size) as lab:
        for page, controls in CONTROLS.items():
            lab.app.panel.turn_to(page)
            await lab.pilot.pause()
            lab.app.query_one("#mqtt-pages").focus()
            seen = []
            for _ in controls:
                await lab.press("tab")
                seen.append(lab.focus)
                widget = lab.app.focused
                assert widget is not None
                assert widget.region in widget.screen.region
                assert widget.size.width >= 6
                # What it says is all there.
                words = getattr(widget, "words", "")
                assert widget.size.width >= cell_len(words)
                assert words in lab.screen
            assert seen == controls
            for caption in lab.app.query("Caption"):
                if all(node.display for node in caption.ancestors_with_self):
                    assert str(caption.content) in lab.screen
            assert max(map(cell_len, lab.screen.splitlines())) <= size[0]
        await lab.press("tab")
        assert lab.focus == "mqtt-pages"
        assert bool(re.search("[ぁ-ん]", lab.screen)) is (language == "ja")


async def test_a_session_by_keyboard() -> None:
    async with broking() as broker, a_panel(MqttOptions(broker.url, will=Will("will", b"gone", 1))) as lab:
        await lab.go_to("mqtt-connect")
        await lab.press("enter")
        await lab.sees("OPEN · MQTT 5.0", "client assigned-1", "new session", "no subscriptions")
        await lab.until(lambda: lab.focus == "mqtt-filter", "the next thing to do to have the keyboard")
        await lab.press(*"sensors/#", "tab", "enter", "tab", "enter")
        await lab.sees("asked QoS 1, granted 1")
        await lab.write("mqtt-topic", "sensors/kitchen")
        await lab.press("tab", "enter", "enter", "tab", "tab", *"21.5", "enter")
        await lab.sees("▾ sensors", "· kitchen", "21.5", "1 topic, 1 message, 4 B, published 1")
        await lab.until(lambda: lab.app.said, "what became of it")
        assert re.search(
            r"sensors/kitchen: QoS 2, acknowledged after .*: PUBREC 0x00 Success", lab.app.said[0]
        )
        await lab.go_to("mqtt-topics")
        await lab.press("down")
        await lab.sees("QoS 1, live: 21.5")
        await lab.go_to("mqtt-subscriptions")
        await lab.press("enter")
        await lab.sees("no subscriptions")
        await lab.go_to("mqtt-clear")
        await lab.press("enter")
        await lab.sees("0 topics, 0 messages, 0 B, published 1")
        await lab.go_to("mqtt-pages")
        await lab.press("left")
        await lab.sees("CONNACK 0x00 Success")
        await lab.go_to("mqtt-drop")
        await lab.press("enter")
        await lab.sees("the will came on will", "QoS 1: gone", "CLOSED")
        await lab.until(lambda: "the will came" in lab.app.said[-1], "what is said of it")
        await lab.go_to("mqtt-disconnect")
        await lab.press("enter")
        await lab.until(
            lambda: lab.app.errors == ["there is no MQTT connection to end"], "what cannot be done"
        )


async def test_what_goes_wrong_is_said_and_shown() -> None:
    policy = Policy(users={"me": b"right"}, refused_filters=frozenset({"no"}))
    async with broking(policy=policy) as broker, a_panel(MqttOptions(broker.url)) as lab:
        await lab.write("mqtt-keep-alive", "soon")
        await lab.press("enter")
        await lab.until(lambda: len(lab.app.errors) == 1, "an error")
        assert lab.app.errors[0] == "keep alive 'soon': write a whole number from 0 to 65535"
        await lab.write("mqtt-keep-alive", "60")
        await lab.write("mqtt-user", "me")
        await lab.write("mqtt-password", "wrong")
        await lab.press("enter")
        await lab.sees("ERROR", "the broker refused CONNECT: 0x86 Bad User Name or Password")
        await lab.write("mqtt-password", "right")
        await lab.press("enter")
        await lab.sees("OPEN")
        await lab.write("mqtt-filter", "no")
        await lab.press("enter")
        await lab.sees("refused: 0x80")
        assert lab.app.said == ["no: refused, 0x80 Unspecified error"]
        await lab.write("mqtt-filter", "a/#/b")
        await lab.press("enter")
        await lab.until(lambda: len(lab.app.errors) == 3, "another error")
        assert "topic filter 'a/#/b'" in lab.app.errors[2]
        await lab.write("mqtt-topic", "a/+")
        await lab.press("enter")
        await lab.until(lambda: len(lab.app.errors) == 4, "one more")
        assert "topic 'a/+'" in lab.app.errors[3]


async def test_text_of_the_network_is_drawn_and_not_obeyed() -> None:
    async with broking() as broker, a_panel(MqttOptions(broker.url)) as lab:
        await lab.client.connect(MqttOptions(broker.url))
        lab.app.panel.turn_to("talk")
        await lab.client.subscribe("#")
        await lab.client.publish("[b]\x1b[2J/\u202e", b"[red]\x1b[31m", 0)
        await lab.sees("[b]␛[2J", "<U+202E>", "[red]␛[31m")


async def test_a_path_is_turned_into_a_url() -> None:
    async with broking() as broker:
        asked: list[str] = []

        async def reach(target: str) -> str:
            asked.append(target)
            return broker.url

        async with a_panel(reach=reach) as lab:
            lab.app.panel.aim("/mqtt")
            await lab.go_to("mqtt-url")
            await lab.press("enter")
            await lab.sees("OPEN")
            assert asked == ["/mqtt"]


async def test_the_language_changes_in_place() -> None:
    async with a_panel() as lab:
        await lab.write("mqtt-client-id", "me")
        try:
            i18n.set_language("ja")
            for widget in lab.app.panel.walk_children(with_self=True):
                if hasattr(widget, "retranslate"):
                    widget.retranslate()
            await lab.pilot.pause()
            assert "Client" not in lab.screen
            assert "[ Connect ]" not in lab.screen
            assert "me" in lab.screen
            assert lab.focus == "mqtt-client-id"
        finally:
            i18n.set_language(i18n.SOURCE)


async def test_nothing_is_drawn_where_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_panel() as lab:
        panel = lab.app.panel
        panel.refresh_shown()
        monkeypatch.setattr(panel.talk, "show", lambda: pytest.fail("drawn"))
        panel.refresh_shown()
        assert lab.client.phase is Phase.DISCONNECTED


async def test_outside_of_entries_no_key_of_the_lab_is_taken() -> None:
    of_the_lab = {key for binding in LAB_KEYS for key in binding.key.split(",")}
    async with a_panel() as lab:
        for widget in lab.app.panel.walk_children():
            if widget.can_focus and not isinstance(widget, Entry):
                inside = [
                    node for node in widget.ancestors_with_self if lab.app.panel in node.ancestors_with_self
                ]
                own = {key for node in inside for key in node._bindings.key_to_bindings}
                assert not of_the_lab & own, widget

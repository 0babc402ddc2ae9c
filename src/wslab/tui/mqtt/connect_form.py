"""How to connect to a broker, what its will is to be, and what became of it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from wslab.i18n import N_
from wslab.lab.commands import parse_path
from wslab.lab.mqtt.client import MqttClient
from wslab.lab.mqtt.options import (
    HIGHEST_QOS,
    KEEP_ALIVE,
    LONGEST_KEEP_ALIVE,
    NEVER,
    SESSION_EXPIRY,
    MqttOptions,
    read_number,
)
from wslab.tui.mqtt.controls import Act, Caption, Choice, Entry, Tick
from wslab.tui.mqtt.status_text import outcome_lines
from wslab.wire.mqtt.packets import VERSION_NAMES, Version, Will

QOS_CHOICES = [(f"QoS {qos}", qos) for qos in range(HIGHEST_QOS + 1)]
VERSION_CHOICES = [
    (f"MQTT {VERSION_NAMES[version]}", int(version)) for version in (Version.V5, Version.V3_1_1)
]


class ConnectForm(VerticalScroll, can_focus=False):
    """The fields of `MqttOptions`, the buttons that use them, and the outcome."""

    DEFAULT_CSS = """
    ConnectForm {
        height: 1fr;
        scrollbar-size-vertical: 1;
        & > Horizontal { height: 1; }
        & > #mqtt-outcome { height: auto; color: $foreground; }
    }
    """

    def __init__(self, options: MqttOptions, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._given = options
        self._target = options.url

    def on_mount(self) -> None:
        """Show what was aimed at while the fields were being made."""
        self.query_one("#mqtt-url", Entry).value = self._target

    def compose(self) -> ComposeResult:
        """Lay the fields out, line by line."""
        given, will = self._given, self._given.will
        with Horizontal():
            yield Caption(N_("URL"))
            yield Entry("mqtt-url", given.url, invitation=N_("ws://… or wss://…"))
        with Horizontal():
            yield Choice("mqtt-version", VERSION_CHOICES, given.version)
            yield Caption(N_("client id"))
            yield Entry("mqtt-client-id", given.client_id, invitation=N_("empty: the broker chooses one"))
            yield Tick(N_("clean start"), "mqtt-clean", given.clean_start)
        with Horizontal():
            yield Caption(N_("session expiry (s, MQTT 5)"))
            yield Entry("mqtt-expiry", str(given.session_expiry), cells=12)
            yield Caption(N_("keep alive (s)"))
            yield Entry("mqtt-keep-alive", str(given.keep_alive), cells=8)
        with Horizontal():
            yield Caption(N_("user name"))
            yield Entry("mqtt-user", given.username)
            yield Caption(N_("password"))
            yield Entry("mqtt-password", given.password, password=True)
        with Horizontal():
            yield Caption(N_("will topic"))
            yield Entry("mqtt-will-topic", will.topic if will else "", invitation=N_("empty: no will"))
            yield Choice("mqtt-will-qos", QOS_CHOICES, will.qos if will else 0)
            yield Tick(N_("retain"), "mqtt-will-retain", bool(will and will.retain))
        with Horizontal():
            yield Caption(N_("will message"))
            yield Entry("mqtt-will-message", will.payload.decode(errors="replace") if will else "")
        with Horizontal():
            yield Caption(N_("authorities"))
            yield Entry(
                "mqtt-ca", given.ca_file or "", invitation=N_("a PEM file; empty: those of the system")
            )
            yield Tick(N_("accept any certificate"), "mqtt-insecure", given.insecure)
        with Horizontal():
            yield Act(N_("Connect"), "mqtt-connect")
            yield Act(N_("Disconnect"), "mqtt-disconnect")
            yield Act(N_("Cut TCP and look for the will"), "mqtt-drop")
        yield Static(markup=False, id="mqtt-outcome")

    @property
    def target(self) -> str:
        """What stands in the field for the URL."""
        return self._text("mqtt-url").strip()

    def aim(self, url: str) -> None:
        """Put another URL in its field."""
        self._target = url
        if self.is_mounted:
            self.query_one("#mqtt-url", Entry).value = url

    def options(self, url: str) -> MqttOptions:
        """Return what the fields say.

        Args:
            url: where to connect, in place of what stands in the field for it.

        Raises:
            ValueError: a field is wrong; the message names it.
        """
        authorities = self._text("mqtt-ca").strip()
        topic, message = self._text("mqtt-will-topic"), self._text("mqtt-will-message")
        will = None
        if topic:
            qos = self.query_one("#mqtt-will-qos", Choice).value
            will = Will(topic, message.encode(errors="surrogatepass"), qos, self._ticked("mqtt-will-retain"))
        return MqttOptions(
            url,
            version=self.query_one("#mqtt-version", Choice).value,
            client_id=self._text("mqtt-client-id"),
            clean_start=self._ticked("mqtt-clean"),
            session_expiry=read_number(SESSION_EXPIRY, self._text("mqtt-expiry"), NEVER),
            keep_alive=read_number(KEEP_ALIVE, self._text("mqtt-keep-alive"), LONGEST_KEEP_ALIVE),
            username=self._text("mqtt-user"),
            password=self._text("mqtt-password"),
            will=will,
            insecure=self._ticked("mqtt-insecure"),
            ca_file=str(parse_path("ca", authorities)) if authorities else None,
        )

    def show(self, client: MqttClient) -> None:
        """Show what became of it."""
        text = "\n".join(outcome_lines(client))
        outcome = self.query_one("#mqtt-outcome", Static)
        if str(outcome.content) != text:
            outcome.update(text)

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Entry).value

    def _ticked(self, name: str) -> bool:
        return self.query_one(f"#{name}", Tick).value

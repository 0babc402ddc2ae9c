"""Subscribing, publishing, and the topics that fill."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from wslab.i18n import N_
from wslab.lab.mqtt.client import MqttClient
from wslab.tui.mqtt.connect_form import QOS_CHOICES
from wslab.tui.mqtt.controls import Act, Caption, Choice, Entry, Tick
from wslab.tui.mqtt.subscription_list import SubscriptionList
from wslab.tui.mqtt.topic_rows import detail_lines, totals_line
from wslab.tui.mqtt.topic_view import TopicView


class Talk(Vertical):
    """What to subscribe to and to publish, over the topics and the subscriptions."""

    DEFAULT_CSS = """
    Talk {
        height: 1fr;
        & > .mqtt-line { height: 1; }
        & > #mqtt-seen { height: 1fr; }
        #mqtt-subscriptions-side {
            width: 38%;
            height: 1fr;
            border-left: solid $panel-lighten-1;
            padding: 0 0 0 1;
        }
        #mqtt-details { height: 2; text-wrap: nowrap; text-overflow: ellipsis; }
        #mqtt-totals { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, client: MqttClient, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._client = client
        self.topics = TopicView(client.topics, "mqtt-topics")
        self.subscriptions = SubscriptionList("mqtt-subscriptions")

    def compose(self) -> ComposeResult:
        """Lay out the lines to type into over what came."""
        with Horizontal(classes="mqtt-line"):
            yield Caption(N_("subscribe to"))
            yield Entry("mqtt-filter", invitation=N_("sensors/+/celsius, # for all"))
            yield Choice("mqtt-filter-qos", QOS_CHOICES, 0)
            yield Act(N_("Subscribe"), "mqtt-subscribe")
        with Horizontal(classes="mqtt-line"):
            yield Caption(N_("publish to"))
            yield Entry("mqtt-topic", invitation=N_("sensors/kitchen/celsius"))
            yield Choice("mqtt-topic-qos", QOS_CHOICES, 0)
            yield Tick(N_("retain"), "mqtt-retain")
        with Horizontal(classes="mqtt-line"):
            yield Caption(N_("payload"))
            yield Entry("mqtt-payload")
            yield Act(N_("Publish"), "mqtt-publish")
            yield Act(N_("Forget what came"), "mqtt-clear")
        with Horizontal(id="mqtt-seen"):
            yield self.topics
            with Vertical(id="mqtt-subscriptions-side"):
                yield Caption(N_("subscriptions"))
                yield self.subscriptions
        yield Static(markup=False, id="mqtt-details")
        yield Static(markup=False, id="mqtt-totals")

    @property
    def wanted(self) -> tuple[str, int]:
        """The topic filter to subscribe to, and the QoS."""
        return self.query_one("#mqtt-filter", Entry).value, self.query_one("#mqtt-filter-qos", Choice).value

    @property
    def message(self) -> tuple[str, bytes, int, bool]:
        """Topic, payload, QoS and whether to retain."""
        return (
            self.query_one("#mqtt-topic", Entry).value,
            self.query_one("#mqtt-payload", Entry).value.encode(errors="surrogatepass"),
            self.query_one("#mqtt-topic-qos", Choice).value,
            self.query_one("#mqtt-retain", Tick).value,
        )

    def show(self) -> None:
        """Show what came and what is subscribed to."""
        self.topics.refresh_shown()
        self.subscriptions.show(self._client.subscriptions)
        self.show_details()

    @on(TopicView.Highlighted)
    def show_details(self) -> None:
        """Show what is known of the topic under the cursor, and what came in all."""
        self._say("#mqtt-details", "\n".join(detail_lines(self.topics.current)))
        self._say("#mqtt-totals", totals_line(self._client.topics, sum(self._client.published)))

    def _say(self, where: str, text: str) -> None:
        shown = self.query_one(where, Static)
        if str(shown.content) != text:
            shown.update(text, layout=False)

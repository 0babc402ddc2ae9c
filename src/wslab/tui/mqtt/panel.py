"""The controls of MQTT: connecting, subscribing, publishing, topics, the will."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import ContentSwitcher, Input, OptionList, Static, Tab, Tabs

from wslab.bundled import SERVERS
from wslab.i18n import N_, _
from wslab.lab.mqtt.client import MqttClient
from wslab.lab.mqtt.options import MqttOptions
from wslab.tui.mqtt.connect_form import ConnectForm
from wslab.tui.mqtt.controls import Act, Entry
from wslab.tui.mqtt.status_text import published_line, state_line, will_line
from wslab.tui.mqtt.talk import Talk
from wslab.tui.safe_text import visible
from wslab.tui.widgets.protocol_panel import CarryOut, ProtocolPanel, Say

BROKER = f"ws://127.0.0.1:{SERVERS['mqtt'].port}/mqtt"
"""Where the bundled broker listens."""
REFRESHES = 5
"""A second, at most."""
PAGES = {"connection": N_("Connection"), "talk": N_("Topics")}


class MqttPanel(ProtocolPanel):
    """Everything to talk to a broker with.

    Args:
        client: what talks to it.
        say: tells something in passing.
        carry_out: runs an action.
        options: what the fields begin with.
        reach: turns what stands in the field for the URL into a URL, and starts a server where that takes
            one; None where only URLs are understood.
    """

    DEFAULT_CSS = """
    MqttPanel {
        height: 1fr;
        & > #mqtt-state { height: 1; text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #mqtt-pages { height: 1; Underline { display: none; } Tab { height: 1; padding: 0 1; } }
        & > #mqtt-pages Tab.-active { text-style: bold reverse; }
        & > ContentSwitcher { height: 1fr; }
    }
    """

    connects = True

    def __init__(
        self,
        client: MqttClient,
        say: Say,
        carry_out: CarryOut,
        *,
        options: MqttOptions | None = None,
        reach: Callable[[str], Awaitable[str]] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._client = client
        self._say = say
        self._carry_out = carry_out
        self._reach = reach
        self._changed = True
        self.form = ConnectForm(options or MqttOptions(BROKER), "mqtt-connection")
        self.talk = Talk(client, "mqtt-talk")
        client.listen(self._note)

    def compose(self) -> ComposeResult:
        """Lay out the state over two pages."""
        yield Static(markup=False, id="mqtt-state")
        yield Tabs(*(Tab(_(title), id=name) for name, title in PAGES.items()), id="mqtt-pages")
        with ContentSwitcher(initial="mqtt-connection"):
            yield self.form
            yield self.talk

    def on_mount(self) -> None:
        """Show what there is, and look now and then for more."""
        self.set_interval(1 / REFRESHES, self.refresh_shown)
        self.call_after_refresh(self.refresh_shown)

    def on_resize(self) -> None:
        """Lay what depends on the width out anew."""
        self._changed = True
        self.call_after_refresh(self.refresh_shown)

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        for name, title in PAGES.items():
            self.query_one(f"#mqtt-pages #{name}", Tab).label = Content(_(title))
        self._changed = True
        self.refresh_shown()

    def refresh_shown(self) -> None:
        """Show what the client says; nothing is done where it said nothing since the last time."""
        if not self._changed or not self.is_mounted:
            return
        self._changed = False
        state = self.query_one("#mqtt-state", Static)
        line = state_line(self._client, max(20, self.content_size.width))
        if str(state.content) != line:
            state.update(line, layout=False)
        self.form.show(self._client)
        self.talk.show()

    def aim(self, url: str) -> None:
        """Put another URL in its field."""
        self.form.aim(url)

    def turn_to(self, page: str) -> None:
        """Bring a page to the front: `connection` or `talk`."""
        self.query_one("#mqtt-pages", Tabs).active = page

    # What is asked for

    @on(Tabs.TabActivated, "#mqtt-pages")
    def show_page(self, event: Tabs.TabActivated) -> None:
        """Bring the page of a tab to the front."""
        event.stop()
        self.query_one(ContentSwitcher).current = f"mqtt-{event.tab.id}"
        self._changed = True

    @on(Act.Worked)
    def do(self, event: Act.Worked) -> None:
        """Do what a button is for."""
        event.stop()
        work = {
            "mqtt-connect": self.connect,
            "mqtt-disconnect": self._client.disconnect,
            "mqtt-drop": self._drop,
            "mqtt-subscribe": self._subscribe,
            "mqtt-publish": self._publish,
            "mqtt-clear": self._clear,
        }.get(event.sender.id or "")
        if work is not None:
            self._carry_out(work(), event.sender.id or "")

    @on(Input.Submitted)
    def enter(self, event: Input.Submitted) -> None:
        """Do what the line is for that was ended with Enter."""
        event.stop()
        if event.input.id == "mqtt-filter":
            self._carry_out(self._subscribe(), "mqtt-subscribe")
        elif event.input.id in ("mqtt-topic", "mqtt-payload"):
            self._carry_out(self._publish(), "mqtt-publish")
        else:
            self._carry_out(self.connect(), "mqtt-connect")

    @on(OptionList.OptionSelected, "#mqtt-subscriptions")
    def leave_topic(self, event: OptionList.OptionSelected) -> None:
        """Take a subscription back."""
        event.stop()
        topic_filter = self.talk.subscriptions.topic_filter(event.option_index)
        self._carry_out(self._unsubscribe(topic_filter), "mqtt-unsubscribe")

    async def connect(self) -> None:
        """Connect as the fields say, and go on to the topics."""
        # Before a server is started for it, what is typed has to make sense.
        target = self.form.target
        self.form.options(target if "://" in target else BROKER)
        url = target if self._reach is None else await self._reach(target)
        await self._client.connect(self.form.options(url))
        if not self.is_running:
            return  # The lab was left meanwhile.
        self.turn_to("talk")
        self.query_one("#mqtt-filter", Entry).focus()

    async def _drop(self) -> None:
        await self._client.drop()
        if self._client.will is not None:
            self._say(will_line(self._client.will))

    async def _subscribe(self) -> None:
        subscribed = await self._client.subscribe(*self.talk.wanted)
        if subscribed.granted is None:
            what = visible(subscribed.topic_filter, 100)
            self._say(_("{topic_filter}: refused, {code}").format(topic_filter=what, code=subscribed.words))

    async def _unsubscribe(self, topic_filter: str) -> None:
        await self._client.unsubscribe(topic_filter)

    async def _publish(self) -> None:
        self._say(published_line(await self._client.publish(*self.talk.message)))

    async def _clear(self) -> None:
        self._client.clear()

    def _note(self) -> None:
        self._changed = True

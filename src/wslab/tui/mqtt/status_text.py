"""What there is to say of an MQTT connection. Nothing here knows of a screen."""

from __future__ import annotations

from rich.cells import cell_len

from wslab.i18n import _, spoken
from wslab.lab.cells import fit
from wslab.lab.mqtt.client import WILL_WITHIN, MqttClient, Published, Subscribed, WillWatch
from wslab.tui.safe_text import preview_text, visible
from wslab.units import format_duration
from wslab.wire.events import Phase
from wslab.wire.mqtt.packets import VERSION_NAMES, Connack, PacketType, Will
from wslab.wire.mqtt.properties import RULES, Kind, Property
from wslab.wire.mqtt.reason_codes import code_words
from wslab.wire.mqtt.words import property_words

SEPARATOR = " · "
LONGEST_ID = 24
"""Cells of a client identifier in the line of the state."""
LONGEST_FILTER = 100
"""Characters of a topic filter in the list of subscriptions."""
LONGEST = 400
"""Characters of any text of the network."""


def state_line(client: MqttClient, width: int) -> str:
    """Return how the connection stands, as far as it fits into so many cells; the most important first."""
    parts = [client.phase.value.upper(), *_state_parts(client)]
    line = parts[0]
    for part in parts[1:]:
        longer = f"{line}{SEPARATOR}{part}"
        if cell_len(longer) > width:
            break
        line = longer
    return line


def _state_parts(client: MqttClient) -> list[str]:
    if client.phase is Phase.DISCONNECTED:
        return [_("choose how to connect, then Connect")]
    if client.phase is not Phase.OPEN or client.options is None:
        waiting = client.phase in (Phase.CONNECTING, Phase.CLOSING)
        return [] if waiting else [_("the page Connection says why")]
    present = client.connack is not None and client.connack.session_present
    keep_alive = client.keep_alive
    return [
        f"MQTT {VERSION_NAMES[client.options.version]}",
        _("client {name}").format(name=fit(visible(client.client_id, LONGEST), LONGEST_ID) or "–"),
        _("session resumed") if present else _("new session"),
        _("keep alive {seconds} s").format(seconds=keep_alive) if keep_alive else _("no keep alive"),
    ]


def outcome_lines(client: MqttClient) -> list[str]:
    """Return what became of connecting, and of the will; each line is to be wrapped."""
    lines = []
    if client.phase is Phase.OPEN and client.connack is not None and client.options is not None:
        lines += _connack_lines(client.connack, client.options.version)
    elif client.why:
        lines.append(visible(spoken(client.why), LONGEST * 2))
    if client.will is not None:
        lines.append(will_line(client.will))
    elif client.phase is Phase.OPEN and client.options is not None and client.options.will is not None:
        topic = visible(client.options.will.topic, LONGEST)
        lines.append(_("the will is published to {topic} if the connection breaks").format(topic=topic))
    return lines


def will_line(watch: WillWatch) -> str:
    """Return what came of a will."""
    topic = visible(watch.will.topic, LONGEST)
    if watch.waiting:
        return _("a second connection waits for the will on {topic} …").format(topic=topic)
    if watch.trouble:
        why = visible(spoken(watch.trouble), LONGEST)
        return _("nobody could wait for the will on {topic}: {why}").format(topic=topic, why=why)
    if watch.seconds is None:
        return _("no will came on {topic} within {time}").format(
            topic=topic, time=format_duration(WILL_WITHIN)
        )
    return _("the will came on {topic}, {time} after the cut, QoS {qos}: {payload}").format(
        topic=topic, time=format_duration(watch.seconds), qos=watch.qos, payload=_payload(watch.will)
    )


def published_line(published: Published) -> str:
    """Return what became of a message."""
    topic = visible(published.topic, LONGEST)
    time = format_duration(published.seconds)
    if not published.qos:
        return _("{topic}: sent with QoS 0, which nobody acknowledges").format(topic=topic)
    packet = "PUBACK" if published.qos == 1 else "PUBREC"
    said = f"{packet} {published.words}".rstrip()
    return _("{topic}: QoS {qos}, acknowledged after {time}: {said}").format(
        topic=topic, qos=published.qos, time=time, said=said
    )


def subscription_lines(subscribed: Subscribed) -> tuple[str, str]:
    """Return two lines about a subscription: its filter, and what was asked for and granted."""
    if subscribed.granted is None:
        second = _("refused: {code}").format(code=subscribed.words)
    else:
        second = _("asked QoS {wanted}, granted {granted}").format(
            wanted=subscribed.wanted, granted=subscribed.granted
        )
    return visible(subscribed.topic_filter, LONGEST_FILTER), second


def _connack_lines(connack: Connack, version: int) -> list[str]:
    words = code_words(PacketType.CONNACK, connack.reason_code, version)
    lines = [f"CONNACK {words}"]
    if connack.session_present:
        lines.append(_("The broker kept the session: subscriptions from before are still there."))
    said = [_property(item) for item in connack.properties.items]
    if said:
        lines.append(SEPARATOR.join(said))
    return lines


def _property(item: Property) -> str:
    """Return a property by the standard's name, with its value."""
    known = RULES.get(item.id)
    value = item.value
    if isinstance(value, int):
        text = property_words(item.id, value) if known and known.kind is not Kind.PAIR else str(value)
    elif isinstance(value, bytes):
        text = preview_text(value, False, 60)
    elif isinstance(value, str):
        text = visible(value, LONGEST)
    else:
        text = "=".join(visible(part, LONGEST) for part in value)
    return f"{item.name} {text}"


def _payload(will: Will) -> str:
    try:
        will.payload.decode()
    except UnicodeDecodeError:
        return preview_text(will.payload, False, LONGEST)
    return preview_text(will.payload, True, LONGEST)

"""How an MQTT connection is to be made, and how what is typed for it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from wslab.i18n import N_, sentence
from wslab.net.options import ConnectOptions
from wslab.wire.mqtt.packets import Version, Will
from wslab.wire.mqtt.topics import LONGEST, has_wildcard, wrong_filter, wrong_shared_filter

LONGEST_KEEP_ALIVE = 0xFFFF
"""Seconds: the field has two bytes (MQTT 5 section 3.1.2.10)."""
NEVER = 0xFFFF_FFFF
"""The Session Expiry Interval of a session that does not expire (MQTT 5 section 3.1.2.11.2)."""
HIGHEST_QOS = 2

VERSION, CLIENT_ID = N_("version"), N_("client id")
SESSION_EXPIRY, KEEP_ALIVE = N_("session expiry"), N_("keep alive")
USER, PASSWORD = N_("user name"), N_("password")
WILL_TOPIC, WILL_MESSAGE, WILL_QOS = N_("will topic"), N_("will message"), N_("will QoS")
TOPIC, FILTER, PAYLOAD, QOS = N_("topic"), N_("topic filter"), N_("payload"), N_("QoS")


@dataclass(frozen=True, slots=True)
class MqttOptions:
    """Everything that decides how a connection to a broker is made.

    Raises:
        ValueError: an option is wrong; the message names it, its value and what would be right.
    """

    url: str
    """`ws://` or `wss://`."""
    version: int = Version.V5
    """Protocol level: 4 for 3.1.1, 5 for 5.0."""
    client_id: str = ""
    """Empty to leave the name to the broker."""
    clean_start: bool = True
    """Whether to begin a new session. In 3.1.1, where it is called clean session, the broker also forgets the
    session at its end."""
    session_expiry: int = 0
    """Seconds that the broker keeps the session after the connection; `NEVER` for ever. In MQTT 5 alone."""
    keep_alive: int = 60
    """Seconds after which the client pings where it has nothing else to say; 0 for never."""
    username: str = ""
    """Empty for none."""
    password: str = field(default="", repr=False)
    """Empty for none."""
    will: Will | None = None
    insecure: bool = False
    """Whether to accept any certificate."""
    ca_file: str | None = None
    """PEM file with certificate authorities to trust beside those of the system."""

    def __post_init__(self) -> None:
        target = ConnectOptions(self.url, insecure=self.insecure, ca_file=self.ca_file).target
        if target.user_info is not None:
            raise ValueError(
                sentence(
                    "the URL holds a user and password: write them into their fields, they go into CONNECT"
                )
            )
        if self.version not in (Version.V3_1_1, Version.V5):
            raise ValueError(
                sentence("version {version}: there are 4 (MQTT 3.1.1) and 5 (MQTT 5.0)", version=self.version)
            )
        for name, value in ((CLIENT_ID, self.client_id), (USER, self.username), (PASSWORD, self.password)):
            check_string(name, value)
        check_number(KEEP_ALIVE, self.keep_alive, LONGEST_KEEP_ALIVE)
        check_number(SESSION_EXPIRY, self.session_expiry, NEVER)
        if self.version == Version.V3_1_1 and not self.client_id and not self.clean_start:
            raise ValueError(
                sentence("client id: MQTT 3.1.1 wants one where the session is kept (MQTT-3.1.3-7)")
            )
        if self.password and not self.username:
            raise ValueError(
                sentence("password: it goes with a user name, and there is none (MQTT-3.1.2-22)")
            )
        if self.will is not None:
            check_topic(WILL_TOPIC, self.will.topic)
            check_number(WILL_QOS, self.will.qos, HIGHEST_QOS)
            if len(self.will.payload) > LONGEST:
                raise too_long(WILL_MESSAGE, len(self.will.payload))


def read_number(name: str, text: str, highest: int) -> int:
    """Read a whole number from 0 on that somebody typed.

    Args:
        name: what it is, as the message of an error calls it.
        text: what was typed.
        highest: the largest number allowed.

    Raises:
        ValueError: it is none.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(NEVER))):
        raise _no_number(name, repr(text), highest)
    return check_number(name, int(digits), highest)


def check_number(name: str, value: int, highest: int) -> int:
    """Return a number from 0 to `highest`.

    Raises:
        ValueError: it is not within these bounds.
    """
    if not 0 <= value <= highest:
        raise _no_number(name, value, highest)
    return value


def check_string(name: str, text: str) -> None:
    """Make sure that a text can stand in a packet (MQTT 5 section 1.5.4).

    Raises:
        ValueError: it cannot.
    """
    if "\0" in text:
        raise ValueError(
            sentence("{name}: the null character may not be in it (MQTT-1.5.4-2)", name=sentence(name))
        )
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ValueError(
            sentence("{name}: half a surrogate pair has no UTF-8 (MQTT-1.5.4-1)", name=sentence(name))
        ) from None
    if size > LONGEST:
        raise too_long(name, size)


def check_topic(name: str, topic: str) -> None:
    """Make sure that messages can be published under a topic (MQTT 5 section 4.7).

    Raises:
        ValueError: they cannot.
    """
    if not topic:
        raise ValueError(sentence("{name}: write one, such as sensors/kitchen", name=sentence(name)))
    if has_wildcard(topic):
        raise ValueError(
            sentence(
                "{name} {topic!r}: + and # are for subscriptions, not for publishing (MQTT-3.3.2-2)",
                name=sentence(name),
                topic=topic,
            )
        )
    check_string(name, topic)


def check_filter(topic_filter: str, version: int) -> None:
    """Make sure that a subscription can be made with a topic filter (MQTT 5 sections 4.7 and 4.8.2).

    Args:
        topic_filter: what to subscribe to.
        version: protocol level; shared subscriptions are of MQTT 5.

    Raises:
        ValueError: it cannot.
    """
    if not topic_filter:
        raise ValueError(sentence("topic filter: write one, such as sensors/+/celsius or #"))
    check_string(FILTER, topic_filter)
    wrong = wrong_shared_filter(topic_filter) if version >= Version.V5 else wrong_filter(topic_filter)
    if wrong is not None:
        raise ValueError(
            sentence(
                "topic filter {topic_filter!r}: {wrong} ({section}); right are sensors/+/celsius and a/#",
                topic_filter=topic_filter,
                wrong=wrong.text,
                section=wrong.reference(version),
            )
        )


def too_long(name: str, size: int, longest: int = LONGEST) -> ValueError:
    """Return the error for a field that has more bytes than there is room for."""
    return ValueError(
        sentence(
            "{name}: {size} bytes are too many, {longest} fit",
            name=sentence(name),
            size=size,
            longest=longest,
        )
    )


def _no_number(name: str, value: object, highest: int) -> ValueError:
    return ValueError(
        sentence(
            "{name} {value}: write a whole number from 0 to {highest}",
            name=sentence(name),
            value=value,
            highest=highest,
        )
    )

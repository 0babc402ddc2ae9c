"""Who gets a message: sessions, their subscriptions and the retained messages."""

from __future__ import annotations

from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.message import Message
from wslab.serving.mqtt.retained import Retained
from wslab.serving.mqtt.session import Session
from wslab.serving.mqtt.subscriptions import Entry, SubscriptionTree
from wslab.wire.mqtt.packets import Subscription
from wslab.wire.mqtt.topics import split_shared

SEND_RETAINED, SEND_TO_NEW, SEND_NONE = 0, 1, 2
"""Retain Handling (MQTT 5 section 3.8.3.1)."""


class Router:
    """All that is known of all clients."""

    def __init__(self, limits: Limits) -> None:
        """Start empty."""
        self.sessions: dict[str, Session] = {}
        """By client identifier."""
        self.retained = Retained(limits)
        self._tree = SubscriptionTree()
        # Whose turn it is in each group of shared subscriptions, by share name and filter.
        self._turns: dict[tuple[str, str], int] = {}

    def publish(self, message: Message, now: float) -> bool:
        """Give a message to everybody whose subscriptions it matches; return whether there was anybody.

        A client with several matching subscriptions gets it once, with the highest QoS of them and all their
        identifiers (MQTT-3.3.4-2 and -4; in 3.1.1 MQTT-3.3.5-1).
        """
        if message.retain:
            self.retained.keep(message)
        clients: dict[str, list[Entry]] = {}
        groups: dict[tuple[str, str], list[Entry]] = {}
        for topic_filter, entry in self._tree.matching(message.topic):
            if entry.share:
                groups.setdefault((entry.share, topic_filter), []).append(entry)
            elif not (entry.subscription.no_local and entry.client == message.publisher):
                clients.setdefault(entry.client, []).append(entry)
        for entries in clients.values():
            self._give(message, entries, now)
        for group, entries in groups.items():
            self._give(message, [self._chosen(group, entries)], now)
        return bool(clients or groups)

    def subscribe(self, session: Session, subscription: Subscription, identifier: int, shares: bool) -> bool:
        """Add a subscription to a session or replace the one it has; return whether it is new.

        Args:
            session: whose.
            subscription: with the QoS that is granted.
            identifier: Subscription Identifier, 0 for none.
            shares: whether `$share/…` means what it means in MQTT 5.
        """
        share, topic_filter = (
            split_shared(subscription.topic_filter) if shares else ("", subscription.topic_filter)
        )
        entry = Entry(session.client, subscription, identifier, share)
        session.subscriptions[subscription.topic_filter] = entry
        return self._tree.add(topic_filter, entry)

    def send_retained(self, session: Session, subscription: Subscription, new: bool, now: float) -> None:
        """Send a session the retained messages of a subscription it has just made."""
        entry = session.subscriptions[subscription.topic_filter]
        handling = subscription.retain_handling
        # Shared subscriptions get none (section 4.8.2).
        if entry.share or handling == SEND_NONE or (handling == SEND_TO_NEW and not new):
            return
        identifiers = (entry.identifier,) if entry.identifier else ()
        for message in self.retained.matching(subscription.topic_filter, now):
            if not (subscription.no_local and message.publisher == session.client):
                session.deliver(message, min(message.qos, subscription.qos), True, identifiers, now)

    def unsubscribe(self, session: Session, topic_filter: str) -> bool:
        """Remove a subscription, named as it was made (MQTT-3.10.4-1); return whether there was one."""
        entry = session.subscriptions.pop(topic_filter, None)
        if entry is None:
            return False
        plain = split_shared(topic_filter)[1] if entry.share else topic_filter
        self._tree.remove(plain, entry.share, session.client)
        self._turns.pop((entry.share, plain), None)
        return True

    def forget(self, session: Session) -> None:
        """Remove a session and its subscriptions."""
        for topic_filter in list(session.subscriptions):
            self.unsubscribe(session, topic_filter)
        del self.sessions[session.client]

    def _give(self, message: Message, entries: list[Entry], now: float) -> None:
        qos = min(message.qos, max(entry.subscription.qos for entry in entries))
        retain = message.retain and any(entry.subscription.retain_as_published for entry in entries)
        identifiers = tuple(entry.identifier for entry in entries if entry.identifier)
        self.sessions[entries[0].client].deliver(message, qos, retain, identifiers, now)

    def _chosen(self, group: tuple[str, str], entries: list[Entry]) -> Entry:
        """Return whose turn it is in a group; those who are connected go before those who are not."""
        here = [entry for entry in entries if self.sessions[entry.client].link is not None]
        candidates = here or entries
        turn = self._turns.get(group, 0)
        self._turns[group] = turn + 1
        return candidates[turn % len(candidates)]

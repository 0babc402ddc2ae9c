"""Every packet of MQTT, for hypothesis and for tables."""

from __future__ import annotations

from hypothesis import strategies as st

from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    PacketType,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Version,
    Will,
)
from wslab.wire.mqtt.properties import (
    NO_PROPERTIES,
    RULES,
    WILL,
    Kind,
    Properties,
    Property,
    PropertyId,
    PropertyRule,
    Value,
)
from wslab.wire.mqtt.reason_codes import codes

VERSIONS = (Version.V3_1_1, Version.V5)

# Without half surrogate pairs, which have no UTF-8, and without the null character.
_characters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
text = st.text(_characters, max_size=12)
names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0+#"), min_size=1, max_size=12)
filters = st.one_of(
    names.filter(lambda name: not name.startswith("$share")),
    names.filter(lambda name: not name.startswith("$share")).map(lambda name: f"{name}/+/#"),
    st.just("#"),
    st.just("$share/group/+/x"),
)
identifiers = st.integers(1, 0xFFFF)
data = st.binary(max_size=40)

_LIMITS = {Kind.BYTE: 0xFF, Kind.TWO: 0xFFFF, Kind.FOUR: 0xFFFF_FFFF, Kind.VARIABLE: 268_435_455}


def _value(identifier: int, rule: PropertyRule) -> st.SearchStrategy[Value]:
    if identifier == PropertyId.RESPONSE_TOPIC:
        return names
    if rule.kind is Kind.STRING:
        return text
    if rule.kind is Kind.BINARY:
        return data
    if rule.kind is Kind.PAIR:
        return st.tuples(text, text)
    highest = _LIMITS[rule.kind] if rule.highest is None else rule.highest
    return st.integers(rule.lowest, highest)


def properties_of(packet: int) -> st.SearchStrategy[Properties]:
    """All that a packet may have, in any order, several times where that is allowed."""
    there = [(key, rule) for key, rule in RULES.items() if packet in rule.packets]

    def once(key: int, rule: PropertyRule) -> st.SearchStrategy[list[Property]]:
        most = 3 if packet in rule.repeats else 1
        return st.lists(st.builds(Property, st.just(key), _value(key, rule)), max_size=most)

    def whole(items: list[list[Property]]) -> list[Property]:
        flat = [item for each in items for item in each]
        has = {item.id for item in flat}
        if PropertyId.AUTHENTICATION_METHOD in has:
            return flat
        return [item for item in flat if item.id != PropertyId.AUTHENTICATION_DATA]

    return (
        st.tuples(*(once(key, rule) for key, rule in there))
        .map(list)
        .map(whole)
        .flatmap(st.permutations)
        .map(lambda items: Properties(tuple(items)))
    )


def publishes(version: int) -> st.SearchStrategy[Publish]:
    """Any message that keeps to the standard of a version."""
    props = properties_of(PacketType.PUBLISH) if version >= Version.V5 else st.just(NO_PROPERTIES)
    return st.builds(
        lambda topic, payload, qos, retain, dup, number, p: Publish(
            topic, payload, qos, retain, dup and qos > 0, number if qos else 0, p
        ),
        names, data, st.integers(0, 2), st.booleans(), st.booleans(), identifiers, props,
    )  # fmt: skip


def packets(version: int) -> st.SearchStrategy[Packet]:
    """Any packet that keeps to the standard of a version, in the form in which the reader returns it."""
    five = version >= Version.V5

    def props(packet: int) -> st.SearchStrategy[Properties]:
        return properties_of(packet) if five else st.just(NO_PROPERTIES)

    def code(kind: PacketType) -> st.SearchStrategy[int]:
        return st.sampled_from(sorted(codes(kind, version)))

    kinds = PacketType
    wills = st.builds(Will, names, data, st.integers(0, 2), st.booleans(), props(WILL))
    users = st.one_of(
        st.tuples(st.none(), st.none()),
        st.tuples(text, st.none() | data),
        *([st.tuples(st.none(), data)] if five else []),
    )
    connects = st.builds(
        lambda name, clean, keep, will, user, p: Connect(
            name, version, clean or (not name and not five), keep, will, user[0], user[1], p
        ),
        text, st.booleans(), st.integers(0, 0xFFFF), st.none() | wills, users, props(kinds.CONNECT),
    )  # fmt: skip
    connacks = st.builds(
        lambda here, reason, p: Connack(here and not reason, reason, p),
        st.booleans(), code(kinds.CONNACK), props(kinds.CONNACK),
    )  # fmt: skip
    subscriptions = (
        st.builds(Subscription, filters, st.integers(0, 2), st.booleans(), st.booleans(), st.integers(0, 2))
        if five
        else st.builds(Subscription, filters, st.integers(0, 2))
    ).filter(lambda each: not (each.no_local and each.topic_filter.startswith("$share/")))
    answers = [
        st.builds(make, identifiers, code(kind), props(kind)) if five else st.builds(make, identifiers)
        for make, kind in (
            (Puback, kinds.PUBACK),
            (Pubrec, kinds.PUBREC),
            (Pubrel, kinds.PUBREL),
            (Pubcomp, kinds.PUBCOMP),
        )
    ]
    return st.one_of(
        connects,
        connacks,
        publishes(version),
        *answers,
        st.builds(
            Subscribe,
            identifiers,
            st.lists(subscriptions, min_size=1, max_size=3).map(tuple),
            props(kinds.SUBSCRIBE),
        ),
        st.builds(
            Suback,
            identifiers,
            st.lists(code(kinds.SUBACK), min_size=1, max_size=3).map(tuple),
            props(kinds.SUBACK),
        ),
        st.builds(
            Unsubscribe,
            identifiers,
            st.lists(filters, min_size=1, max_size=3).map(tuple),
            props(kinds.UNSUBSCRIBE),
        ),
        st.builds(
            Unsuback,
            identifiers,
            st.lists(code(kinds.UNSUBACK), min_size=1, max_size=3).map(tuple),
            props(kinds.UNSUBACK),
        )
        if five
        else st.builds(Unsuback, identifiers),
        st.just(Pingreq()),
        st.just(Pingresp()),
        st.builds(Disconnect, code(kinds.DISCONNECT), props(kinds.DISCONNECT))
        if five
        else st.just(Disconnect()),
        *([st.builds(Auth, code(kinds.AUTH), props(kinds.AUTH))] if five else []),
    )


any_packet: st.SearchStrategy[tuple[int, Packet]] = st.sampled_from(VERSIONS).flatmap(
    lambda version: st.tuples(st.just(int(version)), packets(version))
)
"""A version and a packet of it."""

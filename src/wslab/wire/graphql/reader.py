"""Reads one message of GraphQL over WebSocket: never raises, tells what is wrong by field and section."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from wslab.i18n import N_, Sentence, sentence
from wslab.wire.graphql.subprotocols import MessageType, Shape, Side, Subprotocol

_SHOWN = 40
"""Characters of a wrong value that a fault repeats."""
_RESULT = frozenset({"data", "errors", "extensions", "hasNext"})
_REQUEST = frozenset({"query", "operationName", "variables", "extensions"})

_STRING = N_("a string")
_FILLED = N_("a string that is not empty")
_OBJECT = N_("an object")
_OBJECT_OR_NULL = N_("an object or null")
_STRING_OR_NULL = N_("a string or null")
_ERRORS = N_("an array of at least one error")


class Fault(NamedTuple):
    """One thing that is wrong with a message."""

    section: str
    """Subprotocol and heading: `graphql-transport-ws#Subscribe`."""
    field: str
    """Where: `payload.query`; empty for the whole message."""
    text: Sentence
    """What is wrong and what would be right."""
    fatal: bool = True
    """Whether the message is not valid for it. What is not fatal is ignored by every implementation."""

    def __str__(self) -> str:
        """Write it as violations are written: the section, a space, the rule."""
        return f"{self.section} {self.text}"


class Message(NamedTuple):
    """A valid message."""

    type: MessageType
    id: str | None
    payload: Any
    """As JSON reads; None where there is none."""
    has_payload: bool


class Read(NamedTuple):
    """What was made of one message."""

    subprotocol: Subprotocol
    message: Message | None
    """None where a fault is fatal."""
    faults: tuple[Fault, ...]
    is_json: bool
    """Whether it was JSON at all."""
    type: MessageType | None
    """Its type where that is one of the subprotocol, even if the message is not valid."""
    id: str | None
    """The id it names where that is a string, even if the message is not valid."""

    @property
    def fatal(self) -> tuple[Fault, ...]:
        """The faults for which the message is not valid."""
        return tuple(fault for fault in self.faults if fault.fatal)


def read(data: str | bytes, subprotocol: Subprotocol, sender: Side | None = None) -> Read:
    """Read one message.

    Args:
        data: a text message, or the bytes of a binary one, which is always wrong.
        subprotocol: by which it is read.
        sender: who sent it, or None not to look at who may send what.
    """
    faults: list[Fault] = []
    invalid = f"{subprotocol.name}#{subprotocol.invalid}"
    if isinstance(data, bytes):
        faults.append(
            Fault(invalid, "", sentence("a binary message: GraphQL over WebSocket is JSON as text"))
        )
        return Read(subprotocol, None, tuple(faults), False, None, None)
    try:
        value = json.loads(data, parse_constant=_refuse_constant)
    except RecursionError:
        faults.append(Fault(invalid, "", sentence("the message is nested too deeply")))
    except ValueError as error:
        faults.append(Fault(invalid, "", sentence("the message is not JSON: {why}", why=str(error))))
    else:
        return _read_value(value, subprotocol, sender, invalid)
    return Read(subprotocol, None, tuple(faults), False, None, None)


def _read_value(value: Any, subprotocol: Subprotocol, sender: Side | None, invalid: str) -> Read:
    faults: list[Fault] = []
    if not isinstance(value, dict):
        text = sentence("the message is {found}, not {right}", found=_kind(value), right=sentence(_OBJECT))
        return Read(subprotocol, None, (Fault(invalid, "", text),), True, None, None)
    identity = value.get("id")
    shown_id = identity if isinstance(identity, str) else None
    if not _is(faults, invalid, value, "type", _STRING, str):
        return Read(subprotocol, None, tuple(faults), True, None, shown_id)
    kind = subprotocol.types.get(value["type"])
    if kind is None:
        text = sentence(
            "there is no type {type}: there are {types}",
            type=_short(repr(value["type"])), types=", ".join(subprotocol.types),
        )  # fmt: skip
        return Read(subprotocol, None, (Fault(invalid, "type", text),), True, None, shown_id)
    section = f"{subprotocol.name}#{kind.heading}"
    if sender is not None and sender not in kind.sides:
        who = sentence("only a server sends {type}", type=kind.name)
        if sender is Side.SERVER:
            who = sentence("only a client sends {type}", type=kind.name)
        faults.append(Fault(section, "type", who))
    _check_id(faults, section, value, kind, subprotocol)
    _CHECKS[kind.payload](faults, section, value, subprotocol)
    _strangers(faults, section, "", value, frozenset({"type", "id", "payload"}))
    message = None
    if not any(fault.fatal for fault in faults):
        message = Message(kind, shown_id, value.get("payload"), "payload" in value)
    return Read(subprotocol, message, tuple(faults), True, kind, shown_id)


def _check_id(
    faults: list[Fault], section: str, value: dict[str, Any], kind: MessageType, subprotocol: Subprotocol
) -> None:
    if kind.needs_id:
        right = _STRING if subprotocol.empty_id else _FILLED
        if _is(faults, section, value, "id", right, str) and not (value["id"] or subprotocol.empty_id):
            text = sentence("{field} is empty, not {right}", field="id", right=sentence(right))
            faults.append(Fault(section, "id", text))
    elif "id" in value and not kind.optional_id:
        faults.append(_stranger(section, "id"))


def _check_none(faults: list[Fault], section: str, value: dict[str, Any], _: Subprotocol) -> None:
    # subscriptions-transport-ws itself writes `"payload": null` into every complete.
    if value.get("payload") is not None:
        faults.append(_stranger(section, "payload"))


def _check_details(faults: list[Fault], section: str, value: dict[str, Any], _: Subprotocol) -> None:
    _is_or_null(faults, section, value, "payload", _OBJECT_OR_NULL, dict)


def _check_request(faults: list[Fault], section: str, value: dict[str, Any], _: Subprotocol) -> None:
    if not _is(faults, section, value, "payload", _OBJECT, dict):
        return
    payload = value["payload"]
    _is(faults, section, payload, "query", _STRING, str, "payload.")
    _is_or_null(faults, section, payload, "operationName", _STRING_OR_NULL, str, "payload.")
    _is_or_null(faults, section, payload, "variables", _OBJECT_OR_NULL, dict, "payload.")
    _is_or_null(faults, section, payload, "extensions", _OBJECT_OR_NULL, dict, "payload.")
    _strangers(faults, section, "payload.", payload, _REQUEST)


def _check_result(faults: list[Fault], section: str, value: dict[str, Any], subprotocol: Subprotocol) -> None:
    if _is(faults, section, value, "payload", _OBJECT, dict):
        payload = value["payload"]
        _strangers(faults, section, "payload.", payload, _RESULT)
        if payload.get("errors") is not None:
            _error_list(faults, section, payload, subprotocol, "errors", "payload.", fatal=False)


def _check_error(faults: list[Fault], section: str, value: dict[str, Any], _: Subprotocol) -> None:
    _is(faults, section, value, "payload", _OBJECT, dict)


def _check_errors(faults: list[Fault], section: str, value: dict[str, Any], subprotocol: Subprotocol) -> None:
    _error_list(faults, section, value, subprotocol, "payload", "", fatal=True)


def _error_list(
    faults: list[Fault], section: str, holder: dict[str, Any], subprotocol: Subprotocol,
    name: str, prefix: str, *, fatal: bool,
) -> None:  # fmt: skip
    found: list[Fault] = []
    if _is(found, section, holder, name, _ERRORS, list, prefix):
        if not holder[name]:
            text = sentence("{field} is empty, not {right}", field=prefix + name, right=sentence(_ERRORS))
            found.append(Fault(section, prefix + name, text))
        for place, error in enumerate(holder[name]):
            where = f"{prefix}{name}[{place}]"
            if not isinstance(error, dict):
                found.append(_wrong(section, where, error, _OBJECT))
            elif _is(found, section, error, "message", _STRING, str, f"{where}."):
                _strangers(found, section, f"{where}.", error, subprotocol.errors)
    faults += [fault._replace(fatal=fault.fatal and fatal) for fault in found]


_CHECKS: dict[Shape, Callable[[list[Fault], str, dict[str, Any], Subprotocol], None]] = {
    Shape.NONE: _check_none,
    Shape.DETAILS: _check_details,
    Shape.REQUEST: _check_request,
    Shape.RESULT: _check_result,
    Shape.ERROR: _check_error,
    Shape.ERRORS: _check_errors,
}


def _is(
    faults: list[Fault], section: str, holder: dict[str, Any], name: str, right: str, wanted: type,
    prefix: str = "",
) -> bool:  # fmt: skip
    if name not in holder:
        text = sentence("{field} is missing: {right}", field=prefix + name, right=sentence(right))
        faults.append(Fault(section, prefix + name, text))
        return False
    if not isinstance(holder[name], wanted):
        faults.append(_wrong(section, prefix + name, holder[name], right))
        return False
    return True


def _is_or_null(
    faults: list[Fault], section: str, holder: dict[str, Any], name: str, right: str, wanted: type,
    prefix: str = "",
) -> None:  # fmt: skip
    if holder.get(name) is not None:
        _is(faults, section, holder, name, right, wanted, prefix)


def _wrong(section: str, where: str, value: Any, right: str) -> Fault:
    text = sentence("{field} is {found}, not {right}", field=where, found=_kind(value), right=sentence(right))
    return Fault(section, where, text)


def _stranger(section: str, where: str) -> Fault:
    text = sentence("{field} does not belong here and is ignored", field=_short(where))
    return Fault(section, where, text, fatal=False)


def _strangers(
    faults: list[Fault], section: str, prefix: str, holder: dict[str, Any], known: frozenset[str]
) -> None:
    faults += [_stranger(section, prefix + name) for name in holder if name not in known]


def _kind(value: Any) -> Sentence:
    if value is None:
        return sentence("null")
    if isinstance(value, bool):
        return sentence("true") if value else sentence("false")
    if isinstance(value, (int, float)):
        return sentence("a number")
    if isinstance(value, str):
        return sentence("a string")
    return sentence("an array") if isinstance(value, list) else sentence("an object")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON (RFC 8259 section 6)")

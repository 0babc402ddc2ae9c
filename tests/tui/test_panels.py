"""The controls of each protocol in the whole app, by keyboard, against the bundled servers."""

from __future__ import annotations

import pytest

from tests.support.bench import a_bench, notes
from tests.support.lab_app import NARROW, WIDE, Lab, a_lab
from wslab.lab.connection_view import LIVE
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.tui.panels import speakers
from wslab.wire.events import Phase, Proto


async def choose(lab: Lab, name: str) -> None:
    """Go to the Client tab and to a protocol in it."""
    await lab.leave_line()
    await lab.press("f9", *["right"] * list(PROTOCOLS).index(name))
    await lab.until(lambda: lab.app.lab_screen.side.protocol.name == name, name)
    await lab.until(lambda: lab.app.lab_screen.pages.client.panel is not None, "its controls")


def units(lab: Lab, protocol: str) -> set[str]:
    """Return the names of what was decoded."""
    journal = lab.bench.journal
    events = journal.slice(journal.first, journal.total)
    return {event.name for event in events if isinstance(event, Proto) and event.protocol == protocol}


async def test_raw_is_spoken_by_hand() -> None:
    async with a_bench() as bench:
        assert RAW.name not in speakers(bench)


async def test_graphql() -> None:
    async with a_lab(WIDE) as lab:
        await choose(lab, "graphql")
        await lab.press("c")
        await lab.sees("let in")
        await lab.until(lambda: "panel-graphql" in lab.focus, "the controls to have the keyboard")
        await lab.press("ctrl+r")
        await lab.sees("subscription Ticks", "running")
        await lab.until(lambda: "next" in units(lab, "graphql"), "a result")
        await lab.press("escape", "d")
        await lab.phase(Phase.CLOSED)
        await lab.sees("0 of 1 running", "lost")
        assert {"connection_init", "connection_ack", "subscribe"} <= units(lab, "graphql")


async def test_what_the_controls_do_is_something_new_for_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_lab(WIDE) as lab:
        await choose(lab, "graphql")
        await lab.press("c")
        await lab.sees("let in")
        await lab.until(lambda: "panel-graphql" in lab.focus, "the controls to have the keyboard")
        done: list[str] = []
        monkeypatch.setattr(lab.app.lab_screen.desk, "act", lambda: done.append("act"))
        await lab.press("ctrl+r")
        await lab.until(lambda: done == ["act"], "the lesson to hear of it")


async def test_mqtt_has_a_client_of_its_own_and_is_under_study_all_the_same() -> None:
    async with a_lab(WIDE) as lab:
        await choose(lab, "mqtt")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        await lab.sees("subprotocol   mqtt; offered: mqtt", "new session")
        assert lab.bench.view.url.endswith("/mqtt")
        assert lab.bench.subprotocol == "mqtt"
        await lab.until(lambda: "mqtt-filter" in lab.focus, "the field for a topic filter")
        await lab.press(*"lab", "enter")
        await lab.sees("granted 0")
        assert units(lab, "mqtt") == {"CONNECT", "CONNACK", "SUBSCRIBE", "SUBACK"}
        sent = lab.bench.statistics.snapshot().sent
        assert sent.binary.messages == 2

        await lab.leave_line()
        await lab.line("hello")
        await lab.told("a client of its own speaks on this connection")
        await lab.leave_line()
        await lab.press("d")
        # paho closes TCP behind DISCONNECT, and the server's Close may come too late for it.
        await lab.until(lambda: lab.bench.view.phase not in LIVE, "the end of the connection")
        assert "DISCONNECT" in units(lab, "mqtt")

        # Another connection is the one under study then, and ends this one first.
        await lab.press("f9", "left", "left")
        await lab.until(lambda: lab.app.lab_screen.side.protocol is RAW, "raw")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        assert lab.bench.subprotocol is None


async def test_a_key_can_come_before_the_controls_have_been_told_where_to() -> None:
    async with a_lab(WIDE) as lab:
        client = lab.app.lab_screen.pages.client
        client.show = lambda *_args, **_more: None  # type: ignore[method-assign]
        await choose(lab, "mqtt")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        assert lab.bench.supervisor.status("mqtt").state == "ready"


async def test_leaving_the_lab_ends_an_mqtt_connection() -> None:
    async with a_lab(WIDE) as lab:
        await choose(lab, "mqtt")
        await lab.press("c")
        await lab.phase(Phase.OPEN)


async def test_binary() -> None:
    async with a_lab(NARROW) as lab:
        await choose(lab, "binary")
        await lab.press("c")
        await lab.phase(Phase.OPEN)
        await lab.until(lambda: "panel-binary" in lab.focus, "the controls to have the keyboard")
        await lab.sees("SAMPLE")


async def test_help_has_the_keys_of_the_controls_in_front() -> None:
    async with a_lab((110, 200)) as lab:
        await choose(lab, "graphql")
        await lab.press("escape", "question_mark")
        await lab.sees("With the controls of GraphQL", "Start the operation at the cursor of the document")
        assert lab.screen.count("Start the operation at the cursor of the document") == 1


async def test_a_lesson_judges_nothing_while_another_protocol_is_spoken() -> None:
    async with a_lab(WIDE) as lab:
        await choose(lab, "graphql")
        session = lab.app.lab_screen.learner.session
        assert session is not None
        assert session.run.paused
        await lab.press("left")
        await lab.until(lambda: not session.run.paused, "the lesson to go on")
        assert not [note for note in notes(lab.bench) if "error" in note]

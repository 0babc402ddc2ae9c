"""Nothing on the screens was forgotten: what a made-up language leaves in English is a name or came by wire."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Footer, Tab
from textual.widgets._footer import FooterKey

from tests.support.catalogues import as_mo, extracted
from tests.support.demo import Demo
from tests.support.lab_app import WIDE, a_lab
from wslab import i18n
from wslab.lab.commands import COMMANDS, CommandError, parse_line
from wslab.lab.server_status import ServerState, ServerStatus
from wslab.net.explain_tables import NETWORK, STATUS
from wslab.tui.screens.help_screen import HelpScreen, _commands
from wslab.tui.widgets.event_text import event_lines
from wslab.tui.widgets.handshake_text import handshake_lines
from wslab.tui.widgets.log_rows import UNLIMITED, Columns, columns_for, header, row
from wslab.tui.widgets.log_window import LogWindow, status_text
from wslab.tui.widgets.server_list import _lines as server_lines
from wslab.tui.widgets.state_line import StateView, state_lines
from wslab.tui.widgets.stats_text import NARROWEST, panel_lines, summary_line
from wslab.tui.widgets.violation_text import violation_lines
from wslab.wire import violations
from wslab.wire.closecodes import REGISTERED, describe
from wslab.wire.events import Direction, Event, Phase, Proc, State, Tcp, Ui
from wslab.wire.rawhelp import raw_help

OPEN, SHUT = "⟦", "⟧"
ROOM = 4000
"""Cells in which nothing is wrapped."""


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak `xx`: English in brackets, made from what was extracted."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    catalog = Catalog(locale="ja", charset="utf-8")
    for message in extracted():
        if message.id:
            text = message.id[-1] if isinstance(message.id, tuple) else message.id
            # A violation is told from others by the section that it begins with.
            section, words = re.fullmatch(r"(\S+#\S+ )?(.*)", text, re.DOTALL).groups(default="")  # type: ignore[union-attr]
            said = f"{section}{OPEN}{words}{SHUT}"
            catalog.add(message.id, (said,) if isinstance(message.id, tuple) else said)
    place = tmp_path / "xx" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / f"{i18n.DOMAIN}.mo").write_bytes(as_mo(catalog))
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setitem(i18n.LANGUAGES, "xx", "xx")
    i18n.set_language("xx")
    yield
    i18n.set_language(i18n.SOURCE)
    monkeypatch.undo()
    time.tzset()


NAMES = re.compile(
    r"wss?://\S*|\b[0-9a-f]{8,}\b|[A-Z]{3,}|0x\w+|\w+_\w+|\S*[-/=.]\S*|\[[^\]]*#[^\]]*\]"
    r"|permessage|deflate|hello|red|line|tab|and|masking|incorrect|Client|Server"
    r"|Payload len|Payload data|Extended payload length|Masking|Close|Reason|opcode|cpu|pid|rtt|basic|RFC|GUID|base64|Host|Upgrade|WebSocket"
    r"|Switching Protocols|Connection|Python|websockets|websocket|User|wslab|protocol error|normal closure|off|on"
)
"""Names of the field, of fields and headers, and what the demo sends."""


def left(text: str) -> str:
    """Return the English words that stand outside of the brackets and are no names."""
    while (bare := re.sub(rf"{OPEN}[^{OPEN}{SHUT}]*{SHUT}", " ", text)) != text:
        text = bare
    # What a column had no room for lost its last bracket.
    text = re.sub(rf"{OPEN}[^{OPEN}{SHUT}\n]*?(?:…|\s{{2,}}|$)", " ", text, flags=re.MULTILINE)
    return " ".join(re.findall(r"[A-Za-z]{3,}", NAMES.sub(" ", text)))


def plain(lines: list[Content]) -> str:
    return "\n".join(each.plain for each in lines)


def demo_events() -> tuple[Demo, list[Event]]:
    demo = Demo()
    demo.opened().talked()
    journal = demo.bench.journal
    return demo, journal.slice(0, journal.total)


@pytest.mark.usefixtures("pseudo")
def test_the_check_itself_finds_what_was_forgotten() -> None:
    assert left("⟦a ⟦nested⟧ text⟧ GET /path") == ""
    assert left("⟦taken⟧ forgotten") == "forgotten"
    assert left("⟦cut off   forgotten\n⟦cut …  too") == "forgotten too"


@pytest.mark.usefixtures("pseudo")
def test_rows_and_what_is_told_of_events() -> None:
    _demo, found = demo_events()
    stamp = (1, 0.0, 0.0, 1)
    found += [
        State(*stamp, phase, side, i18n.sentence("the program ended"), 1006)
        for phase in Phase
        for side in ("client", "server")
    ]
    found += [Tcp(*stamp, what, Direction.C2S, "") for what in ("open", "fin", "reset")]
    found += [
        Proc(*stamp, "basic", what, "") for what in ("started", "ready", "exited", "failed", "log", "stderr")
    ]
    found += [Ui(*stamp, what, "") for what in ("verdict", "reconnect", "offline", "server")]
    columns = Columns(UNLIMITED, 4, 12, 7, " ")
    for event in found:
        assert not left("".join(piece.text for piece in row(event, columns))), event
        assert not left(plain(event_lines(event, ROOM))), event
    assert not left("".join(piece.text for piece in header(columns_for(ROOM, 9))))
    assert not left(plain(event_lines(None, ROOM)))


@pytest.mark.usefixtures("pseudo")
def test_what_is_told_of_handshakes_rules_and_codes() -> None:
    demo, _found = demo_events()
    assert not left(plain(handshake_lines(*demo.bench.handshake, ROOM)))
    assert not left(plain(handshake_lines(None, None, None, None, ROOM)))
    rules = [value for name, value in vars(violations).items() if name.isupper() and isinstance(value, str)]
    assert len(rules) > 30
    for rule in rules:
        assert not left(plain(violation_lines([rule], ROOM))), rule
    for code in (None, *REGISTERED, 999, 2500, 3400, 3600, 4100, 4450, 4900, 5000):
        assert not left(i18n._(describe(code).meaning)), code
    for text in (*(why for _kind, why, _retry in NETWORK.values()), *STATUS.values()):
        assert not left(i18n.spoken(i18n.sentence(text, place="x"))), text


@pytest.mark.usefixtures("pseudo")
def test_state_statistics_servers_and_help() -> None:
    demo, _found = demo_events()
    snapshot = demo.bench.statistics.snapshot()
    for width in (200, NARROWEST):
        for line in [*panel_lines(snapshot, width), summary_line(snapshot, ROOM)]:
            text = "".join(piece for piece, _role in line)
            assert not left(text), text
    views = [StateView(), StateView(Phase.OPEN, (Phase.CONNECTING, Phase.OPEN), url="ws://x/", rtt=0.1)]
    for view in views:
        assert not left("\n".join(text for line in state_lines(view, 300, 2) for text, _role in line))
    for state in ServerState:
        status = ServerStatus("basic", 8080, state, pid=1, uptime=2.0, connections=1, cpu=1.0, memory=2**20)
        text = re.sub(r"\[[/$][^\]]*\]", "", "\n".join(server_lines((status,))))
        assert not left(text.replace("MiB", "")), state
    assert not left(status_text(LogWindow(demo.bench.journal)))
    for spec in COMMANDS.values():
        assert not left(i18n._(spec.help)), spec.name
    texts = [line for line in raw_help().splitlines() if OPEN in line]
    assert len(texts) > 30
    with pytest.raises(CommandError) as caught:
        parse_line("/nothing")
    assert not left(i18n.spoken(str(caught.value)))
    assert _commands().title
    assert not left(str(_commands().title))


@pytest.mark.usefixtures("pseudo")
async def test_keys_tabs_and_what_stands_around() -> None:
    demo, _found = demo_events()
    async with a_lab(WIDE, bench=demo.bench) as lab:
        screen = lab.app.lab_screen
        footer = [key.description for key in screen.query_one(Footer).query(FooterKey)]
        tabs = [str(tab.label) for tab in screen.query("#tabs Tab").results(Tab)]
        assert len(footer) > 5
        assert len(tabs) == 8
        commands = [text for each in lab.app.get_system_commands(screen) for text in (each.title, each.help)]
        # Keys stand in brackets behind the help of a command.
        commands = [re.sub(r" \([^()]*\)$", "", text) for text in commands]
        for text in (*footer, *tabs, *commands, screen.query_one("#composer").placeholder):  # type: ignore[attr-defined]
            assert text
            assert not left(text), text
        await lab.press("question_mark")
        help_screen = lab.app.screen
        assert isinstance(help_screen, HelpScreen)
        for heading, place in help_screen._places:
            assert not left(heading)
            table = help_screen._keys(heading, place)
            for cell in table.columns[1].cells:
                assert not left(str(cell)), cell


@pytest.mark.parametrize("width", [40, 80, 120])
def test_rows_in_japanese_are_as_wide_as_they_may_be(width: int) -> None:
    _demo, found = demo_events()
    i18n.set_language("ja")
    try:
        found.append(State(1, 0.0, 0.0, 1, Phase.CLOSED, "server", i18n.sentence("the program ended"), 1006))
        for event in found:
            assert sum(cell_len(piece.text) for piece in row(event, columns_for(width, 99))) <= width
    finally:
        i18n.set_language(i18n.SOURCE)

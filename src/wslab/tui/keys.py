"""The keys of the lab's screen: one row a key. Footer, help and command palette read them."""

from __future__ import annotations

from textual.binding import Binding


def _key(key: str, action: str, label: str, id: str, help: str, *, shown: bool = False) -> Binding:  # noqa: A002
    display = {"slash": "/", "question_mark": "?"}.get(key)
    return Binding(key, action, label, show=shown, key_display=display, tooltip=help, id=id)


# fmt: off
LAB_KEYS = (
    _key("c", "connect", "Connect", "connect", "Connect to the target that the state line names", shown=True),
    _key("d", "disconnect", "Disconnect", "disconnect", "Start the closing handshake with 1000; stop coming back", shown=True),
    _key("i", "compose", "Write", "compose", "Write a message or a /command", shown=True),
    _key("p", "ping", "Ping", "ping", "Send a Ping and time its Pong"),
    _key("o", "open", "Open URL", "open-url", "Choose a service or name any WebSocket"),
    _key("s", "side", "Servers", "side", "Go to the lessons and servers", shown=True),
    _key("space", "follow", "Follow", "follow", "Follow the newest row, or stay where you are"),
    _key("slash", "filter", "Filter", "filter", "Show only some rows, such as: > TEXT hello", shown=True),
    _key("m", "level", "Level", "level", "Show wire frames or whole messages"),
    _key("a", "write('/decode ')", "Read as", "decode", "Say what messages are read as: auto, text, json, graphql, mqtt, binary"),
    _key("g", "write('/goto ')", "Go to row", "goto", "Go to a row by its number"),
    _key("y", "copy", "Copy", "copy", "Copy the payload under the cursor to the clipboard"),
    _key("w", "write('/save ')", "Save log", "save-log", "Write the log to a file"),
    _key("r", "reset", "Reset", "reset-statistics", "Set the statistics to zero"),
    _key("left_square_bracket", "lesson(-1)", "Previous lesson", "previous-lesson", "Go to the previous lesson"),
    _key("right_square_bracket", "lesson(1)", "Next lesson", "next-lesson", "Go to the next lesson"),
    _key("n", "next_step", "Next", "next-step", "Go on to the next step, or to the next lesson after the last"),
    _key("h", "hint", "Hint", "hint", "Show one hint more for this step"),
    _key("f", "judge", "Free play", "free-play", "Play without being judged, or be judged again"),
    _key("x", "exercise", "Run exercise", "run-exercise", "Begin the exercise of this lesson, or run its file now"),
    _key("e", "edit", "Edit exercise", "edit-exercise", "Edit the file of the exercise in $EDITOR"),
    _key("v", "solution", "Solution", "solution", "Show the solution of the exercise, once it is open, under your file"),
    _key("b", "begin_anew", "Begin anew", "begin-anew", "Begin the file of the exercise anew and keep the old one; asks first"),
    _key("f2", "tab('lesson')", "Lesson", "tab-lesson", "Read the lesson"),
    _key("f3", "tab('frame')", "Frame", "tab-frame", "Take the frame under the cursor apart"),
    _key("f4", "tab('handshake')", "Handshake", "tab-handshake", "Read the opening handshake"),
    _key("f5", "tab('code')", "Code", "tab-code", "Read the Python that does what you just did"),
    _key("f6", "tab('server')", "Server log", "tab-server", "Read what the servers say"),
    _key("f7", "tab('log')", "Log", "tab-log", "Go to the log"),
    _key("f8", "tab('stats')", "Statistics", "tab-stats", "Read the statistics"),
    _key("f9", "tab('client')", "Client", "tab-client", "Choose the protocol of the next connection, and use its controls"),
    _key("escape", "log", "Back to the log", "back-to-log", "Go back to the log"),
    _key("L", "app.language", "Language", "language", "Speak English or Japanese"),
    _key("question_mark", "app.help", "Help", "help", "Show all keys and commands", shown=True),
)

"""A tiny course in which nothing is wrong, and ways to plant one defect in it.

Its exercise is a server of the standard library alone, so that all of its programs start at once.
"""

from __future__ import annotations

from pathlib import Path

from wslab.lab.course import Course
from wslab.lab.course_files import load_course
from wslab.lab.prose import write_hashes

SERVER = "1-one/010-server"
APP = "1-one/020-app"
SERVER_ID = "lint-server"
APP_ID = "lint-app"

_TINY_WS = '''"""Just enough of a WebSocket server: one client, short frames."""

import base64
import hashlib
import os
import socket


def accept():
    listener = socket.create_server(("127.0.0.1", int(os.environ["WSLAB_PORT"])))
    client, _ = listener.accept()
    head = b""
    while not head.endswith(b"\\r\\n\\r\\n"):
        head += client.recv(1)
    key = next(line for line in head.split(b"\\r\\n") if line.lower().startswith(b"sec-websocket-key"))
    proof = hashlib.sha1(key.split(b":")[1].strip() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    answer = b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    client.sendall(answer + b"Sec-WebSocket-Accept: " + base64.b64encode(proof) + b"\\r\\n\\r\\n")
    return client.makefile("rwb")


def receive(client):
    first, length = client.read(2)
    mask = client.read(4)
    data = client.read(length & 127)
    return first & 15, bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


def send(client, opcode, data):
    client.write(bytes([128 | opcode, len(data)]) + data)
    client.flush()
'''
_SOLUTION = """import tiny_ws

client = tiny_ws.accept()
opcode, data = tiny_ws.receive(client)
tiny_ws.send(client, opcode, data)
opcode, data = tiny_ws.receive(client)
tiny_ws.send(client, 8, data)
client.read()
"""
_START = """import tiny_ws

# TODO(echoed): send back what comes
print("nothing yet", tiny_ws.__doc__)
"""
_LESSON = """format = 1
id = "lint-server"
phase = 1
minutes = 5
rfc = ["6455#5.6"]
mode = "exercise"

[exercise]
kind = "server"
entry = "server.py"
timeout = "6s"
seeds = 2

[[step]]
id = "echoed"
play = ["connect /", 'frame text "{seed.word}"', "expect"]
expect = [ { on = "message", dir = "s>c", op = "TEXT", text = "$seed.word" } ]
[[step.diagnose]]
seen = { on = "message", dir = "s>c", op = "BINARY" }
say = "bytes"

[[step]]
id = "closed"
play = ["frame close 1000", "expect"]
expect = [ { on = "close", dir = "s>c", code = 1000 } ]

[[mutant]]
file = "bytes.py"
dies = "echoed"
says = "bytes"
[[mutant]]
file = "other.py"
dies = "echoed"
[[mutant]]
file = "code.py"
dies = "closed"
[[mutant]]
file = "no_goodbye.py"
dies = "closed"
"""
_EN = """+++
title = "A server"
summary = "Send back what comes."
+++
One client comes.

## step echoed: Send it back

The word is `{seed.word}`.

```python
tiny_ws.accept()
```

### hint 1
Look at what comes.

### hint 2
Send the same again.

## step closed: Say goodbye

Close with 1000.

### hint 1
The answer to a goodbye is a goodbye.

## say bytes
You sent {op}.
"""
_JA = """+++
title = "サーバー"
summary = "来たものを送り返します。"
+++
クライアントが 1 つ来ます。

## step echoed: 送り返す

言葉は `{seed.word}` です。

```python
tiny_ws.accept()
```

### hint 1
来たものを見てください。

### hint 2
同じものを送ってください。

## step closed: 別れを告げる

1000 で閉じてください。

### hint 1
別れには別れで答えます。

## say bytes
{op} を送りました。
"""
_APP = """format = 1
id = "lint-app"
phase = 1
minutes = 5
rfc = ["6455#5.5.2"]
mode = "app"
server = { name = "basic", path = "/echo" }

[[step]]
id = "open"
solve = ["/connect"]
expect = [ { on = "http", status = 101 } ]

[[step]]
id = "sent"
solve = ["{seed.word}"]
expect = [ { on = "message", dir = "s>c", text = "$seed.word" } ]
[[step.diagnose]]
seen = { on = "message", dir = "c>s", text = "!$seed.word" }
say = "other"

[[mutant]]
name = "no-such-path"
lines = ["/connect /nowhere"]
dies = "open"
[[mutant]]
name = "other-word"
lines = ["hello"]
dies = "sent"
says = "other"
[[mutant]]
name = "nobody-listens"
lines = ["/connect /silent", "{seed.word}"]
dies = "sent"
"""
_APP_EN = """+++
title = "Say it"
summary = "Say one word."
+++
## step open: Press c

It answers 101.

### hint 1
A key.

## step sent: Say it

Type `{seed.word}`.

### hint 1
Then enter.

## say other
You said {text}.
"""
_APP_JA = """+++
title = "言う"
summary = "言葉を 1 つ言います。"
+++
## step open: c を押す

101 と答えます。

### hint 1
キーです。

## step sent: 言う

`{seed.word}` と打ってください。

### hint 1
次に enter です。

## say other
{text} と言いました。
"""
_DRIVE = """format = 1
name = "say it"
size = "80x24"

[[step]]
name = "connect"
press = ["c"]
wait = { state = "open", text = ["esc"], within = "15s" }

[[step]]
name = "the word"
type = "{seed.word}"
press = ["enter"]
wait = { event = { kind = "message", direction = "s>c", text = "{seed.word}" }, within = "15s" }
"""
_PHASE = '+++\ntitle = "{title}"\nsummary = "{summary}"\n+++\n'
FILES = {
    "course.toml": 'format = 1\nid = "lint-pack"\n\n[[phase]]\nid = "one"\nfolder = "1-one"\n',
    "1-one/en.md": _PHASE.format(title="One", summary="The only one."),
    "1-one/ja.md": _PHASE.format(title="一", summary="これだけです。"),
    f"{SERVER}/lesson.toml": _LESSON,
    f"{SERVER}/en.md": _EN,
    f"{SERVER}/ja.md": _JA,
    f"{SERVER}/start/server.py": _START,
    f"{SERVER}/start/tiny_ws.py": _TINY_WS,
    f"{SERVER}/solution/server.py": _SOLUTION,
    f"{SERVER}/mutants/bytes.py": _SOLUTION.replace("client, opcode, data", "client, 2, data"),
    f"{SERVER}/mutants/other.py": _SOLUTION.replace("client, opcode, data", "client, opcode, data[1:]"),
    f"{SERVER}/mutants/code.py": _SOLUTION.replace("8, data", "8, bytes([3, 233])"),
    f"{SERVER}/mutants/no_goodbye.py": _SOLUTION.replace("tiny_ws.send(client, 8, data)\n", ""),
    f"{APP}/lesson.toml": _APP,
    f"{APP}/en.md": _APP_EN,
    f"{APP}/ja.md": _APP_JA,
    f"{APP}/drive.toml": _DRIVE,
}


def write_pack(folder: Path) -> Path:
    """Write the course, its translations up to date, and return its folder."""
    root = folder / "lint-pack"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    course = load_course(root)
    for texts in (*(phase.texts for phase in course.phases), *(lesson.texts for lesson in course.lessons)):
        write_hashes(texts["ja"].prose.file, texts["en"].english)  # type: ignore[union-attr]
    return root


def plant(root: Path, file: str, old: str, new: str) -> Course:
    """Put something else in one place of a file, and return the course as it is then."""
    text = (root / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is in {file} {text.count(old)} times"
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    return load_course(root)

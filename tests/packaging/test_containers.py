"""deploy/: linted, held against the schema of compose files, and every command in it run outside of a container.

No container engine is needed. Commands run as they are written, with three differences: the network is that of this
machine, so names of services and ports of theirs are others; the folder of WORKDIR is a temporary one; and pip is
told by its environment to stay off the network.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.packaging.test_wheel import PATIENCE, ROOT, copy_distribution, environment, needed
from tests.support.dockerfile import Instruction, parse, problems
from wslab.bundled import SERVERS

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
INSTRUCTIONS = parse(DOCKERFILE.read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def tool(name: str) -> str:
    """Return the path of a program of the environment of this process."""
    return str(Path(sys.executable).with_name(name))


def only(name: str, stage: int = 2) -> Instruction:
    """Return the one instruction of that name in a stage."""
    (found,) = [each for each in INSTRUCTIONS if (each.name, each.stage) == (name, stage)]
    return found


# --- what is written ---------------------------------------------------------------------------------------


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    if not Path(tool("hadolint")).is_file():
        pytest.skip("hadolint comes from PyPI for Linux on x86-64 only")
    done = subprocess.run([tool("hadolint"), str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_image_is_pinned_checked_and_not_root() -> None:
    assert problems(INSTRUCTIONS) == []


@pytest.mark.parametrize(
    ("line", "broken", "words"),
    [
        ("FROM python:3.11-slim-bookworm\n", "FROM python\n", "python names no version"),
        ("FROM python:3.11-slim-bookworm\n", "FROM python:latest\n", "names no version"),
        ("FROM python:3.11-slim-bookworm\n", "FROM example.com/python:3.11\n", "names a host"),
        ("USER 65532:65532\n", "", "runs as root"),
        ("USER 65532:65532\n", "USER 0:0\n", "runs as 0:0"),
        ('CMD ["server", "start"', 'CMD server start [', "shell form"),
        ("HEALTHCHECK", "#HEALTHCHECK", "no HEALTHCHECK"),
        ("COPY deploy/health.py", "ADD deploy/health.py", "ADD"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_image_is_found(line: str, broken: str, words: str) -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert line in text
    found = problems(parse(text.replace(line, broken)))
    assert len(found) == 1
    assert words in found[0]


def test_the_compose_file_fits_its_schema() -> None:
    done = check_compose(DEPLOY / "compose.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_compose_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(text.replace("pids_limit: 64", "pids_limits: 64"), encoding="utf-8")
    done = check_compose(wrong)
    assert done.returncode == 1
    assert "pids_limits" in done.stdout


def check_compose(path: Path) -> subprocess.CompletedProcess[str]:
    """Hold a compose file against the schema that check-jsonschema carries."""
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_server_has_a_service_on_its_port_and_no_service_more_than_it_needs() -> None:
    assert {f"{info.port}" for info in SERVERS.values()} == set(only("EXPOSE").rest.split())
    for name, info in SERVERS.items():
        assert SERVICES[name]["command"] == ["server", "start", name, "--host", "0.0.0.0"]
        assert SERVICES[name]["ports"] == [f"127.0.0.1:{info.port}:{info.port}"]
        assert health_check(name)[-1] == str(info.port)
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DOCKERFILE


def health_check(name: str) -> list[str]:
    """Return the command of the health check of a service: its own, else that of the image."""
    check = SERVICES[name].get("healthcheck")
    if check is None:
        return only("HEALTHCHECK").words
    kind, *words = check["test"]
    assert kind == "CMD"
    return words


# --- what it does ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Container:
    """What stands for a container: the folder of WORKDIR and the environment of its processes."""

    workdir: Path
    environment: dict[str, str]

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(words), cwd=self.workdir, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def command(self, words: list[str]) -> list[str]:
        """Find the program as the container would: on its PATH."""
        program = shutil.which(words[0], path=self.environment["PATH"])
        assert program is not None, f"no {words[0]} on the PATH of the image"
        return [program, *words[1:]]

    @contextmanager
    def running(self, words: list[str]) -> Iterator[str]:
        """Run a command for the length of the block and end it as an engine does; yield its first line."""
        with subprocess.Popen(
            self.command(words), cwd=self.workdir, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                assert line, f"{words} ended with {process.wait(PATIENCE)}"
                yield line
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE)
                assert process.returncode == 0, f"{words} ended with {process.returncode}"
            finally:
                process.kill()


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file out of the build context; the last line that fits decides."""
    kept_out = False
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!")
            parts = Path(path).parts
            above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
            if any(fnmatch.fnmatch(each, pattern.removeprefix("**/")) for each in (*above, *parts)):
                kept_out = not line.startswith("!")
    return kept_out


def copy(instruction: Instruction, root: Path, workdir: Path) -> None:
    """Do what COPY does with files of the build context."""
    *sources, target = instruction.rest.split()
    for source in sources:
        start = root / source
        files = [start] if start.is_file() else [path for path in start.rglob("*") if path.is_file()]
        taken = [path for path in files if not ignored(path.relative_to(root).as_posix())]
        assert taken, f"COPY {source}: nothing of it is in the build context"
        for path in taken:
            inside = workdir / target / (path.name if target.endswith("/") else path.relative_to(start))
            if start.is_file() and not target.endswith("/"):
                inside = workdir / target
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, inside)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Container:
    """Do what the Dockerfile says, instruction by instruction, in a temporary folder."""
    workdir = tmp_path_factory.mktemp("workdir")
    place = only("WORKDIR").rest
    quiet = {"PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    outside = environment()
    outside["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{outside['PATH']}"
    builder = Container(workdir, outside | quiet)
    for each in INSTRUCTIONS:
        if each.name == "COPY" and "from" not in each.flags:
            copy(each, ROOT, workdir)
        elif each.name == "COPY":
            source, target = each.rest.split()
            assert source == f"{place}/{target}"  # it is there already: one folder is both stages
        elif each.name == "RUN":
            done = builder.run(each.words)
            assert done.returncode == 0, f"{each.rest}:\n{done.stdout}\n{done.stderr}"
    site = next((workdir / "env" / "lib").glob("python*")) / "site-packages"
    for name in needed(next(site.glob("wslab-*.dist-info"))):
        copy_distribution(name, site)
    (path,) = [each.rest for each in INSTRUCTIONS if each.name == "ENV" and each.rest.startswith("PATH=")]
    inside = path.removeprefix("PATH=").replace(place, str(workdir)).replace("$PATH", os.environ["PATH"])
    return Container(workdir, environment() | {"PATH": inside, "HOME": "/nonexistent"})


def free_ports() -> dict[str, str]:
    """Return a free port of this machine for each port that a service listens on."""
    ports = [port.rpartition(":")[2] for service in SERVICES.values() for port in service.get("ports", [])]
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in ports]
    try:
        return {port: str(each.getsockname()[1]) for port, each in zip(ports, sockets, strict=True)}
    finally:
        for each in sockets:
            each.close()


def test_every_command_of_the_compose_file(image: Container) -> None:
    ports = free_ports()
    names = "|".join(SERVICES)

    def here(words: list[str]) -> list[str]:
        """Put a command into the network of this machine."""
        swapped = [re.sub(rf"(?<=//)({names})(?=:)", "127.0.0.1", word) for word in words]
        return [re.sub(r"(?<![\d.])80\d\d\b", lambda port: ports[port[0]], word) for word in swapped]

    entry = only("ENTRYPOINT").words
    listening = {
        name: [*entry, *service["command"]] for name, service in SERVICES.items() if "ports" in service
    }
    assert listening.keys() == SERVERS.keys() | {"tap"}
    for name, info in SERVERS.items():
        # The port that a server takes by itself is what the rest of the file relies on.
        assert SERVICES[name]["ports"][0].endswith(f":{info.port}")
        listening[name] += ["--port", str(info.port)]
    with ExitStack() as started:
        for name, words in listening.items():
            assert image.run(here(health_check(name))).returncode == 1, "nothing listens yet"
            first = started.enter_context(image.running(here(words)))
            assert name == "tap" or json.loads(first)["server"] == name
            done = image.run(here(health_check(name)))
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["status"] == "ok"
        done = image.run(here([*entry, *SERVICES["smoke"]["command"]]))
        assert (done.returncode, "hello" in done.stdout) == (0, True), done.stderr


def test_the_image_by_itself_is_the_basic_server() -> None:
    assert only("CMD").words == SERVICES["basic"]["command"]
    assert only("HEALTHCHECK").words == health_check("basic")


def test_health_says_what_is_wrong() -> None:
    script = [sys.executable, str(DEPLOY / "health.py")]
    for arguments in ([], ["0"], ["x"], ["8080", "8081"], ["65536"]):
        done = subprocess.run([*script, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, "is not one port" in done.stderr) == (2, True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        process = subprocess.Popen([*script, port], stderr=subprocess.PIPE, text=True)
        connection, _ = listening.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno")
        assert "503 'no'" in process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 1

"""The wheel, built, put into a fresh environment outside of the checkout, and used there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from wslab import __version__

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds that a command may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A fresh environment with the wheel and with nothing but what the wheel asks for."""

    place: Path
    outside: Path
    """An empty folder to run commands in."""

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs the installed `wslab`."""
        return [str(self.place / "bin" / "wslab"), *arguments]

    def run(self, *arguments: str) -> str:
        """Run the installed `wslab` with nothing on its input; return its output."""
        return output(self.command(*arguments), cwd=self.outside)


def build(folder: Path) -> Path:
    """Build the source distribution, and the wheel from that; return the wheel."""
    output([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)])
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installed:
    """Put a wheel into a fresh environment."""
    place = folder / "venv"
    output([sys.executable, "-m", "venv", "--without-pip", str(place)])
    python = str(place / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
    output([*pip, "install", "--no-index", "--no-deps", str(wheel)])
    site = Path(output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    for name in needed(next(site.glob("wslab-*.dist-info"))):
        copy_distribution(name, site)
    output([*pip, "check"])
    outside = folder / "outside"
    outside.mkdir()
    return Installed(place, outside)


def output(command: list[str], cwd: Path | None = None) -> str:
    """Run a command that must succeed, in an environment that does not know this checkout; return its output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def environment() -> dict[str, str]:
    """Return the environment without what leads Python or the lab to this checkout."""
    leading = ("PYTHON", "VIRTUAL_ENV", "WSLAB")
    return {name: value for name, value in os.environ.items() if not name.startswith(leading)}


def needed(metadata: Path) -> set[str]:
    """Return every distribution that an installed one asks for, and what those ask for, but no extra of its own."""
    found: set[tuple[str, str]] = set()
    asked = [
        Requirement(line.removeprefix("Requires-Dist: "))
        for line in (metadata / "METADATA").read_text(encoding="utf-8").splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    wanted = [(requirement, "") for requirement in asked]
    while wanted:
        requirement, extra = wanted.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        for option in {"", *requirement.extras}:
            if (requirement.name, option) not in found:
                found.add((requirement.name, option))
                wanted += [
                    (Requirement(text), option) for text in distribution(requirement.name).requires or ()
                ]
    return {name for name, _ in found}


def copy_distribution(name: str, site: Path) -> None:
    """Copy a distribution from the environment of this process, which spares the test the network."""
    for file in distribution(name).files or ():
        source = Path(str(file.locate()))
        if ".." not in file.parts and source.suffix != ".pyc":
            target = site.joinpath(*file.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def shipped() -> Iterator[str]:
    """Yield every file of the checkout that belongs into the wheel, by its name there."""
    for folder, place in (("src/wslab", ""), ("servers", "servers/"), ("lessons", "lessons/")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"wslab/{place}{path.relative_to(ROOT / folder).as_posix()}"
    yield "wslab/docs/binary-protocol.md"


def test_the_wheel_holds_the_package_its_servers_its_lessons_and_the_protocol_and_nothing_else(
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(build(tmp_path)) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == set(shipped())
    assert {
        "wslab/py.typed",
        "wslab/servers/basic.py",
        "wslab/lessons/course.toml",
        "wslab/lessons/tour.toml",
        "wslab/tui/screens/lab_screen.tcss",
    } <= names


def test_what_the_wheel_installs_works(tmp_path: Path) -> None:
    installed = install(build(tmp_path), tmp_path)
    assert installed.run("--version") == f"wslab {__version__}\n"
    listing = installed.run("server", "list")
    assert str(installed.place.resolve()) in listing
    assert str(ROOT) not in listing
    help_text = installed.run("server", "start", "binary", "--help")
    (document,) = re.findall(r"/\S+/binary-protocol\.md", help_text)
    assert Path(document).is_relative_to(installed.place.resolve())
    assert Path(document).read_bytes() == (ROOT / "docs" / "binary-protocol.md").read_bytes()
    check_server(installed)
    assert "FAIL" not in installed.run("pilot", "tour")


def check_server(installed: Installed) -> None:
    """Start the basic server, echo through it, and let it end with its input."""
    server = subprocess.Popen(
        installed.command("server", "start", "basic", "--port", "0"),
        cwd=installed.outside,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, server.communicate(timeout=PATIENCE)[1]
        ready = json.loads(line)
        assert (ready["event"], ready["server"]) == ("ready", "basic")
        assert "hello" in installed.run("connect", f"{ready['url']}/echo", "-x", "hello")
    finally:
        _, errors = server.communicate(timeout=PATIENCE)
    assert (server.returncode, errors) == (0, "")


def test_an_editable_install_uses_the_servers_and_lessons_of_the_checkout(tmp_path: Path) -> None:
    direct = distribution("wslab").read_text("direct_url.json")
    assert direct is not None
    assert json.loads(direct)["dir_info"] == {"editable": True}
    command = Path(sys.executable).with_name("wslab")
    assert str(ROOT / "servers" / "basic.py") in output([str(command), "server", "list"], cwd=tmp_path)
    where = "from wslab.bundled import folder; print(folder('lessons'))"
    assert output([sys.executable, "-c", where], cwd=tmp_path) == f"{ROOT / 'lessons'}\n"

"""What the documents promise: links, targets of make, commands, paths, keys, and the picture."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from wslab.cli import build_parser
from wslab.lab.commands import COMMANDS
from wslab.tui.app import LabApp
from wslab.tui.keys import LAB_KEYS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]


@pytest.fixture(params=DOCUMENTS)
def text(request: pytest.FixtureRequest) -> str:
    return (ROOT / str(request.param)).read_text(encoding="utf-8")


def test_links_lead_somewhere(text: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target.startswith("https://") or (ROOT / target).is_file(), target


def test_targets_of_make_are_there(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"^ {4}make ([a-z]+)", text, re.MULTILINE)) | set(
        re.findall(r"`make ([a-z]+)", text)
    )
    assert named <= targets


def test_paths_are_there(text: str) -> None:
    for path in re.findall(r"`((?:src|servers|lessons|tests|benchmarks|docs)/[\w/.-]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"`((?:wire|net|lab|tui|serving)/[\w/]+\.py)`", text):
        assert (ROOT / "src" / "wslab" / path).is_file(), path


def test_commands_are_understood(text: str) -> None:
    for line in re.findall(r"^ {4}wslab (.*)", text, re.MULTILINE):
        words = re.split(r" +[#|] ", line)[0].split()
        assert build_parser().parse_args(words).run
    for name in re.findall(r"`/([a-z]+)", text):
        assert name in COMMANDS, name


def test_keys_of_the_readme_are_bound() -> None:
    bound = {binding.key_display or binding.key for binding in LAB_KEYS}
    bound |= {getattr(binding, "key", "") for binding in LabApp.BINDINGS} | {"enter", "esc"}
    rows = re.findall(r"^\| (`[^|]*`) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    keys = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    assert len(keys) > 8
    assert keys <= bound


def test_the_picture_of_the_readme_can_be_made(tmp_path: Path) -> None:
    picture = tmp_path / "lab.svg"
    command = [str(Path(sys.executable).with_name("wslab")), "pilot", "docs/picture.toml"]
    done = subprocess.run(
        [*command, "--screenshot", str(picture)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kept = (ROOT / "docs" / "lab.svg").read_text(encoding="utf-8")
    for word in ("Masking-key", "payload&#160;4", "OPEN&#160;by&#160;server"):
        assert word in picture.read_text(encoding="utf-8")
        assert word in kept

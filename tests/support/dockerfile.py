"""Dockerfiles, taken apart as far as tests need it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile."""

    name: str
    """In capitals: `RUN`."""
    flags: dict[str, str]
    """`--from=build` as `from: build`."""
    rest: str
    """What follows, continued lines joined."""
    stage: int
    """How many FROM there were before it, its own included."""

    @property
    def words(self) -> list[str]:
        """The words of a command in exec form.

        Raises:
            ValueError: it is in shell form.
        """
        text = self.rest.removeprefix("CMD").lstrip() if self.name == "HEALTHCHECK" else self.rest
        words = json.loads(text)
        if not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
            raise ValueError(f"{self.rest!r} is not a list of words")
        return words


def parse(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile.

    Raises:
        ValueError: a line is none.
    """
    found: list[Instruction] = []
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    stage = 0
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, space, rest = line.strip().partition(" ")
        if not (space and name.isalpha()):
            raise ValueError(f"{line!r} is not an instruction")
        stage += name.upper() == "FROM"
        rest, flags = rest.lstrip(), {}
        while flag := _FLAG.match(rest):
            flags[flag[1]] = flag[2]
            rest = rest[flag.end() :]
        found.append(Instruction(name.upper(), flags, rest, stage))
    return found


def problems(instructions: list[Instruction]) -> list[str]:
    """Return what is wrong with an image, beside what a linter of style finds."""
    found = []
    for each in instructions:
        if each.name == "FROM":
            image = each.rest.split()[0]
            _, colon, tag = image.rpartition(":")
            if not colon or not re.match(r"\d+\.\d+", tag):
                found.append(f"{image} names no version")
            if "/" in image:
                found.append(f"{image} names a host or an owner")
        elif each.name == "ADD":
            found.append("ADD fetches and unpacks: COPY does neither")
        elif each.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
            try:
                each.words  # noqa: B018
            except ValueError:
                found.append(f"{each.name} {each.rest} is in shell form")
    last = [each for each in instructions if each.stage == instructions[-1].stage]
    users = [each.rest for each in last if each.name == "USER"]
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        found.append(f"runs as {users[-1] if users else 'root'}: USER has to be a number that is not 0")
    found += [
        f"no {name}" for name in ("HEALTHCHECK", "ENTRYPOINT", "CMD") if name not in {e.name for e in last}
    ]
    return found

"""Lesson packs: courses from elsewhere, with code that runs only after somebody has agreed to it.

A pack is a folder like that of the bundled course: `course.toml`, lessons, and `servers/` where it has its
own. Its name is the id in its `course.toml`. Outside of it its lessons are called `pack:lesson`; inside, and
in its progress file, by their own ids. Checks are data. What could run is listed, and agreed to once for each
content: a changed file asks again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from wslab.bundled import SERVERS
from wslab.i18n import _
from wslab.lab.course import Course, Lesson
from wslab.lab.course_files import load_course
from wslab.lab.pack_files import PASSED_OVER, PackError, PackFile, content_hash, pack_files
from wslab.lab.progress import BUNDLED
from wslab.lab.server_status import ServerEntry
from wslab.lab.state_file import StateFile
from wslab.lab.toml_table import CourseError
from wslab.wire.clock import Clock

BETWEEN = ":"
"""What stands between the name of a pack and the id of a lesson in it."""
BETWEEN_IN_FOLDERS = "."
"""The same in the name of a learner's folder, where a colon means something to shells and other systems. No
id has one, so no two lessons share a folder."""

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"PYTHONPYCACHEPREFIX": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
)
"""Variables for every process that runs code of a pack: compiled code beside it, which nobody has been shown,
is not used, and none is written."""


class NotAgreedError(PackError):
    """Code of a pack was about to run that nobody has agreed to."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A lesson pack as loaded. Loading runs nothing of it."""

    folder: Path
    course: Course

    @property
    def name(self) -> str:
        """Its name, and the id its progress is kept by."""
        return self.course.id

    def files(self) -> tuple[PackFile, ...]:
        """Return every file as it is now. May raise as `pack_files` does."""
        return pack_files(self.folder)

    def code_files(self) -> tuple[PackFile, ...]:
        """Return every file that could be executed, as it is now. May raise as `pack_files` does."""
        return tuple(file for file in self.files() if file.runs)

    def content_hash(self) -> str:
        """Return the hash of what is to be agreed to, as it is now. May raise as `content_hash` does."""
        return content_hash(self.folder)

    def full_id(self, lesson: Lesson) -> str:
        """Return what a lesson is called outside of the pack: `pack:lesson`."""
        return full_id(self.name, lesson.id)


def load_pack(folder: Path) -> Pack:
    """Load a pack from its folder. Nothing of it runs.

    Raises:
        PackError: it is none, or a file is wrong.
    """
    try:
        root = folder.resolve(strict=True)
        if not (root / "course.toml").is_file():
            raise PackError(
                _("{folder} has no course.toml; a pack is a folder with one").format(folder=folder)
            )
        pack_files(root)  # before anything is read: no link may lead out of it
        course = load_course(root, server_names(root))
    except OSError as error:
        raise PackError(f"{folder}: {error.strerror or error}") from error
    except CourseError as error:
        raise PackError(str(error)) from error
    if course.id == BUNDLED:
        raise PackError(
            _("{file}: id is {name!r}; it must be another name than that of the bundled course").format(
                file=root / "course.toml", name=course.id
            )
        )
    for lesson in course.lessons:
        # What is in there is in no list and in no hash.
        if not PASSED_OVER.isdisjoint(lesson.folder.relative_to(root).parts):
            raise PackError(
                _("{folder}: a lesson must not lie in {names}").format(
                    folder=lesson.folder, names=", ".join(sorted(PASSED_OVER))
                )
            )
    return Pack(root, course)


def full_id(pack: str | None, lesson_id: str) -> str:
    """Return what a lesson is called everywhere: with its pack before it, unless it is a bundled one."""
    return lesson_id if pack is None else pack + BETWEEN + lesson_id


def work_name(pack: str | None, lesson_id: str) -> str:
    """Return the name of the learner's folder for a lesson: that of no other lesson, bundled or of a pack."""
    return lesson_id if pack is None else pack + BETWEEN_IN_FOLDERS + lesson_id


def split_id(text: str) -> tuple[str | None, str]:
    """Return the pack and the lesson that a full id names; the pack is None for a bundled lesson."""
    pack, between, lesson_id = text.partition(BETWEEN)
    return (pack, lesson_id) if between else (None, text)


class PackTrust:
    """What was agreed to, in a file of the folder for state."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        """Touch nothing yet.

        Args:
            folder: where the file is; made when something is agreed to.
            clock: where times come from.
        """
        self._state = StateFile(folder / "agreed-packs.json")
        self._clock = clock or Clock()

    def agreed(self, pack: Pack) -> bool:
        """Return whether the code of a pack, as it is now, was agreed to. Without code there is no need.

        Raises:
            PackError: see `pack_files`.
            StateError: what was agreed to is kept by a newer wslab.
            OSError: a file can't be read.
        """
        return not pack.code_files() or self._knows(pack.name, pack.content_hash())

    def agree(self, pack: Pack, shown: str) -> None:
        """Remember that somebody agreed to the code of a pack.

        Args:
            pack: the pack.
            shown: its `content_hash` at the time its code was listed.

        Raises:
            PackError: it has changed since then, or see `pack_files`.
            StateError: what was agreed to is kept by a newer wslab.
            OSError: it can't be read or kept.
        """
        if pack.content_hash() != shown:
            raise PackError(
                _("{pack} has changed while it was being looked at: look again").format(pack=pack.name)
            )
        now = self._clock.wall()

        def change(values: dict[str, object]) -> None:
            known = values.get("agreed")
            values["agreed"] = {
                **(known if isinstance(known, dict) else {}),
                shown: {"pack": pack.name, "wall": now},
            }

        self._state.change(change)

    def forget(self, name: str) -> None:
        """Forget all that was agreed to of a pack.

        Raises:
            StateError: what was agreed to is kept by a newer wslab.
            OSError: it can't be read or written.
        """

        def change(values: dict[str, object]) -> None:
            known = values.get("agreed")
            if isinstance(known, dict):
                values["agreed"] = {key: item for key, item in known.items() if _pack_of(item) != name}

        self._state.change(change)

    def require(self, pack: Pack) -> None:
        """Return if the code of a pack may run as it is now. To be called right before each start of it.

        Raises:
            NotAgreedError: nobody has agreed to that; the message says how to.
            PackError: see `pack_files`.
            StateError: what was agreed to is kept by a newer wslab.
            OSError: a file can't be read.
        """
        if not self.agreed(pack):
            raise NotAgreedError(
                _(
                    "nobody has agreed to run the code of {pack} as it is now: "
                    "`wslab lesson pack agree {pack}` lists it and asks"
                ).format(pack=pack.name)
            )

    def _knows(self, name: str, found: str) -> bool:
        known = self._state.read().get("agreed")
        return isinstance(known, dict) and _pack_of(known.get(found)) == name


class OwnTrust(PackTrust):
    """Of packs whose code is known: one's own, or agreed to as who started this process knows."""

    def agreed(self, _pack: Pack) -> bool:
        """Return that it is."""
        return True


def _pack_of(entry: object) -> object:
    return entry.get("pack") if isinstance(entry, dict) else None


@dataclass(frozen=True, slots=True)
class PackServer:
    """A server that a pack brings along, as `ServerEntry` wants it."""

    pack: Pack
    trust: PackTrust
    name: str
    """As a lesson of the pack calls it: the file in `servers/` without its ending."""
    port: int = 0
    """Any free one."""

    @property
    def path(self) -> Path:
        """The file to run, for which its pack must have been agreed to.

        Raises:
            NotAgreedError: that has not been done.
            PackError: there is no such file, or see `pack_files`.
        """
        path = self.pack.folder / "servers" / f"{self.name}.py"
        if not path.is_file():
            raise PackError(
                _("the pack {pack} has no server {server!r}: there is no file {path}").format(
                    pack=self.pack.name, server=self.name, path=path
                )
            )
        self.trust.require(self.pack)
        return path

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables for its process: see `ENVIRONMENT`."""
        return ENVIRONMENT


def pack_servers(pack: Pack, trust: PackTrust) -> dict[str, ServerEntry]:
    """Return every server that a lesson of the pack can name: the bundled ones and its own. None is run.

    May raise as `own_servers` does.
    """
    return {**SERVERS, **own_servers(pack, trust)}


def own_servers(pack: Pack, trust: PackTrust) -> dict[str, ServerEntry]:
    """Return the servers that a pack brings along, by name. None is run.

    Raises:
        PackError: one is called as a bundled one.
    """
    return {name: PackServer(pack, trust, name) for name in server_names(pack.folder)}


def server_names(folder: Path) -> list[str]:
    """Return the names of the servers in the folder of a pack.

    Raises:
        PackError: one is called as a bundled one: nobody could tell which of them runs.
    """
    names = sorted(place.stem for place in (folder / "servers").glob("*.py") if place.is_file())
    for name in names:
        if name in SERVERS:
            raise PackError(
                _("{file}: there is a bundled server {server!r}; give it another name").format(
                    file=folder / "servers" / f"{name}.py", server=name
                )
            )
    return names

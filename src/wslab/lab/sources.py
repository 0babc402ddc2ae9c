"""Everything there is to learn from at once: the bundled course, and the lesson packs that may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wslab.i18n import _
from wslab.lab.course import Course, Lesson
from wslab.lab.pack_files import PackError
from wslab.lab.pack_shelf import PackShelf, Shelved
from wslab.lab.packs import Pack, PackTrust, load_pack, split_id
from wslab.lab.source import Source
from wslab.lab.state_file import StateError

USAGE = 2
NOT_STARTED = 3

SHELF = "wslab lesson pack"
"""Stands for all added and installed packs where it can't be known which there are."""

Consent = Callable[[Pack, PackTrust], bool]
"""Returns whether the code of a pack may run as it is now; may ask somebody."""


class SourcesError(Exception):
    """What was asked for can't be learned from. The message says why; `code` is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sources:
    """Courses to learn from, each with lessons."""

    every: tuple[Source, ...]
    """The main course, which is the bundled one, comes first."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By the name of a pack that is not among them: why, as a sentence."""

    @property
    def main(self) -> Source:
        """The course that is opened unless another one is asked for."""
        return self.every[0]

    def find(self, name: str) -> tuple[Source, Lesson]:
        """Return a lesson by its full id, also by a former one, and where it comes from.

        Raises:
            KeyError: there is none; the message says why, or lists those there are.
        """
        pack, lesson_id = split_id(name)
        if pack is not None and pack in self.left_out:
            raise KeyError(self.left_out[pack])
        for source in self.every:
            # What is in the main course is found by its own id, also where that course is a pack.
            if source.name == pack or (pack is None and source is self.main):
                for lesson in source.course.lessons:
                    if lesson_id == lesson.id or lesson_id in lesson.formerly:
                        return source, lesson
        known = ", ".join(
            lesson.id if source is self.main else source.full_id(lesson)
            for source in self.every
            for lesson in source.course.lessons
        )
        raise KeyError(
            _("there is no lesson {lesson!r}: the lessons are {known}").format(lesson=name, known=known)
        )


def open_sources(
    course: Course,
    state: Path,
    consent: Consent,
    folders: Sequence[Path] = (),
    *,
    shelf: PackShelf | None = None,
    lesson: str | None = None,
) -> Sources:
    """Gather what there is to learn from. Nothing of it runs.

    Packs that are asked for must be usable and agreed to. Others are left out where they are not.

    Args:
        course: the bundled one.
        state: the folder for what is remembered.
        consent: asked about each pack that is asked for.
        folders: of packs that are asked for.
        shelf: packs that were added or installed; none are looked for where it is None.
        lesson: the full id of a lesson; its pack is asked for as well.

    Raises:
        SourcesError: a pack that is asked for can't be used, or nobody agreed to it.
    """
    trust = PackTrust(state)
    left_out: dict[str, str] = {}
    shelved = tuple(_shelved(shelf, left_out))
    packs: dict[str, Pack] = {}
    for folder in folders:
        pack = _load(folder)
        others = [one.folder for one in shelved if one.name == pack.name and one.folder is not None]
        if pack.name in packs:
            others.append(packs[pack.name].folder)
        for other in others:
            # Progress and folders for work go by the name.
            if other != pack.folder:
                raise SourcesError(
                    _("{folder}: there is a pack {pack} already, in {other}").format(
                        folder=pack.folder, pack=pack.name, other=other
                    ),
                    USAGE,
                )
        packs[pack.name] = pack
    wanted = split_id(lesson)[0] if lesson is not None else None
    for one in shelved:
        if one.name == wanted and wanted not in packs:
            if one.pack is None:
                raise SourcesError(str(one.problem), USAGE)
            packs[wanted] = one.pack
    found = {name: _agreed(pack, trust, consent) for name, pack in packs.items()}
    for one in shelved:
        if one.name not in found:
            try:
                found[one.name] = _usable(one, trust)
            except (PackError, StateError, OSError) as error:
                left_out[one.name] = str(error)
    return Sources((Source(course), *found.values()), left_out)


def agreed_sources(course: Course, state: Path) -> Sources:
    """Return the bundled course and every added or installed pack that was agreed to before. Asks nothing.

    Args:
        course: the bundled one.
        state: the folder for what is remembered.
    """
    return open_sources(course, state, lambda _pack, _trust: False, shelf=PackShelf(state))


def _load(folder: Path) -> Pack:
    try:
        return _with_lessons(load_pack(folder))
    except PackError as error:
        raise SourcesError(str(error), USAGE) from error


def _agreed(pack: Pack, trust: PackTrust, consent: Consent) -> Source:
    try:
        if not consent(pack, trust):
            raise SourcesError(
                _(
                    "nobody has agreed to run the code of {pack} as it is now, so the lab is not opened; "
                    "`wslab lesson pack agree {folder}` asks again"
                ).format(pack=pack.name, folder=pack.folder),
                NOT_STARTED,
            )
        # What was loaded before it was asked about may be older than what was agreed to.
        agreed = _with_lessons(load_pack(pack.folder))
        trust.require(agreed)
        return Source.of(agreed, trust)
    except (PackError, StateError, OSError) as error:
        raise SourcesError(str(error), NOT_STARTED) from error


def _shelved(shelf: PackShelf | None, left_out: dict[str, str]) -> Iterator[Shelved]:
    if shelf is None:
        return
    try:
        yield from shelf.packs()
    except (StateError, OSError) as error:
        # The lab is of use without them; who asks for one is told why it is not there.
        left_out[SHELF] = str(error)


def _usable(one: Shelved, trust: PackTrust) -> Source:
    """Return a pack of the shelf that may run.

    Raises:
        PackError: it can't be loaded, has no lessons, or nobody has agreed to it.
        StateError, OSError: as `PackTrust.require`.
    """
    if one.pack is None:
        raise PackError(one.problem)
    trust.require(_with_lessons(one.pack))
    return Source.of(one.pack, trust)


def _with_lessons(pack: Pack) -> Pack:
    if not pack.course.lessons:
        raise PackError(
            _("{folder}: the pack {pack} has no lessons").format(folder=pack.folder, pack=pack.name)
        )
    return pack

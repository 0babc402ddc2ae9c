"""A course and where it comes from: what of it may run, what it is called, where the work on it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.bundled import SERVERS
from wslab.lab.course import Course, Lesson
from wslab.lab.packs import ENVIRONMENT, Pack, PackTrust, full_id, own_servers, work_name
from wslab.lab.server_status import ServerEntry
from wslab.lab.workspace import HOME

if TYPE_CHECKING:
    from wslab.lab.exercise import ExerciseRunner


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The bundled course, or a lesson pack with what was agreed to of it."""

    course: Course
    pack: Pack | None = None
    """None for the bundled course."""
    trust: PackTrust | None = None
    """Knows what may run of the pack; None for the bundled course."""
    servers: Mapping[str, ServerEntry] = field(default_factory=dict)
    """The servers it brings along beside the bundled ones, by name."""

    @classmethod
    def of(cls, pack: Pack, trust: PackTrust) -> Source:
        """Return a pack as a source. Nothing of it runs.

        Raises:
            PackError: a server of it is called as a bundled one.
        """
        # Only those that lessons name: others are files that these need.
        named = {lesson.server for lesson in pack.course.lessons}
        own = own_servers(pack, trust)
        return cls(pack.course, pack, trust, {name: own[name] for name in own if name in named})

    @property
    def name(self) -> str | None:
        """The name of the pack; None for the bundled course."""
        return None if self.pack is None else self.pack.name

    def full_id(self, lesson: Lesson) -> str:
        """Return what a lesson is called everywhere: `pack:lesson`, or the id of a bundled one."""
        return full_id(self.name, lesson.id)

    def work(self, lesson: Lesson, home: Path | None = None) -> Path:
        """Return the learner's folder for an exercise, which no other lesson has.

        Args:
            lesson: the exercise.
            home: the folder for all work; `HOME` in the present one where None.
        """
        return (Path(HOME) if home is None else home) / work_name(self.name, lesson.id)

    def permit(self) -> None:
        """Return if the code of this course may run as it is now. To be called right before it does.

        Raises:
            NotAgreedError: nobody has agreed to that.
            PackError, StateError, OSError: as `PackTrust.require`.
        """
        if self.pack is not None and self.trust is not None:
            self.trust.require(self.pack)

    def permit_lesson(self, lesson: Lesson) -> None:
        """Return if a lesson done in the lab may be begun: what it starts was agreed to. Raises as `permit`.

        Options count: with some of them a bundled server opens what it keeps closed otherwise.
        """
        if lesson.options or lesson.server in self.servers:
            self.permit()

    def runner(self, lesson: Lesson) -> ExerciseRunner:
        """Return what runs an exercise; code of a pack each time only if it was agreed to as it is then."""
        from wslab.lab.exercise import ExerciseRunner

        if self.pack is None:
            return ExerciseRunner(lesson)
        return ExerciseRunner(
            lesson,
            servers={**SERVERS, **self.servers},
            environment=ENVIRONMENT,
            permit=self._permit_attempt,
        )

    def _permit_attempt(self) -> None:
        from wslab.lab.pack_files import PackError
        from wslab.lab.state_file import StateError
        from wslab.lab.trial import TrialFault

        try:
            self.permit()
        except (PackError, StateError, OSError) as error:
            raise TrialFault(str(error)) from error

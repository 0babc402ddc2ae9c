"""One learner in every course there is: one sitting at a time, and progress kept for each by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wslab.lab.course import Lesson
from wslab.lab.learner import Learner
from wslab.lab.lesson_run import Seed, report_error
from wslab.lab.sources import Sources
from wslab.wire.clock import Clock


class Learners:
    """The learner at the course they are at, and at the others.

    Args:
        sources: the courses.
        folder: for state.
        clock: the one that stamps the events.
        seed: of every sitting; a new one for each where it is None.
        report: takes errors of the lab itself.
    """

    def __init__(
        self,
        sources: Sources,
        folder: Path,
        clock: Clock,
        *,
        seed: Seed | None = None,
        report: Callable[[Exception], None] = report_error,
    ) -> None:
        self._sources = sources
        self.every = tuple(
            Learner(source, folder, clock, seed=seed, report=report) for source in sources.every
        )
        self.here = self.every[0]
        """The learner at the course that is open."""

    @property
    def main(self) -> Learner:
        """The learner at the main course."""
        return self.every[0]

    @property
    def pack(self) -> str | None:
        """The name of the pack that is open; None where that is the main course."""
        return None if self.here is self.main else self.here.source.name

    def find(self, name: str) -> tuple[Learner, Lesson]:
        """Return a lesson by its full id, and the learner at its course.

        Raises:
            KeyError: there is none; the message says why.
        """
        source, lesson = self._sources.find(name)
        return next(each for each in self.every if each.source is source), lesson

    def move(self, learner: Learner) -> None:
        """Leave the course that is open for another one."""
        if learner is not self.here:
            self.here.get_up()
            self.here = learner

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called whenever something was kept in any course, or could not be."""
        for each in self.every:
            each.listen(listener)

    async def close(self) -> None:
        """Leave the lesson and wait until all is written."""
        for each in self.every:
            await each.close()

"""How long an answer took, where question and answer are recognised by what they carry.

Used for Ping and Pong (RFC 6455 section 5.5.3: a Pong carries the payload of its Ping) and for echoes.
"""

from __future__ import annotations

import math

KEYS = 1024
"""Different questions of one generation. Two generations are remembered."""
TIMES = 64
"""Equal questions that are remembered with their time. More are only counted until those are answered."""


class Pairing:
    """Questions that wait for an answer, by a key.

    Equal questions are answered in the order in which they were asked, as WebSocket keeps order. Memory is
    bounded by 2 * `KEYS` lists of `TIMES` numbers (at most 5 MiB) whatever is never answered. A question that
    was only counted gives no time, nor does one that was forgotten for 1,024 or more different later ones.
    """

    __slots__ = ("_max_age", "_old", "_recent", "answered", "asked", "old_sizes", "sizes", "unasked")

    def __init__(self, max_age: float = math.inf) -> None:
        """Take answers that come within ``max_age`` seconds."""
        self._max_age = max_age
        self._recent: dict[int, float | list[float]] = {}
        """When each question was asked; a list where equal ones wait. A negative number in it stands for that
        many questions without a time."""
        self._old: dict[int, float | list[float]] = {}
        self.sizes: set[int] = set()
        self.old_sizes: set[int] = set()
        """What is of none of these sizes answers no question: cheaper to see than by its key."""
        self.asked = 0
        self.answered = 0
        self.unasked = 0
        """Answers to which there was no question."""

    def ask(self, key: int, size: int, t: float) -> None:
        """Remember a question of ``size`` bytes asked at ``t`` (monotonic seconds, not negative)."""
        self.asked += 1
        recent = self._recent
        if key in recent or key in self._old:
            self._ask_again(key, t)
            return
        if len(recent) >= KEYS:
            self._old, self._recent = recent, {}
            self.old_sizes, self.sizes = self.sizes, set()
            recent = self._recent
        recent[key] = t
        self.sizes.add(size)

    def _ask_again(self, key: int, t: float) -> None:
        home = self._recent if key in self._recent else self._old
        times = home[key]
        if not isinstance(times, list):
            home[key] = [times, t]
        elif times[-1] < 0:
            times[-1] -= 1
        elif len(times) < TIMES:
            times.append(t)
        else:
            times.append(-1.0)

    def answer(self, key: int, t: float) -> float | None:
        """Take an answer that came at ``t``.

        Returns:
            The seconds since the question; None where there was none or its time is not known.
        """
        home = self._recent if key in self._recent else self._old
        times = home.get(key)
        if times is None:
            self.unasked += 1
            return None
        if not isinstance(times, list):
            del home[key]
            return self._took(times, t)
        asked = times.pop(0)
        while 0 <= asked < t - self._max_age and times:
            asked = times.pop(0)
        if asked < -1:
            times.insert(0, asked + 1)
        if not times:
            del home[key]
        if asked < 0:
            self.answered += 1
            return None
        return self._took(asked, t)

    def _took(self, asked: float, t: float) -> float | None:
        if t - asked > self._max_age:
            self.unasked += 1
            return None
        self.answered += 1
        return max(0.0, t - asked)

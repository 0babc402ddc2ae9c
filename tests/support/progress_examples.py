"""Progress of every kind, for property tests."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import strategies as st

from wslab.lab.progress_data import LessonProgress, Progress, StepProgress

IDS = st.sampled_from(["p1-echo", "p1-states", "p2-mqtt", "x"]) | st.from_regex(
    r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True
)
TIMES = st.integers(0, 5).map(float) | st.floats(0, 253370764799)
WORDS = st.sampled_from(["", "aa", "bb"]) | st.from_regex(r"[!-~]{0,20}", fullmatch=True)
COUNTS = st.integers(0, 3) | st.integers(0, 10**9)


@st.composite
def steps(draw: st.DrawFn) -> StepProgress:
    """A record of a step such as the lab can have made."""
    passed = draw(st.none() | TIMES)
    return StepProgress(
        passed=passed,
        attempts=draw(COUNTS),
        hints=draw(COUNTS),
        helped=draw(st.booleans()),
        checked=None if passed is None else draw(TIMES),
        check=draw(WORDS),
        seed=draw(WORDS),
        engine=draw(WORDS),
    )


LESSONS = st.builds(
    LessonProgress,
    opened=st.none() | TIMES,
    attempts=COUNTS,
    finished=st.none() | TIMES,
    helped=st.booleans(),
    steps=st.dictionaries(IDS, steps(), max_size=3).map(MappingProxyType),
)
PROGRESS = st.builds(
    Progress,
    current=st.none() | IDS,
    lang=st.none() | st.sampled_from(["en", "ja"]),
    lessons=st.dictionaries(IDS, LESSONS, max_size=3).map(MappingProxyType),
)

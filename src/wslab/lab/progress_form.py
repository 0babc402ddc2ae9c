"""Progress as text: JSON, written and read back, whoever wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from wslab.i18n import _
from wslab.lab.progress_data import LessonProgress, Progress, StepProgress

FORMAT = 1
"""The version of the form that is written, and the newest that is read in full."""
LARGEST = 8 * 2**20
"""Bytes of a text that are read at most. A step takes some 200, so this is far above any course."""
LAST_TIME = 253370764799
"""The last second of the year 9998: later ones can't be shown as a date in every time zone."""

T = TypeVar("T")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANG = re.compile(r"[a-z]{2,3}")
_WORD = re.compile(r"[!-~]{0,200}")
_LONGEST_ID = 100
_LARGEST_COUNT = 10**9
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class ProgressError(Exception):
    """A text is no progress of this course. The message names the key, what was found and what is right."""


class NewerProgressError(ProgressError):
    """The text was written by a newer wslab."""

    def __init__(self, found: int, progress: Progress) -> None:
        super().__init__(
            _(
                "format is {found}, written by a newer wslab; this one reads format {known}: update wslab"
            ).format(found=found, known=FORMAT)
        )
        self.progress = progress
        """As much of it as can be understood."""


def dump_progress(course_id: str, progress: Progress) -> str:
    """Return progress in a course as JSON."""
    lessons = {
        lesson_id: {
            "opened": lesson.opened,
            "attempts": lesson.attempts,
            "finished": lesson.finished,
            "helped": lesson.helped,
            "steps": {
                step_id: {name: getattr(step, name) for name in StepProgress.__slots__}
                for step_id, step in lesson.steps.items()
            },
        }
        for lesson_id, lesson in progress.lessons.items()
    }
    whole = {
        "format": FORMAT,
        "course": course_id,
        "current": progress.current,
        "lang": progress.lang,
        "lessons": lessons,
    }
    return json.dumps(whole, indent=1) + "\n"


def parse_progress(course_id: str, data: str | bytes) -> Progress:
    """Read progress in a course.

    Args:
        course_id: the course that it must be of.
        data: the JSON, as text or as the bytes of a file.

    Raises:
        NewerProgressError: the text has a format that is not known yet.
        ProgressError: something else is wrong.
    """
    values = _parse_json(data)
    if not isinstance(values, dict):
        raise _wrong("", values, _("an object with format, course, lessons"))
    # The format comes first: a newer one may have keys and values that are not known here.
    found = values.get("format")
    if type(found) is not int or found < 1:
        raise _wrong("format", found, str(FORMAT))
    if found > FORMAT:
        raise NewerProgressError(found, _understood(values))
    return _whole(course_id, values)


def _parse_json(data: str | bytes) -> Any:
    if len(data) > LARGEST:
        raise ProgressError(
            _("the text has more than {largest} bytes: it is no progress").format(largest=LARGEST)
        )
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProgressError(
            _("byte {place} is not UTF-8: it is no progress").format(place=error.start)
        ) from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise ProgressError(_("not progress: lists or objects lie too deep in each other")) from None
    except ValueError as error:  # a number of too many digits is one too
        raise ProgressError(_("not JSON: {reason}").format(reason=error)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _value in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ProgressError(_("the key {key} is there twice").format(key=_short(twin)))
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise ProgressError(_("{name} is not a number in JSON").format(name=name))


def _whole(course_id: str, values: dict[str, Any]) -> Progress:
    _only("", values, {"format", "course", "current", "lang", "lessons"})
    course = values.get("course")
    if course != course_id:
        raise _wrong(
            "course", course, _("{course}: this is the progress of another course").format(course=course_id)
        )
    return Progress(
        current=_optional("current", values.get("current"), _id),
        lang=_optional("lang", values.get("lang"), _lang),
        lessons=MappingProxyType(
            {
                _id("lessons", lesson_id): _lesson(f"lessons.{lesson_id}", lesson)
                for lesson_id, lesson in _table("lessons", values.get("lessons")).items()
            }
        ),
    )


def _lesson(where: str, value: object) -> LessonProgress:
    values = _table(where, value)
    _only(where, values, LessonProgress.__slots__)
    return LessonProgress(
        opened=_optional(f"{where}.opened", values.get("opened"), _time),
        attempts=_count(f"{where}.attempts", values.get("attempts", 0)),
        finished=_optional(f"{where}.finished", values.get("finished"), _time),
        helped=_yes_or_no(f"{where}.helped", values.get("helped", False)),
        steps=MappingProxyType(
            {
                _id(f"{where}.steps", step_id): _step(f"{where}.steps.{step_id}", step)
                for step_id, step in _table(f"{where}.steps", values.get("steps", {})).items()
            }
        ),
    )


def _step(where: str, value: object) -> StepProgress:
    values = _table(where, value)
    _only(where, values, StepProgress.__slots__)
    step = StepProgress(
        passed=_optional(f"{where}.passed", values.get("passed"), _time),
        attempts=_count(f"{where}.attempts", values.get("attempts", 0)),
        hints=_count(f"{where}.hints", values.get("hints", 0)),
        helped=_yes_or_no(f"{where}.helped", values.get("helped", False)),
        checked=_optional(f"{where}.checked", values.get("checked"), _time),
        check=_word(f"{where}.check", values.get("check", "")),
        seed=_word(f"{where}.seed", values.get("seed", "")),
        engine=_word(f"{where}.engine", values.get("engine", "")),
    )
    if (step.passed is None) != (step.checked is None):
        raise _wrong(
            f"{where}.checked", step.checked, _("a time where passed is one, and null where it is not")
        )
    return step


def _understood(values: dict[str, Any]) -> Progress:
    """Return what can be shown of a newer form: every part that reads as it would here, and no other."""
    progress = Progress()
    with suppress(ProgressError):
        progress = replace(progress, current=_optional("current", values.get("current"), _id))
    with suppress(ProgressError):
        progress = replace(progress, lang=_optional("lang", values.get("lang"), _lang))
    for lesson_id, values_of_lesson in _known(values.get("lessons")).items():
        with suppress(ProgressError):
            known = _known(_table(lesson_id, values_of_lesson), LessonProgress.__slots__)
            steps = _known(known.pop("steps", None))
            lesson = _lesson(lesson_id, known)
            for step_id, step in steps.items():
                with suppress(ProgressError):
                    known = _known(step, StepProgress.__slots__)
                    lesson = lesson.with_step(_id("", step_id), _step(step_id, known))
            progress = progress.with_lesson(_id("", lesson_id), lesson)
    return progress


def _known(value: object, keys: Collection[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if keys is None or key in keys}


def _table(where: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(where, value, _("an object"))
    return value


def _only(where: str, values: dict[str, Any], keys: Collection[str]) -> None:
    for key in values:
        if key not in keys:
            place = f"{where}: " if where else ""
            raise ProgressError(
                _("{place}{key} is not a key; the keys are {keys}").format(
                    place=place, key=_short(key), keys=", ".join(keys)
                )
            )


def _optional(where: str, value: object, read: Callable[[str, object], T]) -> T | None:
    return None if value is None else read(where, value)


def _id(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_ID or not _ID.fullmatch(value):
        raise _wrong(where, value, _("an id: words of a-z and 0-9 joined by -"))
    return value


def _lang(where: str, value: object) -> str:
    if not isinstance(value, str) or not _LANG.fullmatch(value):
        raise _wrong(where, value, _("a language such as en or ja"))
    return value


def _word(where: str, value: object) -> str:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise _wrong(where, value, _("at most 200 printable ASCII characters without spaces"))
    return value


def _time(where: str, value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= LAST_TIME:  # type: ignore[operator]
        raise _wrong(where, value, _("a Unix time in seconds"))
    return float(value)  # type: ignore[arg-type]


def _count(where: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise _wrong(where, value, _("a whole number from 0 to {most}").format(most=_LARGEST_COUNT))
    return value


def _yes_or_no(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(where, value, "true, false")
    return value


def _wrong(where: str, found: object, right: str) -> ProgressError:
    return ProgressError(
        _("{key} is {found}; it must be {right}").format(
            key=where or _("the text"), found=_short(found), right=right
        )
    )


def _short(value: object) -> str:
    """Return a value as a message repeats it: what steers a terminal is escaped, what is long is cut."""
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"


def check_id(value: str) -> str:
    """Return an id as it is.

    Raises:
        ValueError: it can't be the id of a lesson or a step.
    """
    return _checked(_id, "id", value)


def check_lang(value: str) -> str:
    """Return the code of a language as it is.

    Raises:
        ValueError: it can't be one.
    """
    return _checked(_lang, "lang", value)


def check_word(name: str, value: str) -> str:
    """Return a hash, a seed or a version as it is.

    Raises:
        ValueError: it can't be kept.
    """
    return _checked(_word, name, value)


def _checked(read: Callable[[str, object], str], name: str, value: str) -> str:
    try:
        return read(name, value)
    except ProgressError as error:
        raise ValueError(str(error)) from None

"""Reads a course from its folder. What may stand in its files is in docs/lesson-format.md.

    course.toml                    format, id, the phases in order
    1-basics/en.md                 title and summary of a phase
    1-basics/010-connect/          a lesson: lesson.toml, en.md, ja.md …

Lessons of a phase come in the order of their folders' names. Structure is TOML and prose is Markdown, so that
a translation never touches what the lab relies on; here the two are held against each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from wslab.bundled import SERVERS
from wslab.bundled import folder as bundled_folder
from wslab.lab.course import (
    FALLBACK_LANG,
    Course,
    Cut,
    Exercise,
    Lesson,
    Mutant,
    Phase,
    check_graph,
)
from wslab.lab.learner_lines import LineError, parse_learner_line
from wslab.lab.play import PlayError, check_play
from wslab.lab.prose import ID, Localized, Prose
from wslab.lab.steps import Step, parse_steps
from wslab.lab.toml_table import CourseError, Table
from wslab.wire.patterns import Pattern, PatternError

_LANG = re.compile(r"[a-z]{2,3}")
_RFC = re.compile(r"[1-9]\d{2,4}#[1-9]\d*(\.[1-9]\d*)*")
_URL_PATH = re.compile(r"/[!-\"$-~]*")
_QUERY = re.compile(r"([!-\"$-z|~]|\{seed\.(word|hex|number)\})+")
_OPTION = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_MUTANT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROGRAM = re.compile(r"[A-Za-z0-9_]+\.py")
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_LONGEST_LESSON = 120
_LONGEST_ATTEMPT = "60s"
_MOST_SEEDS = 20
_MOST_CONNECTIONS = 99
_LESSON_ID = "words of a-z and 0-9 joined by -, such as p1-connect"
_MODES: tuple[Literal["app"], Literal["exercise"]] = ("app", "exercise")
_KINDS: tuple[Literal["client"], Literal["server"]] = ("client", "server")


def load_course(folder: Path | None = None, own_servers: Collection[str] = ()) -> Course:
    """Read a course with its prose in every language there is.

    Args:
        folder: the one that holds `course.toml`; the bundled lessons where it is None.
        own_servers: names of servers that its lessons may use beside the bundled ones.

    Raises:
        CourseError: a file is missing or wrong.
        BundledError: the bundled lessons are missing.
    """
    return _bundled() if folder is None else _load(folder, own_servers)


@cache
def _bundled() -> Course:
    """Return the course that comes with the lab: its files stay as they are while a process goes on."""
    return _load(bundled_folder("lessons"))


def _load(root: Path, own_servers: Collection[str] = ()) -> Course:
    top = Table.read(root / "course.toml", {"format", "id", "phase"})
    course_id = top.text("id", ID, "words of a-z and 0-9 joined by -, such as wslab")
    entries = top.tables("phase")
    ids = []
    for entry in entries:
        entry.only({"id", "folder"})
        ids.append(entry.text("id", ID, "words of a-z and 0-9 joined by -, such as basics"))
    _refuse_twins(top.file, "phase.id", ids)
    phases = tuple(
        _load_phase(root, entry, name, number, own_servers)
        for number, (name, entry) in enumerate(zip(ids, entries, strict=True), 1)
    )
    course = Course(course_id, phases)
    check_graph(course.lessons)
    return course


def _load_phase(root: Path, entry: Table, name: str, number: int, own_servers: Collection[str]) -> Phase:
    folder = root / entry.text("folder", ID, "the name of a folder beside course.toml, such as 1-basics")
    if not folder.is_dir():
        raise entry.error("folder", folder.name, "the name of a folder beside course.toml")
    prose = _read_prose(folder)
    for found in prose.values():
        if found.anchors != ("title",):
            raise CourseError(
                f"{found.file}: found text below the front matter; a phase has a title and a summary only"
            )
    places = sorted(path.parent for path in folder.glob("*/lesson.toml"))
    # A folder without lesson.toml would be a lesson that silently is not there.
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path not in places and not path.name.startswith((".", "_")):
            raise CourseError(
                f"{path / 'lesson.toml'}: there is no such file; every folder of a phase is a lesson"
            )
    lessons = tuple(_load_lesson(place, number, own_servers) for place in places)
    return Phase(number, name, lessons, _texts(prose))


def _load_lesson(folder: Path, phase: int, own_servers: Collection[str]) -> Lesson:
    table = Table.read(
        folder / "lesson.toml",
        {
            "format", "id", "formerly", "phase", "minutes", "rfc", "needs", "mode", "server",
            "exercise", "step", "mutant",
        },
    )  # fmt: skip
    lesson_id = table.text("id", ID, _LESSON_ID)
    if table.number("phase", 1, 99) != phase:
        raise table.error(
            "phase", table.values["phase"], f"{phase}, as its folder {folder.parent.name} is that phase's"
        )
    mode = table.one_of("mode", _MODES)
    exercise = _load_exercise(table, folder) if mode == "exercise" else None
    if exercise is None and "exercise" in table:
        raise table.error("mode", mode, "exercise, since exercise belongs to exercises")
    writes_server = exercise is not None and exercise.kind == "server"
    server, path, options = (
        _load_server(table, own_servers) if "server" in table or not writes_server else (None, "/", ())
    )
    steps = _load_steps(table)
    for number, step in enumerate(steps, 1):
        if step.play and not writes_server:
            raise CourseError(
                f"{table.file}: step {number}: play is there; it must be only in exercises of kind server"
            )
        if step.solve and mode != "app":
            raise CourseError(
                f"{table.file}: step {number}: solve is there; it must be only in lessons done in the app"
            )
        _check_lines(f"{table.file}: step {number}: solve", step.solve)
    try:
        check_play([step.play for step in steps])
    except PlayError as error:
        raise CourseError(f"{table.file}: play: {error}") from None
    mutants = _load_mutants(table, folder, steps) if exercise else _load_wrong_ways(table, steps)
    if mode == "app":
        _demand(folder / "drive.toml", "a lesson done in the app needs the keys that solve it")
    prose = _read_prose(folder)
    for found in prose.values():
        _check_sections(found, steps, whole=found.file.stem == FALLBACK_LANG)
    return Lesson(
        id=lesson_id,
        formerly=table.texts("formerly", ID, _LESSON_ID) if "formerly" in table else (),
        phase=phase,
        minutes=table.number("minutes", 1, _LONGEST_LESSON),
        rfc=table.texts("rfc", _RFC, "RFC and section, such as 6455#5.5.2"),
        needs=table.texts("needs", ID, _LESSON_ID) if "needs" in table else (),
        mode=mode,
        server=server,
        path=path,
        options=options,
        exercise=exercise,
        steps=steps,
        mutants=mutants,
        folder=folder,
        texts=_texts(prose),
    )


def _load_server(table: Table, own_servers: Collection[str]) -> tuple[str, str, tuple[str, ...]]:
    server = table.table("server", {"name", "path", "options"})
    right = f"a bundled server: {', '.join(SERVERS)}"
    if own_servers:
        right += f", or one of the pack's own: {', '.join(own_servers)}"
    name = server.text("name", ID, right)
    if name not in SERVERS and name not in own_servers:
        raise server.error("name", name, right)
    path = server.text("path", _URL_PATH, "a path on the server, such as /close/1008")
    if "options" not in server:
        return name, path, ()
    return name, path, server.texts("options", _OPTION, "an option of the server, such as --keepalive")


def _load_exercise(table: Table, folder: Path) -> Exercise:
    entry = table.table("exercise", {"kind", "entry", "timeout", "seeds", "cut", "query"})
    name = entry.text("entry", _PROGRAM, "the name of a Python file in start/, such as client.py")
    _demand(folder / "start" / name, "the learner begins with this file")
    _demand(folder / "solution" / name, "an exercise needs a solution that passes")
    cuts = []
    for cut in entry.tables("cut") if "cut" in entry else []:
        cut.only({"conn", "after"})
        cuts.append(Cut(cut.number("conn", 1, _MOST_CONNECTIONS), _load_pattern(cut, "after")))
    kind = entry.one_of("kind", _KINDS)
    query = entry.text("query", _QUERY, "a query such as run={seed.number}") if "query" in entry else ""
    if query and kind != "client":
        raise entry.error("query", query, "only in exercises of kind client")
    return Exercise(
        kind=kind,
        entry=name,
        timeout=entry.duration("timeout", _LONGEST_ATTEMPT),
        seeds=entry.number("seeds", 1, _MOST_SEEDS),
        cut=tuple(cuts),
        query=query,
    )


def _load_steps(table: Table) -> tuple[Step, ...]:
    tables = table.get("step", "at least one [[step]]")
    try:
        return parse_steps(tables)
    except PatternError as error:
        raise _named(table, error) from None


def _load_pattern(table: Table, key: str) -> Pattern:
    value = table.get(key, 'a pattern, such as { on = "message", dir = "s>c" }')
    try:
        pattern = Pattern.parse(value, f"{table.where}{key}", ())
        pattern.check_references({}, f"{table.where}{key}")
    except PatternError as error:
        raise _named(table, error) from None
    return pattern


def _named(table: Table, error: PatternError) -> CourseError:
    """Return the error with its file, and with places written as everywhere: `step 2: expect 1: text`."""
    place, verb, rest = str(error).partition(" is ")
    place = re.sub(r"\[(\d+)\]", r" \1", re.sub(r"\[(\d+)\]\.", r" \1: ", place))
    return CourseError(f"{table.file}: {place}{verb}{rest}")


def _load_mutants(table: Table, folder: Path, steps: Sequence[Step]) -> tuple[Mutant, ...]:
    mutants = []
    ids = [step.id for step in steps]
    says = _says(steps)
    for entry in table.tables("mutant") if "mutant" in table else []:
        entry.only({"file", "dies", "says"})
        name = entry.text("file", _PROGRAM, "the name of a Python file in mutants/, such as sends_bytes.py")
        _demand(folder / "mutants" / name, f"{table.file} has it as a mutant")
        mutants.append(
            Mutant(
                name=name,
                dies=entry.one_of("dies", ids),
                says=entry.one_of("says", says) if "says" in entry else None,
            )
        )
    _refuse_twins(table.file, "mutant.file", [mutant.name for mutant in mutants])
    known = {mutant.name for mutant in mutants}
    for file in sorted((folder / "mutants").glob("*.py")):
        # A mutant that nobody runs would be taken for one that dies.
        if file.name not in known:
            raise CourseError(f"{file}: there is no [[mutant]] for this file in {table.file}")
    return tuple(mutants)


def _load_wrong_ways(table: Table, steps: Sequence[Step]) -> tuple[Mutant, ...]:
    """Return the mutants of a lesson done in the app: lines in place of those that solve a step."""
    mutants = []
    for number, entry in enumerate(table.tables("mutant") if "mutant" in table else [], 1):
        entry.only({"name", "lines", "dies", "says"})
        mutant = Mutant(
            name=entry.text("name", _MUTANT_NAME, "words of a-z and 0-9 joined by -, such as typed-c"),
            lines=entry.texts("lines", _LINE, "a line such as hello or /connect /echo"),
            dies=entry.one_of("dies", [step.id for step in steps]),
            says=entry.one_of("says", _says(steps)) if "says" in entry else None,
        )
        _check_lines(f"{table.file}: mutant {number}: lines", mutant.lines)
        mutants.append(mutant)
    _refuse_twins(table.file, "mutant.name", [mutant.name for mutant in mutants])
    return tuple(mutants)


def _says(steps: Sequence[Step]) -> list[str]:
    return list(dict.fromkeys(key for step in steps for key in step.says))


def _check_lines(where: str, lines: Sequence[str]) -> None:
    for number, line in enumerate(lines, 1):
        try:
            parse_learner_line(line)
        except LineError as error:
            raise CourseError(f"{where} {number}: {error}") from None


def _read_prose(folder: Path) -> dict[str, Prose]:
    """Return the prose of a folder by language."""
    found = {FALLBACK_LANG: Prose.read(folder / f"{FALLBACK_LANG}.md")}
    if found[FALLBACK_LANG].of:
        raise CourseError(f"{found[FALLBACK_LANG].file}: of is there; it belongs to translations only")
    for file in sorted(folder.glob("*.md")):
        if _LANG.fullmatch(file.stem) and file.stem not in found:
            found[file.stem] = Prose.read(file)
    return found


def _texts(prose: Mapping[str, Prose]) -> Mapping[str, Localized]:
    english = prose[FALLBACK_LANG]
    return MappingProxyType({lang: Localized(found, english) for lang, found in prose.items()})


def _check_sections(prose: Prose, steps: Sequence[Step], *, whole: bool) -> None:
    """Check that every section has its use, and with ``whole`` also that nothing is missing.

    A translation may lack sections: they are shown in English.
    """
    ids = [step.id for step in steps]
    says = _says(steps)
    needed = [*(f"step.{name}" for name in ids), *(f"say.{key}" for key in says)]
    for anchor in prose.anchors:
        if anchor.startswith(("step.", "say.")) and anchor not in needed:
            kind, _dot, name = anchor.partition(".")
            known = ", ".join(ids if kind == "step" else says) or "none"
            raise CourseError(
                f"{prose.file}: the section {kind} {name} has no use; lesson.toml has of this kind: {known}"
            )
    if not whole:
        return
    for anchor in needed:
        if anchor not in prose.anchors:
            kind, _dot, name = anchor.partition(".")
            right = f"## step {name}: Title" if kind == "step" else f"## say {name}"
            raise CourseError(
                f"{prose.file}: there is no section `{right}`; lesson.toml has a {kind} of that name"
            )
    for name, text in prose.steps.items():
        if not text.hints:
            raise CourseError(
                f"{prose.file}: step {name} has no hint; it must have one to three, `### hint 1` …"
            )
    if list(prose.steps) != ids:
        raise CourseError(
            f"{prose.file}: the steps are {', '.join(prose.steps)}; they must come as in lesson.toml: "
            f"{', '.join(ids)}"
        )


def _demand(file: Path, why: str) -> None:
    if not file.is_file():
        raise CourseError(f"{file}: there is no such file; {why}")


def _refuse_twins(file: Path, key: str, ids: Sequence[str]) -> None:
    for place, found in enumerate(ids):
        if found in ids[:place]:
            raise CourseError(f"{file}: {key} {found!r} is there twice; every one must be used once")

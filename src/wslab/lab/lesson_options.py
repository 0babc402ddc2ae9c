"""What `wslab lesson` takes. Only the parser is here, so that it costs other commands nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from wslab.lab.pack_command import add_pack_parser

EPILOG = """\
exit codes: 0 passed, 1 failed, 2 usage, 3 could not start,
            4 unknown: the lab's own fault, never counted, 130 interrupted
"""
FOLDER = "the learner's folder (default: ./wslab-work/ID)"


CHECK_EPILOG = """\
exit codes: 0 clean (translations may be stale), 1 findings, 2 usage,
            3 could not start, 4 the lab failed: nothing can be said,
            130 interrupted
"""


def add_lesson_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    check: Callable[[argparse.Namespace], int],
) -> None:
    """Add `lesson` and what it can do to the command line.

    Args:
        commands: where to add it.
        check: carries out `lesson check`, which needs the app and so is not the lab's alone.
    """
    parser = commands.add_parser("lesson", help="lessons without the app: list them, do them, see hints")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = actions.add_parser("list", help="every lesson, and how far you are")
    listing.set_defaults(run=_list, parser=listing)
    _add_start(actions)
    _add_run(actions)
    hint = _one(actions, "hint", "show the next hint of the step you are at")
    hint.add_argument("--step", metavar="STEP", help="another step, by its id")
    hint.set_defaults(run=_hint, parser=hint)
    solution = _one(actions, "solution", "print the solution, once it is open")
    solution.set_defaults(run=_solution, parser=solution)
    reset = _one(actions, "reset", "begin the files of an exercise anew; the old ones are kept")
    reset.add_argument("--folder", type=Path, metavar="F", help=FOLDER)
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.set_defaults(run=_reset, parser=reset)
    _add_check(actions, check)
    add_pack_parser(actions)


def _add_start(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    start = _one(actions, "start", "copy the files of an exercise, never over anything, and show its task")
    start.add_argument("--folder", type=Path, metavar="F", help=FOLDER)
    start.set_defaults(run=_start, parser=start)


def _add_run(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = _one(
        actions,
        "run",
        "run your program and judge it by what the wire shows; or do a lesson line by line",
        "An exercise: your program runs against a fresh server, and what goes over the wire is judged. "
        "With --watch it runs again whenever you save. Any other lesson: its steps come one after the other, "
        "and you type what you would type in the app (/help lists what works).",
    )
    run.add_argument("--folder", type=Path, metavar="F", help=FOLDER)
    run.add_argument("--watch", action="store_true", help="run again whenever the file is saved")
    other = run.add_mutually_exclusive_group()
    other.add_argument(
        "--solution", action="store_true", help="run the solution instead of your work; nothing is recorded"
    )
    other.add_argument(
        "--file", type=Path, metavar="F", help="run this file instead of your work; nothing is recorded"
    )
    run.add_argument(
        "--seed", metavar="N", help="run once with this seed, as a report named it, instead of new ones"
    )
    run.add_argument("--json", action="store_true", help="print one JSON object for each attempt")
    run.add_argument("--junit", type=Path, metavar="F.xml", help="write a JUnit report")
    run.set_defaults(run=_run, parser=run)


def _add_check(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], run: Callable[[argparse.Namespace], int]
) -> None:
    check = actions.add_parser(
        "check",
        help="prove that lessons can be passed, cannot be cheated, and explain mistakes",
        description="Reads a course, runs solutions, starts and mutants of its exercises, does its other "
        "lessons in the app by their keys, in every language, and looks for parts of checks that nothing "
        "tests. Prints a table and then what it found, one finding a line.",
        epilog=CHECK_EPILOG,
        formatter_class=_KeepsEpilog,
    )
    check.add_argument(
        "folder",
        type=Path,
        nargs="?",
        metavar="FOLDER",
        help="with course.toml (default: the bundled course)",
    )
    check.add_argument(
        "--lesson",
        dest="lessons",
        action="append",
        metavar="ID",
        help="this lesson alone; given again, that one too",
    )
    check.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="seeds that solutions have to pass (default: each lesson's own)",
    )
    check.add_argument(
        "--translated",
        nargs=2,
        metavar=("ID", "LANG"),
        help="check nothing: write that a translation is one of the present English text",
    )
    check.add_argument(
        "--yes", action="store_true", help="run the code of FOLDER without having agreed to it: it is yours"
    )
    check.set_defaults(run=run, parser=check)


def _one(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help_text: str, about: str = ""
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help_text, description=about or None)
    parser.add_argument("lesson", metavar="ID", help="see `wslab lesson list`")
    if name == "run":
        parser.epilog = EPILOG
        parser.formatter_class = _KeepsEpilog
    return parser


class _KeepsEpilog(argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are and wraps everything else."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def _list(_options: argparse.Namespace) -> int:
    from wslab.lab.lesson_list import list_lessons

    return list_lessons()


def _start(options: argparse.Namespace) -> int:
    from wslab.lab.lesson_command import start_lesson

    return start_lesson(options.lesson, options.folder)


def _run(options: argparse.Namespace) -> int:
    from wslab.lab.lesson_command import run_lesson

    return run_lesson(options)


def _hint(options: argparse.Namespace) -> int:
    from wslab.lab.lesson_command import show_hint

    return show_hint(options.lesson, options.step)


def _solution(options: argparse.Namespace) -> int:
    from wslab.lab.lesson_command import show_solution

    return show_solution(options.lesson)


def _reset(options: argparse.Namespace) -> int:
    from wslab.lab.lesson_command import reset_lesson

    return reset_lesson(options.lesson, options.folder, options.yes)

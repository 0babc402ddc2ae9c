"""`wslab lesson pack`: which lesson packs there are, and whose code may run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wslab.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from wslab.lab.pack_shelf import PackShelf, Shelved
    from wslab.lab.packs import PackTrust

OK = 0
FAILED = 1


def add_pack_parser(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `pack` and its own commands to `wslab lesson`. Loads nothing that they need."""
    parser = actions.add_parser(
        "pack",
        help="lessons from elsewhere, and whose code may run",
        description="A lesson pack is a folder with course.toml and lessons. Its lessons are called "
        "pack:lesson. What could run of it is listed, and runs once you have agreed; when it changes, you "
        "are asked again.",
    )
    commands = parser.add_subparsers(title="commands", metavar="list|add|agree|remove", required=True)
    listing = commands.add_parser("list", help="the packs there are")
    listing.set_defaults(run=_guarded(_list), parser=listing)
    adding = commands.add_parser("add", help="add a pack by its folder; nothing of it runs")
    adding.add_argument("folder", type=Path, metavar="PATH", help="the folder with its course.toml")
    adding.set_defaults(run=_guarded(_add), parser=adding)
    agreeing = commands.add_parser("agree", help="list what could run of a pack, and agree to it")
    agreeing.add_argument("name", metavar="NAME", help="see `wslab lesson pack list`, or a folder")
    agreeing.add_argument(
        "--hash",
        dest="content_hash",
        metavar="H",
        help="agree without being asked, if the pack has this content hash",
    )
    agreeing.set_defaults(run=_guarded(_agree), parser=agreeing)
    removing = commands.add_parser("remove", help="forget a pack; its folder and your progress stay")
    removing.add_argument("name", metavar="NAME", help="see `wslab lesson pack list`")
    removing.set_defaults(run=_guarded(_remove), parser=removing)


def _guarded(
    command: Callable[[argparse.Namespace, PackShelf, PackTrust], int],
) -> Callable[[argparse.Namespace], int]:
    """Return the command with what it works on, saying what goes wrong with that."""

    def run(options: argparse.Namespace) -> int:
        from wslab.lab.pack_files import PackError
        from wslab.lab.pack_shelf import PackShelf
        from wslab.lab.packs import PackTrust
        from wslab.lab.state import state_folder
        from wslab.lab.state_file import StateError
        from wslab.lab.system_errors import told

        folder = state_folder()
        try:
            return command(options, PackShelf(folder), PackTrust(folder))
        except (PackError, StateError) as error:
            _say(str(error))
        except OSError as error:
            _say(told(error))
        return FAILED

    return run


def _list(_options: argparse.Namespace, shelf: PackShelf, trust: PackTrust) -> int:
    from wslab.lab.cells import table
    from wslab.lab.pack_files import PackError

    rows: list[tuple[str, ...]] = [(_("name"), _("lessons"), _("code"), _("from"), _("folder"))]
    problems = []
    for one in shelf.packs():
        try:
            rows.append(_row(one, trust))
        except PackError as error:
            problems.append(str(error))
    if len(rows) > 1:
        print("\n".join(table(rows)))
    elif not problems:
        _say(_("there is no pack; add one with `wslab lesson pack add FOLDER`"))
    for problem in problems:
        _say(problem)
    return FAILED if problems else OK


def _row(one: Shelved, trust: PackTrust) -> tuple[str, ...]:
    from wslab.lab.pack_files import PackError

    if one.pack is None:
        raise PackError(one.problem)
    if not one.pack.code_files():
        code = _("none")
    else:
        code = _("agreed to") if trust.agreed(one.pack) else _("not agreed to")
    return (one.name, str(len(one.pack.course.lessons)), code, one.source, str(one.folder))


def _add(options: argparse.Namespace, shelf: PackShelf, trust: PackTrust) -> int:
    pack = shelf.add(options.folder)
    lessons = [pack.full_id(lesson) for lesson in pack.course.lessons]
    print(
        ngettext("{pack}: {n} lesson", "{pack}: {n} lessons", len(lessons)).format(
            pack=pack.name, n=len(lessons)
        )
    )
    for lesson in lessons:
        print(f"  {lesson}")
    if not trust.agreed(pack):
        _say(
            _("its code runs once you have agreed to it: `wslab lesson pack agree {pack}`").format(
                pack=pack.name
            )
        )
    return OK


def _agree(options: argparse.Namespace, shelf: PackShelf, trust: PackTrust) -> int:
    from wslab.lab.pack_consent import asked, can_ask, list_code

    pack = shelf.pack(options.name)
    # The hash comes before the list: what changes after it is refused by `agree`.
    shown = pack.content_hash()
    if not pack.code_files():
        _say(_("{pack} has no code: there is nothing to agree to").format(pack=pack.name))
        return OK
    list_code(pack, shown, sys.stdout)
    if trust.agreed(pack):
        _say(_("you have agreed to this before"))
        return OK
    if options.content_hash is not None:
        if options.content_hash != shown:
            _say(
                _("--hash is {given}; the pack has {found}").format(
                    given=ascii(options.content_hash)[:80], found=shown
                )
            )
            return FAILED
    elif not can_ask():
        _say(_("agree asks first; where nobody can answer, give --hash"))
        return FAILED
    elif not asked():
        return FAILED
    trust.agree(pack, shown)
    _say(_("the code of {pack} may run as it is now").format(pack=pack.name))
    return OK


def _remove(options: argparse.Namespace, shelf: PackShelf, trust: PackTrust) -> int:
    shelf.remove(options.name)
    trust.forget(options.name)
    _say(_("{pack} is forgotten; its folder and your progress stay").format(pack=options.name))
    return OK


def _say(text: str) -> None:
    # A folder can have any name, also one that steers a terminal.
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    print(f"wslab: {shown}", file=sys.stderr)

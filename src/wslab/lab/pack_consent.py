"""Asks at the terminal whether the code of a lesson pack may run, after listing it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from wslab.i18n import _

if TYPE_CHECKING:
    from wslab.lab.packs import Pack, PackTrust


def can_ask() -> bool:
    """Return whether somebody could answer."""
    # A stream that was closed before the process began is None.
    return sys.stdin is not None and sys.stdin.isatty()


def list_code(pack: Pack, shown: str, out: TextIO) -> None:
    """Print every file that could run, with its size in bytes, and the content hash.

    Args:
        pack: the pack.
        shown: its content hash, taken before: what changes after that is refused by `PackTrust.agree`.
        out: where to print.
    """
    files = pack.code_files()
    told = _("What could run of {pack}, in {folder}:")
    print(told.format(pack=pack.name, folder=ascii(str(pack.folder))[1:-1]), file=out)
    width = max(len(str(file.size)) for file in files)
    for file in files:
        link = f" -> {file.link!a}" if file.link else ""
        print(f"  {file.size:>{width}}  {file.path}{link}", file=out)
    print(_("content hash: {hash}").format(hash=shown), file=out, flush=True)


def asked() -> bool:
    """Ask whether what was listed may run, and return the answer; no answer is a no."""
    question = _("It would run with all you may do on this machine. May it? [y/N] ")
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        print(file=sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def consent(pack: Pack, trust: PackTrust) -> bool:
    """Return whether the code of a pack may run as it is now; list it and ask where nobody has agreed yet.

    Where nobody can answer, that is a no. All of it goes to standard error.

    Raises:
        PackError: it changed while it was looked at, or see `pack_files`.
        StateError, OSError: as `PackTrust.agree`.
    """
    # The hash comes before the list: what changes after it is refused by `agree`.
    shown = pack.content_hash()
    if trust.agreed(pack):
        return True
    if not can_ask():
        return False
    list_code(pack, shown, sys.stderr)
    if not asked():
        return False
    trust.agree(pack, shown)
    return True

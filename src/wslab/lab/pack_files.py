"""The files of a lesson pack: which there are, which of them can run, and one hash of them. Runs nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wslab.i18n import _

CODE_FOLDERS = frozenset({"servers", "start", "solution", "mutants"})
"""Folders of which every file counts as code."""
CODE_NAMES = frozenset({"drive.toml"})
"""Files that steer the lab itself: the keys in a `drive.toml` can write files too."""
CODE_ENDINGS = frozenset({".py", ".pyc", ".pyd", ".pth", ".so", ".sh"})
PASSED_OVER = frozenset({"__pycache__", ".git"})
"""Folders that are not looked at. Nothing of them runs; see `packs.ENVIRONMENT`."""
PROSE_ENDING = ".md"
MOST_FILES = 10_000
MOST_BYTES = 256 * 2**20

_PIECE = 2**20


class PackError(Exception):
    """A pack can't be used. The message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack, or a symbolic link in it."""

    path: str
    """Below the folder of the pack, with `/` between the parts. Printable characters only."""
    size: int
    """Bytes; of a link those of its target's name."""
    link: str | None
    """Where a symbolic link leads, as it is written; None for a file."""
    runs: bool
    """Whether anything in it could be executed."""

    @property
    def prose(self) -> bool:
        """Whether it is text to read that decides nothing of what runs."""
        return not self.runs and self.link is None and self.path.endswith(PROSE_ENDING)


def pack_files(folder: Path) -> tuple[PackFile, ...]:
    """Return every file of a pack, sorted by path.

    Raises:
        PackError: a symbolic link leads out of the folder, something is neither file nor folder, a name can't
            be shown, or there is too much of it.
        OSError: the folder can't be read.
    """
    root = folder.resolve()
    found: list[PackFile] = []
    size = 0
    for path in _walk(root):
        found.append(_look(root, path))
        size += found[-1].size
        if len(found) > MOST_FILES or size > MOST_BYTES:
            raise PackError(
                _("{folder}: a pack has at most {files} files and {size} MiB").format(
                    folder=folder, files=MOST_FILES, size=MOST_BYTES // 2**20
                )
            )
    return tuple(sorted(found, key=lambda file: file.path))


def content_hash(folder: Path) -> str:
    """Return the SHA-256, in hex, of all in a pack that runs or decides what runs: of everything but prose.

    It is taken over the sorted paths and the contents, each with its length, so that no two packs share one.

    Raises:
        PackError: see `pack_files`, or a file changes while it is read.
        OSError: a file can't be read.
    """
    root = folder.resolve()
    whole = hashlib.sha256()
    for file in pack_files(root):
        if file.prose:
            continue
        if file.link is None:
            kind, content = b"file", _file_hash(root / file.path, file)
        else:
            kind, content = b"link", file.link.encode(errors="surrogateescape")
        for part in (kind, file.path.encode(), content):
            whole.update(len(part).to_bytes(8, "big"))
            whole.update(part)
    return whole.hexdigest()


def _walk(root: Path) -> Iterator[Path]:
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in PASSED_OVER:
                        folders.append(Path(entry.path))
                else:
                    yield Path(entry.path)


def _look(root: Path, path: Path) -> PackFile:
    inside = path.relative_to(root).as_posix()
    if not inside.isprintable():
        raise PackError(_("{path}: the name has characters that can't be shown").format(path=ascii(inside)))
    state = path.lstat()
    if stat.S_ISLNK(state.st_mode):
        link = str(path.readlink())
        _check_link(root, path, inside, link)
        return PackFile(inside, len(link), link, True)
    if not stat.S_ISREG(state.st_mode):
        raise PackError(_("{path} is neither a file nor a folder; a pack has only those").format(path=inside))
    return PackFile(inside, state.st_size, None, _runs(inside, state.st_mode))


def _check_link(root: Path, path: Path, inside: str, link: str) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise PackError(
            _("{path} is a link to {link}, which is not there; a pack has no such links").format(
                path=inside, link=ascii(link)
            )
        ) from None
    parts = target.relative_to(root).parts if target.is_relative_to(root) else None
    if parts is None or PASSED_OVER.intersection(parts):
        raise PackError(
            _("{path} is a link to {link}; links of a pack must lead to what is in it").format(
                path=inside, link=ascii(link)
            )
        )


def _runs(inside: str, mode: int) -> bool:
    path = PurePosixPath(inside)
    return (
        not CODE_FOLDERS.isdisjoint(path.parts[:-1])
        or path.name in CODE_NAMES
        or path.suffix in CODE_ENDINGS
        or bool(mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH))
    )


def _file_hash(path: Path, file: PackFile) -> bytes:
    # Somebody may put a link or a pipe in its place after it was looked at.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    digest = hashlib.sha256()
    size = 0
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise PackError(_("{path} changed while it was read; try again").format(path=file.path))
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > file.size:
                break
            digest.update(piece)
    if size != file.size:
        raise PackError(_("{path} changed while it was read; try again").format(path=file.path))
    return digest.digest()

"""Files that survive: replaced as a whole, changed by one process at a time, set aside rather than lost."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.01
"""Seconds between two tries for a lock that somebody else has."""


class LockedError(OSError):
    """Somebody else kept the lock for too long."""


@contextmanager
def locked(lock: Path, patience: float, monotonic: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Hold a lock file, which is made where it is missing and never removed.

    The lock is of its own and not the file that it guards, since that one is replaced. The kernel lets go of
    it when its holder ends, however it ends.

    Args:
        lock: the lock file.
        patience: seconds to wait for it at most.
        monotonic: where the time comes from.

    Raises:
        LockedError: somebody else had it all that time.
        OSError: the file can't be made or locked.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        deadline = monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() >= deadline:
                    raise LockedError(errno.EAGAIN, f"locked for {patience:g} s", str(lock)) from None
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def replace_file(file: Path, data: bytes) -> None:
    """Put new contents in place of a file, whole or not at all, whenever the process or the machine stops.

    Whoever calls this holds the lock of the file: two writers would share the file that is written first.
    A symbolic link stays one; what it leads to is replaced.

    Raises:
        OSError: it could not be written; the old contents are as they were.
    """
    target = Path(os.path.realpath(file))
    draft = target.with_name(target.name + ".tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(draft, flags, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def set_aside(file: Path) -> Path:
    """Rename a file to the first of `NAME.bak`, `NAME.bak-2`, … that is free, and return that name.

    Whoever calls this holds the lock of the file, so that nobody takes the name in between.

    Raises:
        OSError: it can't be renamed.
    """
    place = free_backup(file)
    file.rename(place)
    _sync_folder(file.parent)
    return place


def free_backup(file: Path) -> Path:
    """Return the first name for a backup of a file that nothing has yet."""
    number = 1
    while True:
        place = file.with_name(file.name + (".bak" if number == 1 else f".bak-{number}"))
        if not os.path.lexists(place):
            return place
        number += 1


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder last through a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems have no such thing for folders; the rename itself is done.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)

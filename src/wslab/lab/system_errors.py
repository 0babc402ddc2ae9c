"""What the operating system refused, for people."""

from __future__ import annotations


def told(error: BaseException) -> str:
    """Return what went wrong: of a file its name and why, without the number of the error."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)

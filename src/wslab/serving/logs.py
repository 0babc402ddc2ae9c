"""Log lines of a bundled server: one JSON object a line on standard output.

There is one line for each connection that opens or closes and none for each message, so a flood costs no
log line at all. Lines about a connection have its number as `conn`. `--log-level debug` adds what websockets
itself says of every frame.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

LEVELS = ("debug", "info", "warning", "error")
"""What `--log-level` takes."""

Log = structlog.typing.FilteringBoundLogger
"""What the serving side logs to: `log.info("open", path="/echo")`."""


class LineOutput:
    """The file that log lines go to. It holds nothing back, so that nothing is left to fail at exit."""

    def __init__(self, descriptor: int, gone: Callable[[], None]) -> None:
        """Write to an open file descriptor and call `gone` once when its reader has gone away."""
        self._descriptor = descriptor
        self._gone = gone
        self._open = True

    def write(self, text: str) -> int:
        """Write all of `text`, waiting where the reader is slow; drop it once nobody reads any more."""
        rest = memoryview(text.encode())
        while self._open and rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                # A closed pipe or a full disk: a server that cannot say what it does still ends in order.
                self._open = False
                self._gone()
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def _event_first(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {"event": fields.pop("event"), **fields}


def configure(output: LineOutput, level: str) -> None:
    """Send structlog and the standard library's logging to `output`.

    Args:
        output: where the lines go.
        level: one of `LEVELS`. At `debug` websockets logs every frame.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,  # the connection that a line is about, where it names none
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    last: list[structlog.typing.Processor] = [_event_first, structlog.processors.JSONRenderer()]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(output),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    # What websockets says at INFO of each connection, the runner says with its number and its close code.
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    logging.getLogger("websockets").setLevel(number if level == "debug" else logging.WARNING)

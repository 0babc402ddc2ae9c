"""The smallest app that uses the supervisor: starts the basic server and waits, quietly, for its end.

With `--handle-signals` it leaves in order on SIGTERM and SIGHUP, as every app that uses the supervisor has to.
Without, nothing but the end of their stdin tells the servers that it is gone.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from wslab.lab.supervisor import Supervisor
from wslab.wire.clock import Clock


async def main(handle_signals: bool) -> None:
    """Run until told to leave."""
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    if handle_signals:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, leave.set)
    # Counted, not obeyed, as in an app in which ctrl+c only gives a hint.
    loop.add_signal_handler(signal.SIGINT, print, "interrupted")
    supervisor = Supervisor(Clock(), lambda events: None)
    status = await supervisor.start("basic", port=0)
    print(f"ready at {status.url} ")
    await leave.wait()
    await supervisor.stop_all()


if __name__ == "__main__":
    asyncio.run(main("--handle-signals" in sys.argv))

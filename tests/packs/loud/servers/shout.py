"""A server of the pack's own: answers in capitals, with as many marks behind them as --marks says."""

import argparse
import asyncio
import json
import os
import signal
import sys

from websockets.asyncio.server import ServerConnection, serve

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--marks", type=int, default=0)
options = parser.parse_args()


async def shout(websocket: ServerConnection) -> None:
    async for message in websocket:
        assert isinstance(message, str)
        await websocket.send(message.upper() + "!" * options.marks)


async def main() -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    # A server ends with its standard input.
    loop.run_in_executor(None, sys.stdin.read).add_done_callback(lambda _reading: over.set())
    async with serve(shout, options.host, options.port, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"ws://{options.host}:{port}"
        print(json.dumps({"event": "ready", "server": "shout", "url": url, "pid": os.getpid()}), flush=True)
        await over.wait()
    os._exit(0)  # The thread that reads may do so for ever.


asyncio.run(main())

"""Says one word to the lab's echo server and waits until it comes back."""

import asyncio
import os

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    # TODO(connected): connect to URL
    # TODO(sent): send WORD as a text message
    # TODO(echoed): wait for the answer and print it
    # TODO(closed): close with code 1000
    print(f"still to do: say {WORD} to {URL}")


asyncio.run(main())

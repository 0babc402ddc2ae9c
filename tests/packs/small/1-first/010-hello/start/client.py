"""Should send the word of this attempt."""

import os

from websockets.sync.client import connect

with connect(os.environ["WSLAB_URL"]) as websocket:
    ...  # send the word

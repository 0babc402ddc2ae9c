"""Sends the word of this attempt."""

import os

from websockets.sync.client import connect

with connect(os.environ["WSLAB_URL"]) as websocket:
    websocket.send(os.environ["WSLAB_WORD"])

"""Sends the word of this attempt and waits for the answer."""

import os

from websockets.sync.client import connect

with connect(os.environ["WSLAB_URL"]) as websocket:
    websocket.send(os.environ["WSLAB_WORD"])
    websocket.recv()

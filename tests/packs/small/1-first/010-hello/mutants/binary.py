"""Sends bytes instead of text."""

import os

from websockets.sync.client import connect

with connect(os.environ["WSLAB_URL"]) as websocket:
    websocket.send(os.environ["WSLAB_WORD"].encode())

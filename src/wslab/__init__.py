"""wslab: a terminal learning lab for WebSocket."""

__version__ = "0.1.0"

"""Connections over asyncio whose every byte is read by `wslab.wire`."""

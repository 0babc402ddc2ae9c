"""The lab's own binary protocol, as `docs/binary-protocol.md` lays it down: reading, writing, explaining."""

"""What the bytes on a WebSocket connection say: sans-I/O readers, events, statistics and an encoder."""

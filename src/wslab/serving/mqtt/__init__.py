"""The MQTT broker without its sockets: bytes and times in, bytes out."""

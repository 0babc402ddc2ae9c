"""MQTT 3.1.1 and 5.0: packets as bytes and back, and what every byte of them means. Pure."""

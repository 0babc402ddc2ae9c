"""The controls of MQTT."""

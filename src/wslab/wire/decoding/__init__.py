"""What messages carry, decoded: MQTT, GraphQL over WebSocket, the lab's binary protocol, JSON, text."""

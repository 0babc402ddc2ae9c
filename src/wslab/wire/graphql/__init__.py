"""GraphQL over WebSocket: both subprotocols as data, their messages read, written and explained."""

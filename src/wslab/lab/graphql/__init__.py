"""The client of GraphQL over WebSocket: documents, operations, the connection and the schema."""

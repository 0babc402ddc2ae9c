"""The controls of GraphQL over WebSocket: documents, operations, results and the schema of the server."""

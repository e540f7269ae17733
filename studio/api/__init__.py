"""The door for programs: REST and WebSocket over the engine's verbs. Knows HTTP and no screens."""

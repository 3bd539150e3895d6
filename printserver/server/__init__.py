"""The processes: supervisor, HTTP server, engine, and what they share."""

"""In memory: real, thread-safe adapters without a server."""

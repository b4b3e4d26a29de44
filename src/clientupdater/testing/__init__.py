"""Real, thread-safe adapters in memory, for the tests of programs that use this library.

``clientupdater.testing.app.open_memory_app`` assembles a whole App over them.
"""

"""Where people and programs come in: HTTP, the command line, the worker."""

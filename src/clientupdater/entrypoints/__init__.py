"""Where people and programs come in: HTTP, the console, the command line, the worker."""

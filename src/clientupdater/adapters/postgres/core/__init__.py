"""Connections, transactions, row-level security and SQL files."""

"""Clients: contacts and pension numbers."""

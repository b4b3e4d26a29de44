"""Clients: lists, officers, contacts and pension numbers."""

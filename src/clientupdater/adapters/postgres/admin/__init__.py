"""Migrations, seed data, checks, and the embedded server."""
